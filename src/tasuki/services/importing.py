# SPDX-License-Identifier: MIT
"""Import: what people bring in, under the terms they state; objects as they are, listed values as indicators."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import orjson

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.base.reasons import Reason
from tasuki.base.time import parse_rfc3339
from tasuki.core.holdings.handling import BASES, UNKNOWN, handling_to_json
from tasuki.core.holdings.model import Victim
from tasuki.core.holdings.reasons import (
    DISPOSE_BY,
    SPILL,
    STAYS_LOCAL,
    UNKNOWN_BASIS,
    UNKNOWN_TLP,
    UNKNOWN_VICTIM,
)
from tasuki.core.markings.ceiling import ceilings_of, mark_above
from tasuki.core.release.reasons import UNKNOWN_READER
from tasuki.formats.json.lines import split_lines
from tasuki.formats.json.pieces import Piece
from tasuki.formats.lists.reader import Listed, read_list
from tasuki.formats.stix import build
from tasuki.formats.stix.tlp import LEVELS, level_of_text, marking_id
from tasuki.services.files import Content, Form, objects_in
from tasuki.services.intake import IDENTITY_SINCE, ImportReport, home_identity, import_pieces
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.store import holdings as store

_BATCH: Final = 500
"""Lines of a list whose ids are looked up together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the person who brings something in says of it, as typed.

    Attributes:
        tlp: a TLP label that holds for all of it, beside what the objects say themselves.
        releasable_to: audiences to which it is limited; none means no caveat.
        basis: name of a handling basis; None leaves it unknown, and all of it at home.
        dispose_by: a day, which counts to its end in UTC, or a moment.
        victim: what the victim it tells of said; None leaves what the basis begins with.
    """

    tlp: str | None = None
    releasable_to: tuple[str, ...] = ()
    basis: str | None = None
    dispose_by: str | None = None
    victim: str | None = None


def terms_of(node: Node, statement: Statement) -> Terms:
    """Return the terms a statement means at this node.

    Raises:
        CallerError: a label, audience, basis, date or word of a victim that nobody knows.
    """
    level = None if statement.tlp is None else level_of_text(statement.tlp)
    if statement.tlp is not None and level is None:
        raise CallerError(UNKNOWN_TLP.because(known=", ".join(LEVELS), found=statement.tlp[:40]))
    handling = UNKNOWN if statement.basis is None else BASES.get(statement.basis)
    if handling is None:
        raise CallerError(UNKNOWN_BASIS.because(known=", ".join(BASES), found=str(statement.basis)[:40]))
    audiences = tuple(sorted({str(_audience(node, each)) for each in statement.releasable_to}))
    return Terms(
        source=LOCAL,
        originator=node.me.participant,
        handling=replace(
            handling,
            dispose_by=_moment(statement.dispose_by, node.clock.now()),
            victim=handling.victim if statement.victim is None else _victim(statement.victim),
        ),
        levels=() if level is None else (level,),
        caveats=(audiences,) if audiences else (),
    )


def _victim(text: str) -> Victim:
    known = [each.value for each in Victim if each is not Victim.NONE]
    if text not in known:
        raise CallerError(UNKNOWN_VICTIM.because(known=", ".join(known), found=text[:40]))
    return Victim(text)


def _audience(node: Node, text: str) -> Audience:
    try:
        audience = Audience.parse(text)
    except ValueError as error:
        raise CallerError(UNKNOWN_READER.because(profile=node.profile.id, reader=text[:60])) from error
    if audience.desk not in node.gate.rules.readers:
        raise CallerError(UNKNOWN_READER.because(profile=node.profile.id, reader=text[:60]))
    return audience


def _moment(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    try:
        is_day = "T" not in text.upper()
        moment = parse_rfc3339(f"{text}T00:00:00Z" if is_day else text)
        moment += timedelta(days=1 if is_day else 0)
    except (ValueError, OverflowError) as error:
        raise CallerError(DISPOSE_BY.because(found=text[:40])) from error
    if moment <= now:
        raise CallerError(DISPOSE_BY.because(found=text[:40]))
    return moment


def stays_local(terms: Terms) -> Reason | None:
    """Return why nothing imported under these terms will leave, or None where the objects themselves decide."""
    return None if terms.handling.is_known else STAYS_LOCAL.because()


def answer(report: ImportReport, terms: Terms) -> dict[str, object]:
    """Return what an import came to, and under which terms, for machines."""
    handling = handling_to_json(terms.handling)
    reason = stays_local(terms)
    return {
        **report.as_json(),
        "tlp": terms.levels[0] if terms.levels else None,
        "releasable_to": list(terms.caveats[0]) if terms.caveats else None,
        "basis": handling["collection"],
        "dispose_by": handling["dispose_by"],
        "victim": handling.get("victim"),
        "stays_local": None if reason is None else reason.as_json(),
    }


def import_stream(
    node: Node, name: str, chunks: Iterable[bytes], terms: Terms, *, keep_ids: bool = False
) -> ImportReport:
    """Take in one file as it streams by: STIX (object, bundle, JSON lines) or a list of values, plain or gzip.

    What was committed before something fails stays held.

    Raises:
        InputError: it is empty, or nothing this node can take in; nothing was changed.
        WorldError: reading or the store failed.
    """
    content = Content(name, chunks)
    content.require_text()
    return import_pieces(node, pieces(node, content, terms), terms, keep_ids=keep_ids)


def pieces(node: Node, content: Content, terms: Terms) -> Iterator[Piece]:
    """Yield what a file holds, piece by piece; last, why it ended too early."""
    yield from _of_list(node, content, terms) if content.form is Form.LIST else objects_in(content)
    if content.problem is not None:
        yield Piece(place="", raw=b"", problem=content.problem)


def _of_list(node: Node, content: Content, terms: Terms) -> Iterator[Piece]:
    """Yield a list's values as indicators of ours, after the identity and the caveat they refer to."""
    mark = mark_above(content.head.decode("utf-8", "replace"), ceilings_of(node.profile))
    if mark is not None:
        # A page is marked as a whole: none of its lines is taken out of it.
        yield Piece(place="", raw=b"", problem=SPILL.because(mark=mark), digest=_digest(content.chunks()))
        return
    creator, identity = home_identity(node)
    yield Piece(place="identity", raw=identity)
    markings = [marking_id(level) for level in terms.levels]
    for audiences in terms.caveats:
        identifier, definition = build.caveat_definition(audiences, creator=creator, at=IDENTITY_SINCE)
        markings.append(identifier)
        yield Piece(place="caveat", raw=definition)
    lines = (line.raw for line in split_lines(content.chunks(), MAX_LINE_BYTES + 1))
    maker = _Maker(node, creator, markings)
    listed = read_list(lines)
    while batch := list(itertools.islice(listed, _BATCH)):
        yield from maker.pieces(batch)


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


class _Maker:
    """Makes indicators of listed values; what was made of the same value before is found again."""

    def __init__(self, node: Node, creator: str, markings: Sequence[str]) -> None:
        self.node = node
        self.creator = creator
        self.markings = markings
        self.now = node.clock.now()

    def pieces(self, batch: Sequence[Listed]) -> Iterator[Piece]:
        """Yield a piece for each line."""
        held = self._held(batch)
        for listed in batch:
            place = f"line {listed.line}"
            if listed.problem is not None:
                yield Piece(place=place, raw=listed.value.encode(), problem=listed.problem)
            else:
                before = held.get(self._id(listed))
                yield Piece(place=place, raw=self._first(listed) if before is None else self._next(listed, before))

    def _id(self, listed: Listed) -> str:
        return build.indicator_id(listed.kind, listed.value, creator=self.creator)

    def _held(self, batch: Sequence[Listed]) -> dict[str, bytes]:
        """Return what is held already of what this batch lists, as bytes by id."""
        ids = [self._id(each) for each in batch if each.problem is None]
        with self.node.database.read() as connection:
            newest = [each.position for each in store.latest(connection, ids) if each.source == LOCAL]
            bodies = store.sealed(connection, newest)
        open_body = self.node.vault.open
        return {each.stix_id: open_body(each.ciphertext, each.wrapped, each.digest) for each in bodies}

    def _first(self, listed: Listed) -> bytes:
        return self._made(listed, self.now, self.now)

    def _next(self, listed: Listed, before: bytes) -> bytes:
        """Return the indicator as it is held where the list says nothing new of it, else its next version."""
        held = orjson.loads(before)
        # A bare list knows less than what is held; that is no news.
        known = listed if listed.about else replace(listed, about=held.get("description", ""))
        since = parse_rfc3339(held["created"])
        same = self._made(known, parse_rfc3339(held["modified"]), since)
        return same if same == before else self._made(known, self.now, since)

    def _made(self, listed: Listed, at: datetime, since: datetime) -> bytes:
        return build.indicator(
            listed.kind,
            listed.value,
            creator=self.creator,
            at=at,
            since=since,
            description=listed.about,
            markings=self.markings,
        )
