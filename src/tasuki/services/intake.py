# SPDX-License-Identifier: MIT
"""Intake: strangers' bytes become holdings, piece by piece; what cannot be held is quarantined and the rest goes on."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, PeerError
from tasuki.base.ids import Audience, StixId, participant
from tasuki.base.reasons import Reason
from tasuki.base.time import to_micros
from tasuki.core.channel.model import Arrival, Disposition
from tasuki.core.holdings.handling import handling_from_json
from tasuki.core.holdings.model import OLDER_FORM, REVOKED, State
from tasuki.core.holdings.reasons import NO_OBJECT, SPILL
from tasuki.core.holdings.words import index_words, text_of
from tasuki.core.markings.ceiling import ceilings_of, mark_above, mark_in
from tasuki.core.markings.labels import label_from_json
from tasuki.core.partners.model import Ceiling
from tasuki.formats.envelope.objects import ObjectPart, read_objects
from tasuki.formats.json.pieces import Piece, placed
from tasuki.formats.json.strict import loads
from tasuki.formats.stix import build
from tasuki.formats.stix.admission import Admitted, admit
from tasuki.formats.stix.ids import own_id
from tasuki.formats.stix.tlp import marking_id
from tasuki.formats.tlog.merkle import leaf_hash
from tasuki.formats.tlog.merkle import root as merkle_root
from tasuki.services.entries import audit
from tasuki.services.labelling import LOCAL, Definitions, Labelling, Terms, bound, relabel, restate
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED
from tasuki.services.reasons import NO_ADDRESSEE
from tasuki.services.settling import followed, settle
from tasuki.store import holdings, search, withdrawal
from tasuki.store.holdings import NewHolding, Numbers

BATCH: Final = 1000
"""Objects in one transaction: an fsync is shared by many, and a crash loses at most this much unacknowledged work."""

BATCH_BYTES: Final = 16 << 20
"""The same in bytes, for objects that are large."""

IDENTITY_SINCE: Final = datetime(2026, 1, 31, tzinfo=UTC)
"""When our own identity was created: fixed, so that its bytes never change."""

_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One piece that is not held, with the reason; `raw` is empty where the body must not be kept."""

    place: str
    stix_id: str | None
    reason: Reason
    raw: bytes
    digest: bytes


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What became of an import.

    Attributes:
        accepted: held now; `flagged` of them carry a flag such as `stix-2.0`.
        duplicate: held already; `restated` of them were without a handling basis, and have one now.
        quarantined: by reason code.
        examples: the first few of each reason, for people.
        ids: ids of what is held now, when asked for.
    """

    accepted: int = 0
    flagged: int = 0
    duplicate: int = 0
    restated: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Rejected]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return the report for machines."""
        return {
            "accepted": self.accepted,
            "flagged": self.flagged,
            "duplicate": self.duplicate,
            "restated": self.restated,
            "quarantined": sum(self.quarantined.values()),
            "reasons": dict(self.quarantined),
            "problems": [
                {"place": each.place, "id": each.stix_id, **each.reason.as_json()}
                for listed in self.examples.values()
                for each in listed
            ],
            "ids": self.ids,
        }


_SHOWN: Final = 3
"""Examples of each reason."""


def home_identity(node: Node) -> tuple[StixId, bytes]:
    """Return id and bytes of the identity under which this node makes objects."""
    identifier = own_id("identity", "tasuki", str(node.home))
    organisations = node.profile.participant(node.me.participant).organisations
    name = next((each.name.en for each in organisations if each.id == node.home.organisation), str(node.home))
    body = build.identity(identifier, name, IDENTITY_SINCE, markings=[marking_id("clear")])
    return identifier, body


def import_pieces(node: Node, pieces: Iterable[Piece], terms: Terms, *, keep_ids: bool = False) -> ImportReport:
    """Take in pieces batch by batch; while one batch is committed the next is prepared."""
    report = ImportReport()
    definitions: Definitions = {}
    pending: Future[_Done] | None = None
    try:
        for batch in _batches(pieces):
            prepared = _prepare(node, [(piece, terms) for piece in batch], definitions)
            if pending is not None:
                _report(report, pending.result(), keep_ids=keep_ids)
            pending = node.database.writer.submit(partial(_commit_import, node, prepared))
    finally:
        # Where the source of the pieces fails, what it gave before is held all the same, and is used.
        if pending is not None:
            wait([pending])
            node.signals.raise_(ARRIVED)
    if pending is not None:
        _report(report, pending.result(), keep_ids=keep_ids)
    return report


def _batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces in batches small enough to lie in memory twice: being prepared, and being committed."""
    batch: list[Piece] = []
    size = 0
    for piece in pieces:
        batch.append(piece)
        size += len(piece.raw)
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


Hold = Callable[[sa.Connection], tuple[Rejected, ...]]
"""Holds what was prepared within a transaction, and returns what could not be held."""


def prepare_own(node: Node, pieces: Iterable[Piece], terms: Terms) -> Hold:
    """Parse and encrypt objects this node makes; the function returned holds them within the transaction of an act.

    What it returns could not be held; an act that needs all of it raises then, and nothing is held.
    """
    return prepare_versions(node, [(piece, terms) for piece in pieces])


def prepare_versions(node: Node, entries: Iterable[tuple[Piece, Terms]]) -> Hold:
    """Parse and encrypt objects this node makes, each under terms of its own; as `prepare_own`."""
    prepared = _prepare(node, list(entries), {})
    return lambda connection: tuple(_commit(node, connection, prepared, "made").rejected)


def _commit_import(node: Node, prepared: _Prepared, connection: sa.Connection) -> _Done:
    return _commit(node, connection, prepared, "import")


def prepare_objects(node: Node, arrival: Arrival) -> Callable[[sa.Connection], Disposition]:
    """Parse and encrypt the objects of an envelope; the function returned commits them in the channel's transaction.

    Raises:
        PeerError: the payload is not what its manifest says.
        InputError: a manifest entry states a label or handling basis that cannot be read.
    """
    parts = read_objects(arrival.payload)
    terms = _terms_by_entry(parts, arrival)
    entries = [(Piece(place=str(index), raw=part.body), terms[_said(part.entry)]) for index, part in enumerate(parts)]
    prepared = _prepare(node, entries, {})

    def apply(connection: sa.Connection) -> Disposition:
        done = _commit(node, connection, prepared, "objects-received")
        counts = {"held": done.held, "duplicate": done.duplicate, "quarantined": len(prepared.rejected)}
        return Disposition(status="stored", reason=None, counts=counts)

    return apply


def _terms_by_entry(parts: Iterable[ObjectPart], arrival: Arrival) -> dict[bytes, Terms]:
    """Return the terms that a manifest states; most of its entries say the same, so each is read once."""
    return {
        said: _terms_of(entry, arrival) for said, entry in {_said(part.entry): part.entry for part in parts}.items()
    }


def _said(entry: Mapping[str, Json]) -> bytes:
    return orjson.dumps([entry.get(member) for member in _STATED])


_STATED: Final = ("label", "handling", "originator", "audience")
"""What an entry of a manifest says of how its object was given."""


def _terms_of(entry: Mapping[str, Json], arrival: Arrival) -> Terms:
    label = label_from_json(entry.get("label"))
    try:
        originator = participant(str(entry.get("originator")))
    except ValueError:
        originator = arrival.partner
    stated = replace(label, originators=label.originators | {originator, arrival.partner})
    return Terms(
        source=arrival.partner,
        originator=originator,
        handling=handling_from_json(entry.get("handling")),
        given=stated,
        addressed=_addressed(entry.get("audience"), arrival),
    )


def _addressed(audience: Json, arrival: Arrival) -> str:
    """Return the audience a manifest names, as its partner means it.

    Raises:
        PeerError: it names none.
    """
    try:
        return str(Audience.parse(str(audience)))
    except ValueError as error:
        raise PeerError(NO_ADDRESSEE.because(partner=arrival.partner, found=str(audience)[:60])) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A batch ready to be committed."""

    rows: list[NewHolding]
    rejected: list[Rejected]
    aside: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What a commit made of a batch."""

    held: int
    flagged: int
    duplicate: int
    restated: int
    rejected: list[Rejected]
    ids: list[str]


def _prepare(node: Node, entries: list[tuple[Piece, Terms]], definitions: Definitions) -> _Prepared:
    parsed: list[_Parsed] = []
    rejected: list[Rejected] = []
    ceilings = ceilings_of(node.profile)
    for piece, terms in entries:
        each = _parse(piece, terms, ceilings)
        if isinstance(each, Rejected):
            rejected.append(each)
            continue
        parsed.append(each)
        if each.admitted.type == "marking-definition":
            definitions.setdefault(each.admitted.stix_id, each.obj)
    desk = Labelling(node, definitions)
    rows = [_row(node, each, desk) for each in parsed]
    now = to_micros(node.clock.now())
    aside = [_aside(node, each, entries[0][1].source, now) for each in rejected]
    return _Prepared(rows=rows, rejected=rejected, aside=aside)


@dataclass(slots=True)
class _Parsed:
    """One piece that can be held."""

    raw: bytes
    terms: Terms
    obj: dict[str, Json]
    admitted: Admitted


def _parse(piece: Piece, terms: Terms, ceilings: tuple[Ceiling, ...]) -> _Parsed | Rejected:
    """Return a piece as something that can be held, or why it is not; what lies above the ceiling comes first."""
    if piece.problem is not None:
        return _broken(piece, piece.problem, ceilings)
    try:
        obj = loads(piece.raw)
    except InputError as error:
        return _broken(piece, placed(error.reason, piece.line, piece.column), ceilings)
    mark = mark_in(piece.raw, obj, ceilings)
    if mark is not None:
        return _spilt(piece, mark)
    admitted = admit(obj)
    if isinstance(admitted, Admitted) and isinstance(obj, dict):
        return _Parsed(piece.raw, terms, obj, admitted)
    found = obj.get("id") if isinstance(obj, dict) else None
    name = found[:300] if isinstance(found, str) else None
    reason = admitted if isinstance(admitted, Reason) else NO_OBJECT.because()
    return Rejected(place=piece.place, stix_id=name, reason=reason, raw=piece.raw, digest=_digest(piece))


def _broken(piece: Piece, reason: Reason, ceilings: tuple[Ceiling, ...]) -> Rejected:
    """Set aside what cannot be read as a value: it may be marked above the ceiling all the same."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), piece.raw.decode("utf-8", "replace"))
    mark = mark_above(text, ceilings)
    if mark is not None:
        return _spilt(piece, mark)
    return Rejected(place=piece.place, stix_id=None, reason=reason, raw=piece.raw, digest=_digest(piece))


def _spilt(piece: Piece, mark: str) -> Rejected:
    """Name what lies above the ceiling without keeping its body."""
    reason = SPILL.because(mark=mark)
    return Rejected(place=piece.place, stix_id=None, reason=reason, raw=b"", digest=_digest(piece))


def _digest(piece: Piece) -> bytes:
    return piece.digest or hashlib.sha256(piece.raw).digest()


def _row(node: Node, each: _Parsed, desk: Labelling) -> NewHolding:
    digest = hashlib.sha256(each.raw).digest()
    ciphertext, wrapped = node.vault.seal(each.raw, digest)
    admitted, terms = each.admitted, each.terms
    return NewHolding(
        stix_id=StixId(admitted.stix_id),
        type=admitted.type,
        version=admitted.version or 0,
        source=terms.source,
        originator=terms.originator,
        digest=digest,
        size=len(each.raw),
        spec_version=admitted.spec_version,
        ciphertext=ciphertext,
        wrapped=wrapped,
        handling=desk.handling(terms.handling),
        label=desk.label(each.obj, admitted, terms),
        flags=_flags(each),
        words=index_words(text_of(each.obj)),
        references=followed(admitted),
        addressed=terms.addressed,
    )


def _flags(each: _Parsed) -> str:
    older = each.admitted.spec_version == "2.0"
    revoked = each.obj.get("revoked") is True
    return " ".join(flag for flag, applies in ((OLDER_FORM, older), (REVOKED, revoked)) if applies)


def _aside(node: Node, each: Rejected, source: str, at: int) -> dict[str, Any]:
    ciphertext, wrapped = node.vault.seal(each.raw, each.digest) if each.raw else (None, None)
    return {
        "source": source,
        "place": each.place,
        "stix_id": each.stix_id,
        "code": each.reason.code,
        "params": canonical(dict(each.reason.params)).decode(),
        "digest": each.digest,
        "ciphertext": ciphertext,
        "wrapped": wrapped,
        "at": at,
    }


def _commit(node: Node, connection: sa.Connection, prepared: _Prepared, act: str) -> _Done:
    """Write a prepared batch: holdings, words, labels, quarantine and one audit leaf, all or nothing."""
    fresh = bound(node, connection, _fresh(connection, prepared.rows))
    now = node.clock.now()
    if fresh:
        states = _states(connection, fresh)
        known = _numbers(node, connection, fresh)
        first = holdings.add(connection, states, known, now)
        _stop_revoked(connection, fresh, known)
        search.index(connection, [(p, row.words) for p, row in enumerate(fresh, first) if row.words])
        live = [row.stix_id for row, state in states if state is State.HELD]
        settle(node, connection, live, {p: row.references for p, row in enumerate(fresh, first)})
        relabel(node, connection, [row.stix_id for row in fresh if row.type == "marking-definition"], first)
    made = {row.assertion for row in fresh}
    again = [row for row in prepared.rows if row.assertion not in made]
    holdings.address(connection, again)
    restated = restate(node, connection, again)
    holdings.set_aside(connection, prepared.aside)
    digests = [leaf_hash(row.digest) for row in fresh]
    body: dict[str, Json] = {
        "held": len(fresh),
        "duplicate": len(prepared.rows) - len(fresh),
        "restated": restated,
        "quarantined": len(prepared.rejected),
        "root": merkle_root(digests).hex(),
    }
    audit(node, connection, f"holding:{act}", body)
    return _Done(
        held=len(fresh),
        flagged=sum(bool(row.flags) for row in fresh),
        duplicate=len(prepared.rows) - len(fresh),
        restated=restated,
        rejected=prepared.rejected,
        ids=[row.stix_id for row in fresh],
    )


def _fresh(connection: sa.Connection, rows: list[NewHolding]) -> list[NewHolding]:
    """Leave out what is held already, and what a batch brings twice."""
    once = {row.assertion: row for row in rows}
    known = holdings.held(connection, holdings.numbers(connection, {row.stix_id for row in rows}))
    return [row for assertion, row in once.items() if assertion not in known]


def _numbers(node: Node, connection: sa.Connection, rows: list[NewHolding]) -> Numbers:
    return Numbers(
        ids=holdings.identify(connection, (row.stix_id for row in rows)),
        labels={label: node.labels.number(connection, label) for label in {row.label for row in rows}},
        handling={body: holdings.handling_number(connection, body) for body in {row.handling for row in rows}},
    )


def _states(connection: sa.Connection, rows: list[NewHolding]) -> list[tuple[NewHolding, State]]:
    """Say of each whether it may be used: what its source recalled before it came stays recalled."""
    source = rows[0].source
    if source == LOCAL:
        return [(row, State.HELD) for row in rows]
    buried = holdings.tombstoned(connection, source, [row.stix_id for row in rows])
    return [(row, State.RECALLED if row.stix_id in buried else State.HELD) for row in rows]


def _stop_revoked(connection: sa.Connection, rows: list[NewHolding], known: Numbers) -> None:
    """Take out of use what its source says is revoked: that version, all before it, and nothing of another source."""
    revoked = {known.ids[row.stix_id]: row.version + 1 for row in rows if REVOKED in row.flags.split()}
    if revoked:
        withdrawal.stop(connection, rows[0].source, revoked)


def _report(report: ImportReport, done: _Done, *, keep_ids: bool) -> None:
    report.accepted += done.held
    report.flagged += done.flagged
    report.duplicate += done.duplicate
    report.restated += done.restated
    report.quarantined.update(each.reason.code for each in done.rejected)
    for each in done.rejected:
        listed = report.examples.setdefault(each.reason.code, [])
        if len(listed) < _SHOWN:
            listed.append(each)
    if keep_ids:
        report.ids.extend(done.ids)
