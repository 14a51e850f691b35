# SPDX-License-Identifier: MIT
"""What the acts of consent know: requests as they stand, versions as they are held, who there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson
import sqlalchemy as sa

from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience, ParticipantId
from tasuki.core.consent import reasons as why
from tasuki.core.consent.model import Decision, Standing, Version
from tasuki.core.consent.notices import request_from_message
from tasuki.core.holdings.model import State
from tasuki.core.release.reasons import UNKNOWN_READER
from tasuki.services.node import Node
from tasuki.services.reasons import UNKNOWN_PARTNER
from tasuki.store import channel, holdings
from tasuki.store import consent as store


def standing_of(row: store.Asked) -> Standing:
    """Return a request with what was decided on it so far."""
    return Standing(
        asker=row.asker,
        asked=row.asked,
        request=request_from_message(orjson.loads(row.body)),
        decision=None if row.decision is None else Decision(row.decision),
        decided_at=row.decided_at,
        why=row.why,
    )


def find(connection: sa.Connection, request: str, partner: str | None) -> store.Asked:
    """Return the request of an id; `partner` says whose, where several used it.

    Raises:
        InputError: there is none.
        CallerError: several askers chose the id.
    """
    found = [each for each in store.request(connection, request) if partner in (None, each.asker, each.asked)]
    if not found:
        raise InputError(why.UNKNOWN_REQUEST.because(request=request[:60] or '""'))
    if len(found) > 1:
        askers = ", ".join(sorted(each.asker for each in found))
        raise CallerError(why.TWO_REQUESTS.because(partners=askers, request=request))
    return found[0]


def ours(node: Node, connection: sa.Connection, versions: Iterable[Version]) -> Mapping[Version, bool]:
    """Return for each version that is held and in use, in those very bytes, whether it is our material."""
    me = node.me.participant
    found: dict[Version, bool] = {}
    for version in versions:
        positions = [
            each.position
            for each in holdings.history(connection, version.stix_id)
            if each.digest == version.digest and each.state is State.HELD
        ]
        labels = [node.labels.label(connection, each.own_label) for each in holdings.sealed(connection, positions)]
        if labels:
            found[version] = any(me in label.originators | label.consent_of for label in labels)
    return found


def require_reader(node: Node, audience: Audience) -> None:
    """Refuse an audience that the profile does not list.

    Raises:
        CallerError: it does not.
    """
    if audience.desk not in node.gate.rules.readers:
        raise CallerError(UNKNOWN_READER.because(profile=node.profile.id, reader=str(audience)))


def require_partner(connection: sa.Connection, participant: ParticipantId) -> None:
    """Refuse a participant with whom nothing can be exchanged.

    Raises:
        CallerError: it is no partner, or nobody compared its anchor.
    """
    row = channel.partner(connection, participant)
    if row is None or row.state != "trusted":
        raise CallerError(UNKNOWN_PARTNER.because(partner=participant))
