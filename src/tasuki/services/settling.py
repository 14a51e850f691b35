# SPDX-License-Identifier: MIT
"""Settling: what the gate remembers of ids is brought up to what is held of them now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.formats.stix.admission import Admitted, admit
from tasuki.formats.stix.extensions import KNOWN
from tasuki.formats.stix.extensions_known import NEW_TYPES, PROPERTY_EXTENSIONS
from tasuki.formats.stix.markings import FIXED
from tasuki.services.node import Node
from tasuki.store import holdings, markings, release
from tasuki.store.holdings import Newest

UNIVERSAL: Final = (
    FIXED.keys() | KNOWN | PROPERTY_EXTENSIONS.keys() | {definition for definition, _ in NEW_TYPES.values()}
)
"""What every node knows without holding it; a reference to it narrows nothing."""

Fresh = Mapping[int, tuple[str, ...]]
"""References of holdings just made, by position: known without opening their bodies."""


def settle(node: Node, connection: sa.Connection, stix_ids: Iterable[str], fresh: Fresh | None = None) -> int:
    """Recompute own labels, references and closure labels of ids, and closure labels of all that depend on them.

    An id is as narrow as the newest holding of every source and the marks people put on it together, and refers to
    whatever any of those refers to: an older version that comes late, or a source that says less, takes nothing away.

    Returns:
        How many other ids got another closure label.
    """
    known = holdings.numbers(connection, stix_ids)
    newest = holdings.newest(connection, known.values())
    references = _references(node, connection, newest, fresh or {})
    targets = holdings.identify(connection, (each for listed in references.values() for each in listed))
    marked = markings.marks(connection, newest)
    batch = [
        release.Subject(
            id=number,
            own=_own(sources, marked.get(number)),
            references=tuple(dict.fromkeys(targets[name] for each in sources for name in references[each.position])),
        )
        for number, sources in newest.items()
    ]
    gone = [number for number in known.values() if number not in newest]
    moved = release.forget(connection, node.labels, gone) if gone else 0
    return moved + release.settle(connection, node.labels, batch)


def _own(sources: Iterable[Newest], mark: int | None) -> tuple[int, ...]:
    numbers = [each.own_label for each in sources]
    return tuple(dict.fromkeys(numbers if mark is None else [*numbers, mark]))


def _references(
    node: Node, connection: sa.Connection, newest: Mapping[int, list[Newest]], fresh: Fresh
) -> dict[int, tuple[str, ...]]:
    positions = [each.position for sources in newest.values() for each in sources]
    found = {position: fresh[position] for position in positions if position in fresh}
    rest = [position for position in positions if position not in found]
    for body in holdings.sealed(connection, rest) if rest else ():
        admitted = admit(orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest)))
        found[body.position] = followed(admitted) if isinstance(admitted, Admitted) else ()
    return found


def followed(admitted: Admitted) -> tuple[str, ...]:
    """Return the references of an object that count for the gate."""
    return tuple(each for each in admitted.references if each not in UNIVERSAL)
