# SPDX-License-Identifier: MIT
"""How far what this node said has come: in the queue, under way, received."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.core.channel.model import Lane
from tasuki.store.channel import ENVELOPES_OUT, OUTBOX

_LOOK_BACK: Final = 20_000
"""Urgent entries looked at, newest first: what is older was long received."""


def passages(connection: sa.Connection, partner: str, positions: Iterable[int]) -> dict[int, str]:
    """Return how far holdings shared urgently have come with a partner, by position.

    The state is `waiting`, `withheld`, `sealed` (under way), or the status of the partner's receipt such as `stored`;
    a position that was never queued is missing.
    """
    missing = set(positions)
    found: dict[int, str] = {}
    for entry in connection.execute(_entries(partner)) if missing else ():
        for position in missing.intersection(orjson.loads(entry.body)["positions"]):
            found[position] = entry.state
        missing -= found.keys()
        if not missing:
            break
    return found


def _entries(partner: str) -> sa.Select[tuple[str, bytes]]:
    return (
        sa.select(sa.func.coalesce(ENVELOPES_OUT.c.state, OUTBOX.c.state).label("state"), OUTBOX.c.body)
        .outerjoin(ENVELOPES_OUT, ENVELOPES_OUT.c.env_id == OUTBOX.c.env_id)
        .where(OUTBOX.c.partner == partner, OUTBOX.c.lane == Lane.URGENT.value, OUTBOX.c.kind == "objects")
        .order_by(OUTBOX.c.id.desc())
        .limit(_LOOK_BACK)
    )
