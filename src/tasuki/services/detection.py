# SPDX-License-Identifier: MIT
"""Detection at work: hunt in logs with files or with everything held, and answer with sightings and null results."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from tasuki.base.canonical import Json
from tasuki.base.ids import Audience, uuid7
from tasuki.base.reasons import Reason
from tasuki.core.detection.matchers import CompiledSet
from tasuki.core.holdings.handling import BASES
from tasuki.engines.scan import Hit, ScanReport, scan
from tasuki.formats.json.pieces import Piece, cut
from tasuki.formats.lists.reader import read_list
from tasuki.formats.stix import build
from tasuki.formats.stix.ids import own_id
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import intake, release
from tasuki.services.intake import LOCAL, Terms, home_identity, read_file
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.services.signals import ARRIVED

ANSWERS: Final = ("sighting", "null-result")
"""What a hunt gives back to a partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Indicators from a file: the compiled set, and the lines that could not be used."""

    compiled: CompiledSet
    problems: tuple[Reason, ...]


def load_indicators(path: Path) -> Loaded:
    """Compile the indicators of a STIX bundle, a CSV or a plain list; a listed value is its own name.

    Raises:
        InputError: the file is none of these.
        WorldError: it cannot be read.
    """
    raw = read_file(path)
    compiled = CompiledSet()
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        problems = list(_from_stix(compiled, raw))
    else:
        problems = list(_from_list(compiled, raw))
    return Loaded(compiled=compiled, problems=tuple(problems))


def _from_stix(compiled: CompiledSet, raw: bytes) -> Iterator[Reason]:
    for piece in cut(raw):
        if piece.problem is not None:
            yield piece.problem
            continue
        try:
            obj = orjson.loads(piece.raw)
        except orjson.JSONDecodeError:
            continue
        if isinstance(obj, dict) and obj.get("type") == "indicator":
            compiled.add_pattern(str(obj.get("id")), str(obj.get("pattern", "")))


def _from_list(compiled: CompiledSet, raw: bytes) -> Iterator[Reason]:
    for listed in read_list(raw.split(b"\n")):
        if listed.problem is not None:
            yield listed.problem
        else:
            compiled.add(listed.value, [(listed.kind, listed.value)])


def hunt(
    compiled: CompiledSet,
    paths: Iterable[Path],
    report: ScanReport,
    *,
    form: str = "auto",
    progress: Callable[[ScanReport], None] | None = None,
) -> Iterator[Hit]:
    """Yield every hit of a compiled set in log files; needs no node.

    Raises:
        WorldError: there is no log at a path.
    """
    return scan(compiled, paths, report, form=form, progress=progress)


def hunt_held(node: Node, paths: Sequence[Path], *, form: str = "auto") -> tuple[ScanReport, list[Hit]]:
    """Hunt with every indicator held and not recalled.

    Raises:
        WorldError: there is no log at a path.
    """
    node.matching.catch_up(node)
    report = ScanReport()
    with node.matching.held() as compiled:
        hits = list(scan(compiled, paths, report, form=form))
        asked = len(compiled)
    detail: dict[str, Json] = {
        "files": report.files,
        "records": report.records,
        "indicators": asked,
        "hits": report.hits,
    }
    node.database.write(lambda connection: audit(node, connection, "detection:logs:hunt", detail))
    return report, hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a hunt means for a partner, without a line of the logs.

    Attributes:
        sector: where it was looked for, such as `food-and-agriculture`; never a victim.
        tlp: marking of the answer.
    """

    audience: Audience
    sector: str
    question: str
    tlp: str = "amber"


def answer(node: Node, report: ScanReport, answering: Answer, *, asked: int) -> dict[str, object]:
    """Turn a hunt into sightings, or into a null result where it found nothing, and share them through the gate.

    Raises:
        CallerError: the audience is not in the profile.
    """
    made = dict(_pieces(node, report, answering, asked))
    ids = list(made)
    terms = Terms(
        source=LOCAL,
        originator=node.me.participant,
        handling=BASES["own-sensor"],
        levels=(answering.tlp,),
    )
    intake.import_pieces(node, made.values(), terms)
    shared = release.share(node, ids, answering.audience)
    sightings = sum(each.startswith("sighting--") for each in ids)
    return {
        "sightings": sightings,
        "null_results": sum(each.startswith("null-result--") for each in ids),
        "ids": ids,
        "shared": shared.as_json(),
    }


def _pieces(node: Node, report: ScanReport, answering: Answer, asked: int) -> Iterator[tuple[str, Piece]]:
    now = node.clock.now()
    creator, identity = home_identity(node)
    yield creator, Piece(place="identity", raw=identity)
    marking: list[Json] = [marking_id(answering.tlp)]
    sector_id = own_id("identity", creator, answering.sector)
    sector = build.identity(
        sector_id,
        f"Sector: {answering.sector}",
        intake.IDENTITY_SINCE,
        markings=[marking_id("clear")],
        sectors=[answering.sector],
    )
    yield sector_id, Piece(place="sector", raw=sector)

    def fresh(kind: str) -> str:
        return f"{kind}--{uuid7(now, node.entropy.draw(10))}"

    for indicator, count in report.indicators.items():
        identifier = fresh("sighting")
        raw = build.make(
            "sighting",
            identifier,
            now,
            created_by_ref=creator,
            first_seen=_milli(report.first),
            last_seen=_milli(report.last),
            count=count,
            sighting_of_ref=indicator,
            where_sighted_refs=[sector_id],
            object_marking_refs=marking,
        )
        yield identifier, Piece(place=identifier, raw=raw)
    if not report.indicators:
        identifier = fresh("null-result")
        coverage: dict[str, Json] = {
            "files": report.files,
            "records": report.records,
            "unreadable_lines": report.rotten,
        }
        raw = build.make(
            "null-result",
            identifier,
            now,
            created_by_ref=creator,
            question=answering.question,
            sectors=[answering.sector],
            window_start=_milli(report.first),
            window_end=_milli(report.last),
            coverage=coverage,
            indicators_asked=asked,
            object_marking_refs=marking,
        )
        yield identifier, Piece(place=identifier, raw=raw)


def _milli(moment: str | None) -> str | None:
    """Cut a log's time to milliseconds, as far as a partner needs it."""
    return None if moment is None else moment[:23] + "Z"


def usable(node: Node, stix_id: str) -> dict[str, object]:
    """Say whether an indicator can match here, and since when (microseconds since 1970)."""
    return {"id": stix_id, "usable": stix_id in node.matching.compiled, "since": node.matching.usable_at(stix_id)}


def overview(node: Node) -> dict[str, object]:
    """Say what this node matches with."""
    compiled = node.matching.compiled
    return {"indicators": len(compiled), "not_compiled": len(compiled.not_compiled)}


def run_matching(node: Node, stop: threading.Event) -> None:
    """Keep the compiled set up to date until `stop` is set; woken by what is committed."""
    seen = node.signals.seen(ARRIVED)
    while not stop.is_set():
        node.matching.catch_up(node)
        seen = node.signals.wait(ARRIVED, seen, 1.0)
