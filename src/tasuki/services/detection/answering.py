# SPDX-License-Identifier: MIT
"""Answering: a hunt becomes sightings, or a null result where it found nothing, and goes back through the gate.

What travels is which indicator, in which sector, how often and between when: no value, field, file or line of a log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience, uuid4
from tasuki.base.time import format_rfc3339
from tasuki.core.detection.reasons import NO_QUESTION, NO_TLP, NOT_ANSWERED
from tasuki.core.detection.sectors import check_sector
from tasuki.core.holdings.handling import BASES
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix import build
from tasuki.formats.stix.ids import own_id
from tasuki.formats.stix.tlp import LEVELS, level_of_text, marking_id
from tasuki.services import intake, release
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED, OUTBOX
from tasuki.services.release import ShareReport
from tasuki.store import detection as store

MAX_QUESTION: Final = 1000
_TOGETHER: Final = 500
"""Sightings made in one transaction."""

_MAX_COUNT: Final = 999_999_999
"""STIX 2.1 section 5.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """To whom a hunt is answered, and how.

    Attributes:
        sector: where it was looked for, such as `food-and-agriculture`; never a victim.
        question: what was asked, in the words of who hunts.
        tlp: marking of the answer.
    """

    audience: Audience
    sector: str
    question: str
    tlp: str = "amber"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a hunt looked at: without it, finding nothing says nothing.

    Attributes:
        asked: how many indicators were looked for.
        rotten: lines that were no records.
        partly: files that could be read in part or not at all.
    """

    asked: int
    files: int
    records: int
    rotten: int
    partly: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """In how many records an indicator was seen, and between when."""

    count: int
    first: datetime | None
    last: datetime | None


def check(node: Node, answering: Answer) -> Answer:
    """Return an answer as it can be given, or refuse it before anybody hunts for it.

    Raises:
        CallerError: audience, sector, question or marking cannot stand.
    """
    release.check_audience(node, answering.audience)
    check_sector(answering.sector)
    level = level_of_text(answering.tlp)
    if level is None:
        raise CallerError(NO_TLP.because(found=answering.tlp[:20], known=", ".join(LEVELS)))
    if not 0 < len(answering.question.strip()) <= MAX_QUESTION:
        raise CallerError(NO_QUESTION.because(limit=MAX_QUESTION, found=len(answering.question)))
    return replace(answering, tlp=level, question=answering.question.strip())


def answer(node: Node, answering: Answer, coverage: Coverage, sighted: Mapping[str, Seen]) -> dict[str, object]:
    """Make sightings, or a null result, and share them through the gate: each batch whole or not at all.

    Args:
        node: who answers.
        answering: to whom and how.
        coverage: of the hunt.
        sighted: what was seen, by indicator; those not held here under their id are left out and counted.

    Raises:
        CallerError: the answer cannot stand, see `check`.
        InputError: the gate keeps it, or nothing that was seen can be named; nothing is held.
    """
    answering = check(node, answering)
    with node.database.read() as connection:
        known = {each.stix_id for each in store.newest(connection, sighted)}
    if sighted and not known:
        raise InputError(NOT_ANSWERED.because(count=len(sighted)))
    maker = _Maker(node, answering)
    made = iter(maker.sightings(sighted, known) if sighted else [maker.null_result(coverage)])
    ids: list[str] = []
    shares: list[ShareReport] = []
    while batch := dict(islice(made, _TOGETHER)):
        shares.append(_give(node, answering, maker, batch))
        ids.extend(batch)
    node.signals.raise_(ARRIVED)
    node.signals.raise_(OUTBOX)
    sightings = sum(each.startswith("sighting--") for each in ids)
    return {
        "audience": str(answering.audience),
        "sightings": sightings,
        "null_results": len(ids) - sightings,
        "left_out": len(sighted) - len(known),
        "ids": ids,
        "shared": [each.as_json() for each in shares],
    }


def _give(node: Node, answering: Answer, maker: _Maker, batch: Mapping[str, bytes]) -> ShareReport:
    """Hold a batch, put it to the gate and queue what may go, in one transaction."""
    context = maker.context()
    pieces = [Piece(place=name, raw=raw) for name, raw in {**context, **batch}.items()]
    terms = Terms(source=LOCAL, originator=node.me.participant, handling=BASES["own-sensor"])
    hold = intake.prepare_own(node, pieces, terms)
    detail: dict[str, Json] = {
        "audience": str(answering.audience),
        "sector": answering.sector,
        "tlp": answering.tlp,
        "ids": list(batch),
    }

    def work(connection: sa.Connection) -> ShareReport:
        rejected = hold(connection)
        if rejected:
            raise InputError(rejected[0].reason)
        release.share_within(node, connection, list(context), answering.audience, lane="bulk")
        report = release.share_within(node, connection, list(batch), answering.audience, lane="bulk")
        if not report.released:
            raise InputError(next(iter(report.reasons.values())))
        audit(node, connection, "detection:hunt:answer", detail)
        return report

    return node.database.write(work)


class _Maker:
    """Makes the objects of one answer."""

    def __init__(self, node: Node, answering: Answer) -> None:
        self._node = node
        self._answering = answering
        self._now = node.clock.now()
        self._creator, self._identity = intake.home_identity(node)
        self._sector_id = own_id("identity", self._creator, answering.sector)

    def context(self) -> dict[str, bytes]:
        """Return who answers, and the sector, by id."""
        sector = build.identity(
            self._sector_id,
            f"Sector: {self._answering.sector}",
            intake.IDENTITY_SINCE,
            markings=[marking_id("clear")],
            sectors=[self._answering.sector],
        )
        return {self._creator: self._identity, self._sector_id: sector}

    def sightings(self, sighted: Mapping[str, Seen], known: set[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (id, object) of a sighting for each indicator that is held here."""
        for indicator, seen in sighted.items():
            if indicator in known:
                yield self._made(
                    "sighting",
                    first_seen=_moment(seen.first),
                    last_seen=_moment(seen.last),
                    count=min(seen.count, _MAX_COUNT),
                    sighting_of_ref=indicator,
                    where_sighted_refs=[self._sector_id],
                )

    def null_result(self, coverage: Coverage) -> tuple[str, bytes]:
        """Return (id, object) that says: looked for, with this coverage, and not there."""
        looked_at: dict[str, Json] = {
            "files": coverage.files,
            "records": coverage.records,
            "unreadable_lines": coverage.rotten,
            "files_read_in_part": coverage.partly,
        }
        return self._made(
            "null-result",
            question=self._answering.question,
            sectors=[self._answering.sector],
            window_start=_moment(coverage.first),
            window_end=_moment(coverage.last),
            coverage=looked_at,
            indicators_asked=coverage.asked,
        )

    def _made(self, kind: str, **properties: Json) -> tuple[str, bytes]:
        identifier = f"{kind}--{uuid4(self._node.entropy.draw(16))}"
        markings: Sequence[Json] = [marking_id(self._answering.tlp)]
        raw = build.make(
            kind,
            identifier,
            self._now,
            created_by_ref=self._creator,
            object_marking_refs=list(markings),
            **properties,
        )
        return identifier, raw


def _moment(instant: datetime | None) -> str | None:
    """Cut a log's time to milliseconds, as far as a partner needs it."""
    return None if instant is None else format_rfc3339(instant)
