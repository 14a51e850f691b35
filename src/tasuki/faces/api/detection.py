# SPDX-License-Identifier: MIT
"""Detection for programs of this node: hunt with what is held, answer, ask what can match."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.faces.http.kit import Nothing, get, post
from tasuki.faces.http.reasons import BAD_REQUEST
from tasuki.services import detection
from tasuki.services.node import Node

_LINES: Final = 500
"""Hits that leave together: each piece of an answer costs more than a line."""

Count = Annotated[int, msgspec.Meta(ge=0)]


class Hunted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Logs on this machine: absolute paths, or relative ones with the folder against which they are meant."""

    paths: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    base: str | None = None
    form: Literal["auto", "zeek", "eve", "json"] = "auto"


class Answering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom a hunt is answered, and how."""

    audience: str
    sector: str
    question: str
    tlp: str = "amber"


class Covered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a hunt looked at."""

    asked: Count
    files: Count
    records: Count
    rotten: Count
    partly: Count
    first: datetime | None = None
    last: datetime | None = None


class Sighted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often an indicator was seen, and between when."""

    count: Annotated[int, msgspec.Meta(ge=1)]
    first: datetime | None = None
    last: datetime | None = None


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hunt to be answered: sightings by STIX id, or none."""

    answer: Answering
    coverage: Covered
    sighted: dict[str, Sighted]


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which indicator."""

    stix_id: str


def _overview(node: Node, _question: Nothing) -> dict[str, object]:
    return detection.overview(node)


def _usable(node: Node, question: One) -> dict[str, object]:
    return detection.usable(node, question.stix_id)


def _hunt(node: Node, question: Hunted) -> Iterator[bytes]:
    report = detection.ScanReport()
    paths = [Path(each) for each in question.paths]
    base = None if question.base is None else Path(question.base)
    return _lines(detection.hunt_held(node, paths, report, base=base, form=question.form), report)


def _lines(hits: Iterator[detection.Hit], report: detection.ScanReport) -> Iterator[bytes]:
    """Yield a line for each hit, and last the report."""
    while part := list(islice(hits, _LINES)):
        yield b"".join(msgspec.json.encode(hit) + b"\n" for hit in part)
    yield msgspec.json.encode({"report": report.as_json()}) + b"\n"


def _check(node: Node, question: Answering) -> dict[str, object]:
    detection.check(node, _answer_of(question))
    return {"audience": question.audience}


def _answer(node: Node, question: Answered) -> dict[str, object]:
    coverage = detection.Coverage(**msgspec.structs.asdict(question.coverage))
    sighted = {name: detection.Seen(**msgspec.structs.asdict(each)) for name, each in question.sighted.items()}
    return detection.answer(node, _answer_of(question.answer), coverage, sighted)


def _answer_of(question: Answering) -> detection.Answer:
    try:
        audience = Audience.parse(question.audience)
    except ValueError as error:
        raise CallerError(BAD_REQUEST.because(detail=str(error))) from error
    return detection.Answer(audience=audience, sector=question.sector, question=question.question, tlp=question.tlp)


ROUTES: Final = (
    get("/v1/detection", Nothing, _overview),
    get("/v1/detection/indicators/{stix_id}", One, _usable),
    post("/v1/detection/hunts", Hunted, _hunt),
    post("/v1/detection/answers", Answered, _answer),
    post("/v1/detection/answers/check", Answering, _check),
)
