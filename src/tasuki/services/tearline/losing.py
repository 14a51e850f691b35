# SPDX-License-Identifier: MIT
"""Losing sources: what became of the holdings a tear-line was made from, for the operator and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.ids import StixId
from tasuki.core.holdings.model import State
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.store import holdings, withdrawal
from tasuki.store import tearline as store

REVOKED: Final = "revoked"
REPLACED: Final = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A tear-line that is in use while something it was made from no longer is.

    Attributes:
        what: `recalled` or `revoked`.
    """

    number: int
    stix_id: StixId
    what: str


def fates(
    node: Node, connection: sa.Connection, numbers: Iterable[int]
) -> dict[int, list[tuple[store.Origin, str | None]]]:
    """Return what each tear-line was made from with what became of it since.

    That is `recalled`, `disposed`, `revoked`, `replaced` by a newer version, or None where it stands as it did.
    """
    found: dict[int, list[tuple[store.Origin, str | None]]] = {}
    for origin in store.origins(connection, numbers):
        found.setdefault(origin.tearline, []).append((origin, _fate(node, connection, origin)))
    return found


def _fate(node: Node, connection: sa.Connection, origin: store.Origin) -> str | None:
    if origin.state != State.HELD.value:
        return origin.state
    if origin.stix_id in holdings.tombstoned(connection, LOCAL, [origin.stix_id]):
        return State.RECALLED.value
    usable_from = withdrawal.usable_from(connection, origin.source, [origin.id]).get(origin.id, origin.version)
    (newest,) = [each for each in holdings.latest(connection, [origin.stix_id]) if each.source == origin.source]
    if newest.position == origin.position:
        return REVOKED if usable_from > origin.version else None
    (body,) = holdings.sealed(connection, [newest.position])
    is_revoked = orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest)).get("revoked") is True
    return REVOKED if is_revoked else REPLACED


def lost(node: Node) -> list[Lost]:
    """Return the released tear-lines that are still in use and have lost a source to a recall or a revocation."""
    with node.database.read() as connection:
        released = store.released(connection)
        live = {each.stix_id for each in holdings.latest(connection, [each.stix_id for each in released])}
        ended = fates(node, connection, [each.number for each in released if each.stix_id in live])
    gone = (State.RECALLED.value, REVOKED)
    return [
        Lost(number=each.number, stix_id=each.stix_id, what=fate)
        for each in released
        for fate in sorted({fate for _, fate in ended.get(each.number, ()) if fate in gone})[:1]
    ]
