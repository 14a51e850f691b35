# SPDX-License-Identifier: MIT
"""What is held: show it, find it, take it out byte for byte, dispose of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.ids import uuid7
from tasuki.base.time import format_rfc3339
from tasuki.core.holdings.model import Holding, State
from tasuki.core.holdings.words import matches, words_of
from tasuki.core.markings.labels import label_to_json
from tasuki.core.release.reasons import NOT_HELD
from tasuki.core.release.released import Released, release_document
from tasuki.core.release.rules import of_the_node
from tasuki.formats.stix.build import bundle
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.services.signals import ARRIVED
from tasuki.store import holdings as store
from tasuki.store import release as labels
from tasuki.store import search

_CANDIDATES: Final = 2000
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A holding as people see it: what it is, and what it says where it can still be read."""

    holding: Holding
    label: dict[str, Json]
    body: dict[str, Json] | None

    def as_json(self) -> dict[str, object]:
        """Return the holding for machines."""
        each = self.holding
        return {
            "position": each.position,
            "id": each.stix_id,
            "type": each.stix_type,
            "source": each.source,
            "originator": each.originator,
            "received_at": format_rfc3339(each.received_at),
            "sha256": each.digest,
            "size": each.size,
            "spec_version": each.spec_version,
            "state": each.state.value,
            "flags": list(each.flags),
            "label": self.label,
            "body": self.body,
        }


def show(node: Node, stix_id: str) -> list[Shown]:
    """Return every holding of an id, oldest first.

    Raises:
        InputError: nothing of that id was ever held.
    """
    with node.database.read() as connection:
        found = store.history(connection, stix_id)
        if not found:
            raise InputError(NOT_HELD.because(stix_id=stix_id))
        return [_shown(node, connection, each) for each in found]


def _shown(node: Node, connection: sa.Connection, holding: Holding) -> Shown:
    bodies = store.sealed(connection, [holding.position])
    if not bodies:
        return Shown(holding=holding, label={}, body=None)
    label = node.labels.label(connection, bodies[0].own_label)
    return Shown(holding=holding, label=label_to_json(label), body=_open(node, bodies[0]))


def _open(node: Node, body: store.SealedBody) -> dict[str, Json]:
    parsed: dict[str, Json] = orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest))
    return parsed


def find(node: Node, query: str, limit: int) -> list[dict[str, object]]:
    """Return the newest live holdings whose text holds every term of `query`, in any language."""
    with node.database.read() as connection:
        positions = search.candidates(connection, words_of(query), _CANDIDATES)
        bodies = store.sealed(connection, positions)
    found: list[dict[str, object]] = []
    for body in reversed(bodies):
        obj = _open(node, body)
        if matches(obj, query):
            found.append({"position": body.position, "id": body.stix_id, "type": body.type, "name": obj.get("name")})
        if len(found) == limit:
            break
    return found


def listed(node: Node, *, types: Sequence[str], sources: Sequence[str], limit: int) -> list[dict[str, object]]:
    """Return the newest live holdings of some types and sources."""
    with node.database.read() as connection:
        rows = store.listed(connection, types=types, sources=sources, limit=limit)
    return [
        {"position": each.position, "id": each.stix_id, "type": each.stix_type, "source": each.source} for each in rows
    ]


def objects(
    node: Node, *, types: Sequence[str], sources: Sequence[str] = ()
) -> Iterator[tuple[Holding, dict[str, Json]]]:
    """Yield live objects of some types with their parsed bodies, oldest first."""
    with node.database.read() as connection:
        rows = store.listed(connection, types=types, sources=sources, limit=_CANDIDATES)
        bodies = {each.position: each for each in store.sealed(connection, [row.position for row in rows])}
    for row in reversed(rows):
        if row.position in bodies:
            yield row, _open(node, bodies[row.position])


def export(node: Node, stix_ids: Sequence[str]) -> Released:
    """Return a bundle of the newest held form of ids (none named: everything), each object byte for byte as received.

    Raises:
        InputError: an id is not held.
    """
    raws: list[bytes] = []
    reader = node.home
    verdicts = [of_the_node(reader, node.gate.rules)]
    for part in _positions(node, stix_ids):
        with node.database.read() as connection:
            bodies = store.sealed(connection, part)
            numbers = labels.closures(connection, [each.stix_id for each in bodies])
            for body in bodies:
                number = numbers[body.stix_id][1]
                verdicts.append(node.gate.verdict(number, node.labels.label(connection, number), reader))
                raws.append(node.vault.open(body.ciphertext, body.wrapped, body.digest))
    identifier = f"bundle--{uuid7(node.clock.now(), node.entropy.draw(10))}"
    document = b"".join(bundle(identifier, raws))
    released = release_document("export", document, verdicts, str(reader), node.gate.rules.digest)
    node.database.write(lambda connection: audit(node, connection, "holdings:bundle:export", {"objects": len(raws)}))
    return released


def _positions(node: Node, stix_ids: Sequence[str]) -> Iterator[list[int]]:
    if stix_ids:
        for start in range(0, len(stix_ids), _BATCH):
            with node.database.read() as connection:
                part = stix_ids[start : start + _BATCH]
                newest = {each.stix_id: each for each in store.latest(connection, part)}
            missing = next((each for each in part if each not in newest), None)
            if missing is not None:
                raise InputError(NOT_HELD.because(stix_id=missing))
            yield [each.position for each in newest.values()]
        return
    cursor = 0
    while True:
        with node.database.read() as connection:
            bodies = store.sealed_after(connection, cursor, _BATCH)
        if not bodies:
            return
        cursor = bodies[-1].position
        yield [each.position for each in bodies]


def dispose(node: Node, stix_ids: Sequence[str]) -> int:
    """Destroy holdings of ids: their keys, bodies and search words; what remains says that something was here.

    Raises:
        InputError: an id was never held.
        WorldError: the database failed; or all is done, and sealed copies stay in its log for a while.
    """

    def work(connection: sa.Connection) -> int:
        positions: list[int] = []
        for stix_id in stix_ids:
            found = store.history(connection, stix_id)
            if not found:
                raise InputError(NOT_HELD.because(stix_id=stix_id))
            positions.extend(each.position for each in found if each.state is not State.DISPOSED)
        return _shred(node, connection, positions, list(stix_ids))

    done = node.database.write(work)
    node.signals.raise_(ARRIVED)
    node.database.scrub()
    return done


def dispose_expired(node: Node) -> int:
    """Destroy what its handling basis says is due; return how many holdings."""
    now = format_rfc3339(node.clock.now())

    def work(connection: sa.Connection) -> int:
        due = store.expired(connection, now, _BATCH)
        return _shred(node, connection, due, store.ids_at(connection, due)) if due else 0

    done = node.database.write(work)
    # Also where nothing is due: the node may have been killed between an earlier disposal and this.
    node.database.scrub()
    return done


def _shred(node: Node, connection: sa.Connection, positions: list[int], stix_ids: list[str]) -> int:
    done = store.shred(connection, positions)
    search.forget(connection, positions)
    settle(node, connection, stix_ids)
    detail: dict[str, Json] = {"count": done}
    audit(node, connection, "holdings:body:dispose", detail)
    return done


def quarantined(node: Node, limit: int) -> list[dict[str, Any]]:
    """Return the newest quarantined pieces with the code of the reason; never their content."""
    with node.database.read() as connection:
        rows = store.quarantined(connection, limit)
    return [
        {
            "id": row.id,
            "source": row.source,
            "place": row.place,
            "stix_id": row.stix_id,
            "code": row.code,
            "params": orjson.loads(row.params),
            "sha256": row.digest.hex(),
            "sealed": row.ciphertext is None,
        }
        for row in rows
    ]
