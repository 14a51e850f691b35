# SPDX-License-Identifier: MIT
"""Leaving: what the sealer may put into an envelope, asked again when the envelope is committed."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import sqlalchemy as sa

from tasuki.base.ids import Audience
from tasuki.core.markings.lattice import meet
from tasuki.core.release.circumstances import Circumstances, relied_on
from tasuki.core.release.released import Candidate, Released, release_objects
from tasuki.core.release.rules import whose_say
from tasuki.services.node import Node
from tasuki.services.release.weighing import Weighed, weigh
from tasuki.store import consent, holdings, sending


def release_positions(node: Node, positions: Sequence[int], audience: Audience) -> Released:
    """Return what of these holdings may leave for an audience now; the rest is left out and audited by the sealer."""
    with node.database.read() as connection:
        going = {
            each.standing.position: each
            for each in weigh(node, connection, positions, audience)
            if each.verdict.allowed
        }
        bodies = holdings.sealed(connection, going)
    bases = {each: orjson.loads(each) for each in {each.standing.handling for each in going.values()}}
    candidates = [
        Candidate(
            stix_id=body.stix_id,
            raw=node.vault.open(body.ciphertext, body.wrapped, body.digest),
            own=going[body.position].own,
            closure=going[body.position].closure,
            closure_number=going[body.position].standing.closure,
            handling=bases[going[body.position].standing.handling],
            originator=body.originator,
            at=going[body.position].at,
        )
        for body in bodies
    ]
    released, _ = release_objects(candidates, audience, node.gate.verdict, node.gate.rules.digest)
    return released


def confirm(node: Node, connection: sa.Connection, positions: Sequence[int], released: Released) -> bool:
    """Whether the gate would release the same now, in the transaction that commits the envelope.

    Between `release_positions` and the commit lie signing and encrypting; what was narrowed or recalled meanwhile
    must not leave, and a recall that committed meanwhile counts on that. What goes is remembered as gone, for a
    recall to name; what the gate keeps back no longer counts as queued, and may be shared another time.
    """
    audience = Audience.parse(released.audience)
    allowed = [each for each in weigh(node, connection, positions, audience) if each.verdict.allowed]
    if [each.standing.stix_id for each in allowed] != [each.stix_id for each in released.objects]:
        return False
    going = [each.standing.position for each in allowed]
    sending.note_gone(connection, released.audience, going)
    for each in allowed:
        if each.at.agreed:
            _note_reliance(node, connection, each, audience)
    sending.unsend(connection, released.audience, sorted(set(positions) - set(going)))
    return True


def _note_reliance(node: Node, connection: sa.Connection, weighed: Weighed, audience: Audience) -> None:
    """Remember by whose grants something leaves that could not leave without: a withdrawal calls it back."""
    standing, now = weighed.standing, weighed.at.now
    label = meet(weighed.own, weighed.closure)
    needed = whose_say(label, audience, node.gate.rules, Circumstances(now=now)) & weighed.at.agreed
    if not needed:
        return
    parts = consent.question(connection, node.labels, standing.position, standing.stix_id)
    grants = relied_on(parts, consent.grants(connection, {part.digest for part in parts}), audience, now)
    used = [each.number for each in grants if each.by in needed]
    consent.note_reliance(connection, str(audience), standing.position, used)
