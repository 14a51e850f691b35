# SPDX-License-Identifier: MIT
"""Leaving: what the sealer may put into an envelope, asked again when the envelope is committed."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import sqlalchemy as sa

from tasuki.base.ids import Audience
from tasuki.core.release.released import Candidate, Released, release_objects
from tasuki.services.node import Node
from tasuki.services.release.weighing import weigh
from tasuki.store import holdings, sending


def release_positions(node: Node, positions: Sequence[int], audience: Audience) -> Released:
    """Return what of these holdings may leave for an audience now; the rest is left out and audited by the sealer."""
    with node.database.read() as connection:
        going = {
            each.standing.position: each
            for each in weigh(node, connection, positions, audience)
            if each.verdict.allowed
        }
        bodies = holdings.sealed(connection, going)
    candidates = [
        Candidate(
            stix_id=body.stix_id,
            raw=node.vault.open(body.ciphertext, body.wrapped, body.digest),
            own=going[body.position].own,
            closure=going[body.position].closure,
            closure_number=going[body.position].standing.closure,
            handling=orjson.loads(going[body.position].standing.handling),
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
    going: list[int] = []
    ids: list[str] = []
    for each in weigh(node, connection, positions, Audience.parse(released.audience)):
        if each.verdict.allowed:
            going.append(each.standing.position)
            ids.append(each.standing.stix_id)
    if ids != [each.stix_id for each in released.objects]:
        return False
    sending.note_gone(connection, released.audience, going)
    sending.unsend(connection, released.audience, sorted(set(positions) - set(going)))
    return True
