# SPDX-License-Identifier: MIT
"""What is held: show it, find it, take it out byte for byte, dispose of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import uuid4
from tasuki.base.time import format_rfc3339
from tasuki.base.verdict import Verdict
from tasuki.core.holdings.model import Holding, State
from tasuki.core.holdings.reasons import NO_WORDS
from tasuki.core.holdings.words import matches, words_of
from tasuki.core.markings.labels import label_to_json
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.reasons import NOT_HELD
from tasuki.core.release.released import Released, release_document
from tasuki.core.release.rules import of_the_node
from tasuki.formats.stix.build import BUNDLE_NEXT, BUNDLE_TAIL, bundle_head, empty_bundle
from tasuki.formats.stix.older import as_views
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.services.signals import ARRIVED
from tasuki.store import export as forms
from tasuki.store import holdings as store
from tasuki.store import release as labels
from tasuki.store import search

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


def show(node: Node, stix_id: str, *, as_21: bool = False) -> list[Shown]:
    """Return every holding of an id, oldest first; with `as_21`, each also as STIX 2.1 sees it.

    Raises:
        InputError: nothing of that id was ever held.
    """
    with node.database.read() as connection:
        found = store.history(connection, stix_id)
        if not found:
            raise InputError(NOT_HELD.because(stix_id=stix_id[:300]))
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


def find(node: Node, query: str, limit: int) -> list[dict[str, object]]:
    """Return the live ids whose text holds every term of `query`, in any language, newest first.

    Latin words are found whole, Japanese ones from two characters on.

    Raises:
        CallerError: nothing in the query can be looked up.
    """
    # One Japanese character alone is no entry of the index; it is looked for in what the other words find.
    words = [word for word in words_of(query) if len(word) > 1 or word.isascii()]
    if not words:
        raise CallerError(NO_WORDS.because(query=query[:60] or '""'))
    found: dict[str, dict[str, object]] = {}
    for body in _candidates(node, words):
        if body.stix_id in found:
            continue
        obj = _open(node, body)
        if matches(obj, query):
            found[body.stix_id] = {**_line(body), "name": _name(obj)}
            if len(found) == limit:
                break
    return list(found.values())


def _candidates(node: Node, words: Sequence[str]) -> Iterator[store.SealedBody]:
    """Yield live bodies that the index names, newest first."""
    before = search.NEWEST
    while True:
        with node.database.read() as connection:
            positions = search.candidates(connection, words, _BATCH, before=before)
            bodies = store.sealed(connection, positions)
        yield from reversed(bodies)
        if len(positions) < _BATCH:
            return
        before = positions[-1]


def _line(body: store.SealedBody) -> dict[str, object]:
    return {"position": body.position, "id": body.stix_id, "type": body.type, "source": body.source}


def _name(obj: dict[str, Json]) -> str | None:
    """Return what people would call an object."""
    for member in ("name", "value", "abstract", "content", "explanation", "relationship_type", "path", "key"):
        said = obj.get(member)
        if isinstance(said, str):
            return said[:200]
    return None


def listed(node: Node, *, types: Sequence[str], sources: Sequence[str], limit: int) -> list[dict[str, object]]:
    """Return the newest live holdings of some types and sources (none named: all), newest first."""
    with node.database.read() as connection:
        rows = store.listed(connection, types=types, sources=sources, limit=limit)
        bodies = store.sealed(connection, [each.position for each in rows])
    names = {each.position: _name(_open(node, each)) for each in bodies}
    return [{**_summary(each), "name": names.get(each.position)} for each in rows]


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


def export(node: Node, selection: Selection) -> Iterator[Released]:
    """Return a bundle in parts that follow each other, each object byte for byte as received and once.

    Every object is put to the gate for the home reader while it is taken out; what it keeps is left out. The act is in
    the audit log before the first byte leaves. Memory is bounded, however much is held.

    Raises:
        InputError: an id is not held.
    """
    with node.database.read() as connection:
        top = store.top(connection)
        numbers = _numbers(connection, selection.ids)
        count = len(numbers) or forms.count(connection, top, selection.types)
    detail: dict[str, Json] = {
        "audience": str(node.home),
        "ids" if numbers else "objects": count,
        "types": list(selection.types),
        "newest": selection.newest,
        "rules": node.gate.rules.digest,
    }
    node.database.write(lambda connection: audit(node, connection, "holdings:bundle:export", detail))
    return _parts(node, _chosen(node, selection, list(numbers.values()), top))


def _numbers(connection: sa.Connection, stix_ids: Sequence[str]) -> dict[str, int]:
    live = {each.stix_id for each in store.latest(connection, stix_ids)} if stix_ids else set()
    missing = next((each for each in stix_ids if each not in live), None)
    if missing is not None:
        raise InputError(NOT_HELD.because(stix_id=missing[:300]))
    return store.numbers(connection, stix_ids) if stix_ids else {}


def _chosen(node: Node, selection: Selection, numbers: Sequence[int], top: int) -> Iterator[list[forms.Form]]:
    """Yield what is taken out, batch by batch."""
    if selection.ids:
        for start in range(0, len(numbers), _BATCH):
            with node.database.read() as connection:
                found = forms.forms_of(connection, numbers[start : start + _BATCH], top)
            yield _once(found, found, newest=selection.newest)
        return
    cursor = 0
    while True:
        with node.database.read() as connection:
            found = forms.forms_after(connection, cursor, top, _BATCH, selection.types)
            beside = forms.forms_of(connection, {each.id for each in found}, top)
        if not found:
            return
        cursor = found[-1].position
        yield _once(found, beside, newest=selection.newest)


def _once(found: Iterable[forms.Form], beside: Iterable[forms.Form], *, newest: bool) -> list[forms.Form]:
    """Leave out what another source gave with the same bytes, or all but the newest form of each id.

    Args:
        found: what may be taken out now.
        beside: every live form of the same ids.
        newest: whether only the newest form counts.
    """
    chosen: dict[object, forms.Form] = {}
    for form in beside:
        key = form.id if newest else (form.id, form.digest)
        best = chosen.get(key)
        if best is None or (newest and (form.version, form.position) > (best.version, best.position)):
            chosen[key] = form
    kept = {form.position for form in chosen.values()}
    return [form for form in found if form.position in kept]


def _parts(node: Node, batches: Iterable[Sequence[forms.Form]]) -> Iterator[Released]:
    """Yield the bundle: its head, its objects some at a time, its tail."""
    rules = node.gate.rules
    frame = of_the_node(node.home, rules)
    identifier = f"bundle--{uuid4(node.entropy.draw(16))}"
    is_empty = True
    for group in _groups(batches):
        raws, verdicts = _allowed(node, group)
        if raws:
            body = (bundle_head(identifier) if is_empty else BUNDLE_NEXT) + BUNDLE_NEXT.join(raws)
            is_empty = False
            yield release_document("export", body, verdicts, str(node.home), rules.digest)
    tail = empty_bundle(identifier) if is_empty else BUNDLE_TAIL
    yield release_document("export", tail, [frame], str(node.home), rules.digest)


def _groups(batches: Iterable[Sequence[forms.Form]]) -> Iterator[list[int]]:
    """Yield positions whose bodies fit into memory together."""
    group: list[int] = []
    size = 0
    for batch in batches:
        for form in batch:
            if group and size + form.size > _OPEN_BYTES:
                yield group
                group, size = [], 0
            group.append(form.position)
            size += form.size
    if group:
        yield group


def _allowed(node: Node, positions: Sequence[int]) -> tuple[list[bytes], list[Verdict]]:
    """Return the bodies the home reader may have, and the verdict on each."""
    raws: list[bytes] = []
    verdicts: list[Verdict] = []
    at = Circumstances(now=node.clock.now())
    with node.database.read() as connection:
        bodies = store.sealed(connection, positions)
        closures = labels.closures(connection, [each.stix_id for each in bodies])
        for body in bodies:
            number = closures[body.stix_id][1]
            verdict = node.gate.verdict(number, node.labels.label(connection, number), node.home, at)
            if verdict.allowed:
                verdicts.append(verdict)
                raws.append(_raw(node, body))
    return raws, verdicts


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
    if done:
        node.signals.raise_(ARRIVED)
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
