# SPDX-License-Identifier: MIT
"""Requests for assistance, responses and endings: from parsed objects to values, and from values to bytes.

A stranger's object is read as far as it can be: only what names the conversation and its two sides is essential, the
rest is left out with a doubt, so that a slip in a detail never hides a call for help.

Source: docs/spec/extensions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience, StixId, stix_id
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.formats.stix import build
from tasuki.formats.stix import reasons as why

TYPES: Final = ("assistance-request", "assistance-response", "assistance-ending")
"""What this module reads and writes."""

MAX_LISTED: Final = 64
"""Elements read of one list: the longest menu has ten."""

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """One side's own judgement on its own national scale; it is never converted.

    Attributes:
        scale: id of the scale, such as `jpn-ci-2018`.
        value: code on that scale, such as `3` or `C2`.
    """

    scale: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One version of a request for assistance.

    Attributes:
        modified: the version, in whole milliseconds as the wire has it.
        sender: who asks, in which capacity; `to` is the `recipient` of the wire.
        trigger: what happened, in one word such as `ransomware`.
        effects: words of `EFFECTS` the asker claims.
        wanted: words of `WANTED`, also ones this version does not know.
        consent: word of `CONSENT`: what the victim agreed to.
    """

    id: StixId
    created: datetime
    modified: datetime
    revoked: bool
    sender: Audience
    to: Audience
    trigger: str
    effects: tuple[str, ...]
    severity: Severity | None
    wanted: tuple[str, ...]
    needed_by: datetime | None
    consent: str
    summary: str
    explanation: str
    status_line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What the side that was asked says to a request.

    Attributes:
        request_modified: the version of the request it answers; None where that cannot be read.
        outcome: word of `OUTCOMES`, also one this version does not know.
        question: what more it needs to know.
        results: ids of objects handed over with it.
        office: who speaks, such as `NCSC duty desk`; an office, not a person.
    """

    id: StixId
    created: datetime
    modified: datetime
    revoked: bool
    request: StixId
    request_modified: datetime | None
    sender: Audience | None
    to: Audience | None
    outcome: str
    accepted: tuple[str, ...]
    declined: tuple[str, ...]
    reason_code: str
    referred_to: str
    question: str
    severity: Severity | None
    results: tuple[str, ...]
    office: str
    role: str
    explanation: str
    status_line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The asker ends its request.

    Attributes:
        request_modified: the newest version it ends; a later version opens the request again.
        outcome: word of `ENDINGS`, also one this version does not know.
    """

    id: StixId
    created: datetime
    modified: datetime
    revoked: bool
    request: StixId
    request_modified: datetime | None
    sender: Audience | None
    to: Audience | None
    outcome: str
    office: str
    role: str
    explanation: str
    status_line: str


Statement = Request | Response | Ending


def read_statement(obj: Mapping[str, Json]) -> tuple[Statement, tuple[Reason, ...]]:
    """Return what a parsed object of one of `TYPES` says, and a doubt for each part of it that cannot be read.

    Raises:
        InputError: its id, times, request, or (of a request) one of the two sides cannot be read.
    """
    fields = _Fields(obj)
    reader = _READERS.get(fields.kind)
    if reader is None:
        raise fields.unreadable("type")
    return reader(fields), tuple(fields.doubts)


class _Fields:
    """One object of a stranger; each method reads one property or notes that it cannot be read."""

    def __init__(self, obj: Mapping[str, Json]) -> None:
        self.obj = obj
        self.doubts: list[Reason] = []
        self.kind = str(obj.get("type"))[:_SHOWN]

    def unreadable(self, name: str) -> InputError:
        found = str(self.obj.get(name, "-"))[:_SHOWN]
        return InputError(why.STATEMENT_UNREADABLE.because(type=self.kind, name=name, found=found))

    def doubt(self, name: str) -> None:
        found = str(self.obj.get(name, "-"))[:_SHOWN]
        self.doubts.append(why.STATEMENT_DOUBT.because(type=self.kind, name=name, found=found))

    def id(self, name: str) -> StixId:
        try:
            return stix_id(str(self.obj.get(name)))
        except ValueError as error:
            raise self.unreadable(name) from error

    def when(self, name: str) -> datetime:
        moment = _moment(self.obj.get(name))
        if moment is None:
            raise self.unreadable(name)
        return moment

    def moment(self, name: str, *, required: bool) -> datetime | None:
        moment = _moment(self.obj.get(name))
        if moment is None and (required or name in self.obj):
            self.doubt(name)
        return moment

    def side(self, name: str) -> Audience:
        side = _audience(self.obj.get(name))
        if side is None:
            raise self.unreadable(name)
        return side

    def audience(self, name: str) -> Audience | None:
        side = _audience(self.obj.get(name))
        if side is None:
            self.doubt(name)
        return side

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.obj.get(name)
        if isinstance(value, str):
            return value
        if required or name in self.obj:
            self.doubt(name)
        return ""

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        value = self.obj.get(name)
        listed = value[:MAX_LISTED] if isinstance(value, list) else []
        texts = [each for each in listed if isinstance(each, str)]
        is_whole = isinstance(value, list) and len(texts) == len(value)
        if (required and not texts) or (name in self.obj and not is_whole):
            self.doubt(name)
        return tuple(dict.fromkeys(texts))

    def severity(self, name: str, *, required: bool) -> Severity | None:
        value = self.obj.get(name)
        if isinstance(value, dict):
            scale, level = value.get("scale"), value.get("value")
            if isinstance(scale, str) and isinstance(level, str):
                return Severity(scale=scale, value=level)
        if required or name in self.obj:
            self.doubt(name)
        return None


def _moment(value: Json) -> datetime | None:
    """Return a moment cut to milliseconds, so that a version and a reference to it compare equal."""
    if not isinstance(value, str):
        return None
    try:
        moment = parse_rfc3339(value)
    except ValueError:
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _audience(value: Json) -> Audience | None:
    if not isinstance(value, str):
        return None
    try:
        return Audience.parse(value)
    except ValueError:
        return None


def _request(fields: _Fields) -> Request:
    return Request(
        id=fields.id("id"),
        created=fields.when("created"),
        modified=fields.when("modified"),
        revoked=fields.obj.get("revoked") is True,
        sender=fields.side("sender"),
        to=fields.side("recipient"),
        trigger=fields.text("trigger", required=True),
        effects=fields.texts("effects"),
        severity=fields.severity("national_severity", required=True),
        wanted=fields.texts("wanted", required=True),
        needed_by=fields.moment("needed_by", required=False),
        consent=fields.text("consent", required=True),
        summary=fields.text("summary", required=True),
        explanation=fields.text("explanation"),
        status_line=fields.text("status_line", required=True),
    )


def _response(fields: _Fields) -> Response:
    return Response(
        id=fields.id("id"),
        created=fields.when("created"),
        modified=fields.when("modified"),
        revoked=fields.obj.get("revoked") is True,
        request=fields.id("request_ref"),
        request_modified=fields.moment("request_modified", required=True),
        sender=fields.audience("sender"),
        to=fields.audience("recipient"),
        outcome=fields.text("outcome", required=True),
        accepted=fields.texts("accepted"),
        declined=fields.texts("declined"),
        reason_code=fields.text("reason_code"),
        referred_to=fields.text("referred_to"),
        question=fields.text("question"),
        severity=fields.severity("national_severity", required=False),
        results=fields.texts("result_refs"),
        office=fields.text("office", required=True),
        role=fields.text("role", required=True),
        explanation=fields.text("explanation"),
        status_line=fields.text("status_line", required=True),
    )


def _ending(fields: _Fields) -> Ending:
    return Ending(
        id=fields.id("id"),
        created=fields.when("created"),
        modified=fields.when("modified"),
        revoked=fields.obj.get("revoked") is True,
        request=fields.id("request_ref"),
        request_modified=fields.moment("request_modified", required=True),
        sender=fields.audience("sender"),
        to=fields.audience("recipient"),
        outcome=fields.text("outcome", required=True),
        office=fields.text("office", required=True),
        role=fields.text("role", required=True),
        explanation=fields.text("explanation"),
        status_line=fields.text("status_line", required=True),
    )


_READERS: Final[dict[str, Callable[[_Fields], Statement]]] = {
    "assistance-request": _request,
    "assistance-response": _response,
    "assistance-ending": _ending,
}


def write_statement(said: Statement, *, creator: str, markings: Iterable[str]) -> bytes:
    """Return a statement as canonical STIX; empty parts are left out."""
    marked: list[Json] = list(markings)
    shared: dict[str, Json] = {
        "created": format_rfc3339(said.created),
        "created_by_ref": creator,
        "object_marking_refs": marked,
        "revoked": said.revoked or None,
        "sender": _written(said.sender),
        "recipient": _written(said.to),
        "explanation": said.explanation,
        "status_line": said.status_line,
    }
    match said:
        case Request():
            return build.make("assistance-request", said.id, said.modified, **shared, **_asked(said))
        case Response():
            return build.make("assistance-response", said.id, said.modified, **shared, **_answered(said))
        case Ending():
            return build.make("assistance-ending", said.id, said.modified, **shared, **_bound(said))


def _asked(said: Request) -> dict[str, Json]:
    return {
        "trigger": said.trigger,
        "effects": list(said.effects),
        "national_severity": _scaled(said.severity),
        "wanted": list(said.wanted),
        "needed_by": None if said.needed_by is None else format_rfc3339(said.needed_by),
        "consent": said.consent,
        "summary": said.summary,
    }


def _answered(said: Response) -> dict[str, Json]:
    return {
        **_bound(said),
        "accepted": list(said.accepted),
        "declined": list(said.declined),
        "reason_code": said.reason_code,
        "referred_to": said.referred_to,
        "question": said.question,
        "national_severity": _scaled(said.severity),
        "result_refs": list(said.results),
    }


def _bound(said: Response | Ending) -> dict[str, Json]:
    """Return what ties a response or ending to its request, and who gives it."""
    version = said.request_modified
    return {
        "request_ref": said.request,
        "request_modified": None if version is None else format_rfc3339(version),
        "outcome": said.outcome,
        "office": said.office,
        "role": said.role,
    }


def _scaled(severity: Severity | None) -> Json:
    return None if severity is None else {"scale": severity.scale, "value": severity.value}


def _written(side: Audience | None) -> Json:
    return None if side is None else str(side)
