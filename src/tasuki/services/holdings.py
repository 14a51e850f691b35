# SPDX-License-Identifier: MIT
"""What is held: show it, find it, take it out byte for byte, dispose of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import uuid4
from tasuki.base.time import format_rfc3339
from tasuki.base.verdict import Verdict
from tasuki.core.holdings.model import Holding, State
from tasuki.core.holdings.reasons import NO_WORDS, UNDER_HOLD
from tasuki.core.holdings.words import matches, words_of
from tasuki.core.markings.labels import label_to_json
from tasuki.core.persons.model import Principal
from tasuki.core.release.reasons import NOT_HELD
from tasuki.core.release.released import Released, release_document
from tasuki.formats.stix.build import BUNDLE_NEXT, BUNDLE_TAIL, bundle_head, empty_bundle
from tasuki.formats.stix.older import as_views
from tasuki.services import journal
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED
from tasuki.services.persons import home_principal, require_active
from tasuki.services.settling import settle
from tasuki.services.viewing import View, frame_of
from tasuki.store import holdings as store
from tasuki.store import search
from tasuki.store.disposal import asserted_at
from tasuki.store.viewing import Row, Wanted

_BATCH: Final = 1000
_OPEN_BYTES: Final = 1 << 20
"""Bodies open at once in an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A holding as people see it: what it is, and what it says where it can still be read.

    Attributes:
        view: the body as STIX 2.1 sees it, with the observables of a 2.0 observed-data; empty unless asked for.
    """

    holding: Holding
    label: dict[str, Json]
    handling: dict[str, Json] | None
    body: dict[str, Json] | None
    view: tuple[dict[str, Json], ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the holding for machines."""
        return {
            **_summary(self.holding),
            "originator": self.holding.originator,
            "sha256": self.holding.digest,
            "size": self.holding.size,
            "label": self.label,
            "handling": self.handling,
            "body": self.body,
            **({"view": list(self.view)} if self.view else {}),
        }


def _summary(each: Holding) -> dict[str, object]:
    return {
        "position": each.position,
        "id": each.stix_id,
        "type": each.stix_type,
        "source": each.source,
        "received_at": format_rfc3339(each.received_at),
        "spec_version": each.spec_version,
        "state": each.state.value,
        "flags": list(each.flags),
    }


def show(node: Node, stix_id: str, *, as_21: bool = False, by: Principal | None = None) -> list[Shown]:
    """Return every holding of an id that the home may see, oldest first; with `as_21`, each also as STIX 2.1 sees it.

    Args:
        node: whose holdings.
        stix_id: which id.
        as_21: also as STIX 2.1 sees it.
        by: the person of the home who asks; the home itself where nobody is named.

    Raises:
        InputError: nothing of that id was ever held, or none of it is for the one who asks.
    """
    with node.database.read() as connection:
        view = View(node, connection, by or home_principal(node))
        seen = {row.position for row in view.of([stix_id], departed=True)}
        held = store.history(connection, stix_id)
        found = [each for each in held if each.position in seen]
        if not found:
            raise InputError(view.why_not(held[-1]) if held else NOT_HELD.because(stix_id=stix_id[:300]))
        return [_shown(node, connection, each, as_21=as_21) for each in found]


def _shown(node: Node, connection: sa.Connection, holding: Holding, *, as_21: bool) -> Shown:
    bodies = store.sealed(connection, [holding.position])
    if not bodies:
        return Shown(holding=holding, label={}, handling=None, body=None)
    sealed = bodies[0]
    body = _open(node, sealed)
    return Shown(
        holding=holding,
        label=label_to_json(node.labels.label(connection, sealed.own_label)),
        handling=orjson.loads(store.handling_bodies(connection, [sealed.handling])[sealed.handling]),
        body=body,
        view=as_views(body) if as_21 else (),
    )


def _raw(node: Node, body: store.SealedBody) -> bytes:
    return node.vault.open(body.ciphertext, body.wrapped, body.digest)


def _open(node: Node, body: store.SealedBody) -> dict[str, Json]:
    parsed: dict[str, Json] = orjson.loads(_raw(node, body))
    return parsed


def find(
    node: Node, query: str, limit: int, *, after: str = "", by: Principal | None = None
) -> list[dict[str, object]]:
    """Return the live ids whose text holds every term of `query`, in any language, newest first.

    Latin words are found whole, Japanese ones from two characters on.

    Args:
        node: whose holdings.
        query: the words.
        limit: how many at most.
        after: the last object of the page before, as `place_of` names it; nothing for the first page.
        by: the person of the home who asks; the home itself where nobody is named.

    Raises:
        CallerError: nothing in the query can be looked up.
        InputError: `after` names nothing that can be seen now.
    """
    with node.database.read() as connection:
        view = View(node, connection, by or home_principal(node))
        found = list(islice(found_in(view, query, after), limit))
    return [
        {
            "position": row.position,
            "id": row.stix_id,
            "type": row.holding.stix_type,
            "source": row.holding.source,
            "sha256": row.holding.digest,
            "name": name_of(obj),
        }
        for row, obj in found
    ]


def found_in(view: View, query: str, after: str) -> Iterator[tuple[Row, dict[str, Json]]]:
    """Yield what may be seen and holds every term of a query, each id once, newest first; see `find`."""
    # One Japanese character alone is no entry of the index; it is looked for in what the other words find.
    words = [word for word in words_of(query) if len(word) > 1 or word.isascii()]
    if not words:
        raise CallerError(NO_WORDS.because(query=query[:60] or '""'))
    found: set[str] = set()
    for row, obj in _candidates(view, words, view.below(after) if after else search.NEWEST):
        if row.stix_id not in found and matches(obj, query):
            found.add(row.stix_id)
            yield row, obj


def _candidates(view: View, words: Sequence[str], before: int) -> Iterator[tuple[Row, dict[str, Json]]]:
    """Yield what may be seen of what the index names, newest first."""
    while True:
        positions = search.candidates(view.connection, words, _BATCH, before=before)
        yield from reversed(list(opened(view, view.at(positions))))
        if len(positions) < _BATCH:
            return
        before = positions[-1]


def opened(view: View, rows: Sequence[Row]) -> Iterator[tuple[Row, dict[str, Json]]]:
    """Yield what may be seen with what it says."""
    bodies = {each.position: each for each in store.sealed(view.connection, [row.position for row in rows])}
    return ((row, _open(view.node, bodies[row.position])) for row in rows)


def name_of(obj: dict[str, Json]) -> str | None:
    """Return what people would call an object."""
    for member in ("name", "value", "abstract", "content", "explanation", "relationship_type", "path", "key"):
        said = obj.get(member)
        if isinstance(said, str):
            return said[:200]
    return None


def listed(
    node: Node,
    *,
    types: Sequence[str],
    sources: Sequence[str],
    limit: int,
    after: str = "",
    by: Principal | None = None,
) -> list[dict[str, object]]:
    """Return the newest live holdings of some types and sources (none named: all), newest first; see `find`."""
    with node.database.read() as connection:
        view = View(node, connection, by or home_principal(node))
        rows = listed_in(view, Wanted(types=types, sources=sources), limit, after)
        return [
            {**_summary(row.holding), "sha256": row.holding.digest, "name": name_of(obj)}
            for row, obj in opened(view, rows)
        ]


def listed_in(view: View, wanted: Wanted, limit: int, after: str) -> list[Row]:
    """Return the newest of what may be seen, newest first; see `find`."""
    if after:
        wanted = replace(wanted, below=view.below(after))
    return list(islice(chain.from_iterable(view.pages(wanted, limit)), limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to take out.

    Attributes:
        ids: these ids; none named means everything.
        types: objects of these types; none named means all.
        newest: of each id only the newest form, else every form of every source that is held.
    """

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    newest: bool = False


def export(node: Node, selection: Selection, *, by: Principal | None = None) -> Iterator[Released]:
    """Return a bundle in parts that follow each other, each object byte for byte as received and once.

    Only what the one who asks may see is taken out, and of that the gate says yes to each object while it goes. The
    act is in the audit log before the first byte leaves. Memory is bounded, however much is held.

    Raises:
        InputError: an id is not held.
    """
    principal = by or home_principal(node)
    with node.database.read() as connection:
        view = View(node, connection, principal)
        top = store.top(connection)
        seen = {row.stix_id for row in view.of(selection.ids)}
        missing = next((each for each in selection.ids if each not in seen), None)
        if missing is not None:
            raise InputError(NOT_HELD.because(stix_id=missing[:300]))
        count = len(seen) or view.count(selection.types)
    detail: dict[str, Json] = {
        "audience": str(principal.reader),
        "ids" if seen else "objects": count,
        "types": list(selection.types),
        "newest": selection.newest,
        "rules": node.gate.rules.digest,
    }
    node.database.write(lambda connection: audit(node, connection, "holdings:bundle:export", detail))
    return _parts(node, principal, _chosen(node, principal, selection, top))


def _chosen(node: Node, principal: Principal, selection: Selection, top: int) -> Iterator[list[Row]]:
    """Yield what is taken out, batch by batch, each from a transaction of its own."""
    for start in range(0, len(selection.ids), _BATCH):
        with node.database.read() as connection:
            view = View(node, connection, principal)
            found = [row for row in view.of(selection.ids[start : start + _BATCH]) if row.position <= top]
        yield _once(found, found, newest=selection.newest)
    cursor = 0
    while not selection.ids:
        with node.database.read() as connection:
            view = View(node, connection, principal)
            wanted = Wanted(types=selection.types, above=cursor, below=top + 1, rising=True)
            found, cursor = view.next(wanted, _BATCH)
            beside = [row for row in view.of({row.stix_id for row in found}) if row.position <= top]
        yield _once(found, beside, newest=selection.newest)
        if cursor >= top:
            return


def _once(found: Iterable[Row], beside: Iterable[Row], *, newest: bool) -> list[Row]:
    """Leave out what another source gave with the same bytes, or all but the newest form of each id.

    Args:
        found: what may be taken out now.
        beside: every live form of the same ids.
        newest: whether only the newest form counts.
    """
    chosen: dict[object, Row] = {}
    for row in beside:
        key = row.id if newest else (row.id, row.holding.digest)
        best = chosen.get(key)
        if best is None or (newest and _age(row) > _age(best)):
            chosen[key] = row
    kept = {row.position for row in chosen.values()}
    return [row for row in found if row.position in kept]


def _age(row: Row) -> tuple[int, int]:
    return row.holding.version, row.position


def _parts(node: Node, principal: Principal, batches: Iterable[Sequence[Row]]) -> Iterator[Released]:
    """Yield the bundle: its head, its objects some at a time, its tail."""
    rules, reader = node.gate.rules, principal.reader
    frame = frame_of(node, reader)
    identifier = f"bundle--{uuid4(node.entropy.draw(16))}"
    is_empty = True
    for group in _groups(batches):
        raws, verdicts = _allowed(node, principal, group)
        if raws:
            body = (bundle_head(identifier) if is_empty else BUNDLE_NEXT) + BUNDLE_NEXT.join(raws)
            is_empty = False
            yield release_document("export", body, verdicts, str(reader), rules.digest)
    tail = empty_bundle(identifier) if is_empty else BUNDLE_TAIL
    yield release_document("export", tail, [frame], str(reader), rules.digest)


def _groups(batches: Iterable[Sequence[Row]]) -> Iterator[list[int]]:
    """Yield positions whose bodies fit into memory together."""
    group: list[int] = []
    size = 0
    for batch in batches:
        for row in batch:
            if group and size + row.holding.size > _OPEN_BYTES:
                yield group
                group, size = [], 0
            group.append(row.position)
            size += row.holding.size
    if group:
        yield group


def _allowed(node: Node, principal: Principal, positions: Sequence[int]) -> tuple[list[bytes], list[Verdict]]:
    """Return the bodies that may still be seen, and the verdict on each.

    Raises:
        CallerError: the person who asked was removed meanwhile.
    """
    with node.database.read() as connection:
        require_active(connection, principal)
        view = View(node, connection, principal)
        rows = view.at(positions)
        bodies = {each.position: each for each in store.sealed(connection, [row.position for row in rows])}
        going = [(row, verdict) for row in rows if (verdict := view.verdict(row)).allowed]
        return [_raw(node, bodies[row.position]) for row, _ in going], [verdict for _, verdict in going]


def dispose(node: Node, stix_ids: Sequence[str]) -> int:
    """Destroy holdings of ids: their keys, bodies and search words; what remains says that something was here.

    Raises:
        InputError: an id was never held, or is under a legal hold.
        WorldError: the database failed; or all is done, and sealed copies stay in its log for a while.
    """

    def work(connection: sa.Connection) -> int:
        positions: list[int] = []
        for stix_id in stix_ids:
            found = store.history(connection, stix_id)
            if not found:
                raise InputError(NOT_HELD.because(stix_id=stix_id))
            if any(each.state is State.SEALED for each in found):
                raise InputError(UNDER_HOLD.because(stix_id=stix_id))
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
    if done:
        node.signals.raise_(ARRIVED)
    # Also where nothing is due: the node may have been killed between an earlier disposal and this.
    node.database.scrub()
    return done


def _shred(node: Node, connection: sa.Connection, positions: list[int], stix_ids: list[str]) -> int:
    traces: list[Json] = [
        journal.trace(node, each.source, each.stix_id, each.digest) for each in asserted_at(connection, positions)
    ]
    journal.note(connection, journal.DISPOSED, {"traces": traces})
    done = store.shred(connection, positions)
    search.forget(connection, positions)
    settle(node, connection, stix_ids)
    detail: dict[str, Json] = {"count": done}
    audit(node, connection, "holdings:body:dispose", detail)
    return done
