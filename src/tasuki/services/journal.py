# SPDX-License-Identifier: MIT
"""The journal beside the database: what an act notes there is on the disk before whoever acted is answered.

The entry is committed with the act, and carried into the file right after; what a crash leaves between the two is
carried over at the next start. So nothing is in the file that did not happen.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import partial
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.services.node import Node
from tasuki.store import journal as store
from tasuki.store.journal import Entry

_LOCK: Final = "journal"

RECALLED: Final = "recalled"
BOUND: Final = "bound"
NARROWED: Final = "narrowed"
STOPPED: Final = "stopped"
DISPOSED: Final = "disposed"
REMOVED: Final = "removed"
HELD: Final = "held"
LIFTED: Final = "lifted"
"""Kinds of entries; what each holds stands where it is replayed (`services/recovery/replaying.py`)."""


def attach(node: Node) -> None:
    """Carry every act's entries into the file before the act is answered."""
    node.database.on_noted = partial(drain, node)


def note(connection: sa.Connection, kind: str, body: Mapping[str, Json]) -> None:
    """Note something in the transaction of the act it is about."""
    store.note(connection, kind, body)


def drain(node: Node) -> None:
    """Carry into the file what was committed and is not there yet.

    Raises:
        WorldError: the disk refused, or the file is not what was written; the entries wait in the database.
    """
    with node.locks.hold(_LOCK):
        with node.database.read() as connection:
            waiting = store.pending(connection)
        if not waiting:
            return
        node.journal.append([canonical({**each.body, "number": each.number}) for each in waiting])
        # A crash before this commit carries them over again, which changes nothing.
        node.database.write(lambda connection: store.settle(connection, [each.number for each in waiting]))


def entries(node: Node) -> list[Entry]:
    """Return what the file holds, in order, each number once.

    Raises:
        WorldError: the disk refused.
    """
    found: dict[int, Entry] = {}
    for record in node.journal.read().records:
        body: dict[str, Json] = orjson.loads(record)
        number = body.pop("number")
        if isinstance(number, int):
            found[number] = Entry(number=number, body=body)
    return [found[number] for number in sorted(found)]


def trace(node: Node, source: str, stix_id: str, digest: bytes) -> str:
    """Return by what the journal knows one assertion of one source: it says nothing without the store's key."""
    return base64.b64encode(node.journal.trace(b"\0".join((source.encode(), stix_id.encode(), digest)))).decode()
