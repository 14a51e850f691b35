# SPDX-License-Identifier: MIT
"""Patterns: lines checked, compared, and held against observed data, one answer each, in order; needs no node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_BUNDLE_BYTES
from tasuki.base.reasons import Reason
from tasuki.formats.json.lines import Line, split_lines
from tasuki.formats.json.pieces import placed
from tasuki.formats.json.reasons import NOT_UTF8, TOO_LARGE
from tasuki.formats.json.strict import loads
from tasuki.formats.patterns.errors import EvaluationError, PatternError
from tasuki.formats.patterns.matching import Answer, Matcher, Verdict
from tasuki.formats.patterns.model import Version
from tasuki.formats.patterns.normal import likeness
from tasuki.formats.patterns.objections import objections
from tasuki.formats.patterns.observed import Evidence, read_evidence
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.reasons import NOT_A_PAIR, NOT_A_QUESTION
from tasuki.services.files import Content, Form

PARSE_ERROR: Final = "parse-error"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
VERSIONS: Final = tuple(version.value for version in Version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer on one line.

    Attributes:
        id: as the line says, else its number.
        reason: why it is no pattern; None where it is one.
        position: where, in characters of the pattern from 0.
        cautions: what the standard forbids in it although it is well-formed.
    """

    id: Json
    reason: Reason | None = None
    position: int = 0
    cautions: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The answer on one pattern and its observed data.

    Attributes:
        id: as the line says, else its number.
        result: match, no-match, parse-error or data-error.
        reason: why there is no verdict.
        observed: ids of the observed data that match by themselves; empty for patterns over several observations.
    """

    id: Json = None
    result: str
    reason: Reason | None = None
    observed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The answer on two patterns.

    Attributes:
        id: as the line says, else its number.
        result: equivalent, different, unknown (beyond the limits of the comparison), parse-error or data-error.
        reason: why they could not be compared.
    """

    id: Json
    result: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    id: Json
    pattern: str
    version: Version
    observed: tuple[Json, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unread:
    """A line that asks nothing that could be answered."""

    id: Json
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A line of JSON and the object on it."""

    id: Json
    line: int
    members: dict[str, Json]


def check(chunks: Iterable[bytes], version: str, *, strict: bool = False) -> Iterator[Checked]:
    """Yield one answer for each line that is not empty: a pattern, or a JSON object with `pattern`.

    Args:
        chunks: the text.
        version: version of the language where a line does not say.
        strict: refuse too what is well-formed but forbidden by the standard.
    """
    for line in _lines(chunks):
        question = line if isinstance(line, _Unread) else _question(line, version, {"observed": []})
        if isinstance(question, _Unread):
            yield Checked(id=question.id, reason=question.reason)
            continue
        try:
            found = objections(parse(question.pattern, question.version))
        except PatternError as error:
            yield Checked(id=question.id, reason=error.reason, position=error.position)
            continue
        yield Checked(id=question.id, reason=found[0] if strict and found else None, cautions=found)


def match_each(chunks: Iterable[bytes], version: str) -> Iterator[Matched]:
    """Yield one answer for each line: a JSON object with `pattern` and `observed`, a list of bundles."""
    for line in _lines(chunks):
        question = line if isinstance(line, _Unread) else _question(line, version, {})
        if isinstance(question, _Unread):
            yield Matched(id=question.id, result=Verdict.DATA_ERROR.value, reason=question.reason)
            continue
        try:
            matcher = Matcher(parse(question.pattern, question.version))
            answer = matcher.match(read_evidence(question.observed))
        except PatternError as error:
            yield Matched(id=question.id, result=PARSE_ERROR, reason=error.reason)
        except EvaluationError as error:
            yield Matched(id=question.id, result=Verdict.DATA_ERROR.value, reason=error.reason)
        else:
            yield Matched(id=question.id, result=answer.verdict.value, reason=answer.reason)


def match(pattern: str, version: str, content: Content) -> Matched:
    """Return whether observed data in a bundle, a list, a single object or JSON lines of them match a pattern.

    Raises:
        InputError: the content cannot be read.
    """
    try:
        parsed = parse(pattern, Version(version))
    except PatternError as error:
        return Matched(result=PARSE_ERROR, reason=error.reason)
    evidence = read_evidence(_documents(content))
    try:
        matcher = Matcher(parsed)
    except EvaluationError as error:
        return Matched(result=Verdict.DATA_ERROR.value, reason=error.reason)
    answer: Answer = matcher.match(evidence)
    return Matched(result=answer.verdict.value, reason=answer.reason, observed=_alone(matcher, evidence))


def _alone(matcher: Matcher, evidence: Evidence) -> tuple[str, ...]:
    if not matcher.is_single:
        return ()
    outcomes = zip(evidence.observations, matcher.each(evidence.observations), strict=True)
    return tuple(observed.id for observed, outcome in outcomes if outcome is True)


def compare_each(chunks: Iterable[bytes], version: str) -> Iterator[Compared]:
    """Yield one answer for each line: a JSON object with two patterns, `a` and `b`."""
    for line in _lines(chunks):
        if isinstance(line, _Unread):
            yield Compared(id=line.id, result=Verdict.DATA_ERROR.value, reason=line.reason)
            continue
        one, other, said = line.members.get("a"), line.members.get("b"), line.members.get("spec_version", version)
        if not isinstance(one, str) or not isinstance(other, str) or said not in VERSIONS:
            reason = NOT_A_PAIR.because(line=line.line)
            yield Compared(id=line.id, result=Verdict.DATA_ERROR.value, reason=reason)
            continue
        try:
            found = likeness(parse(one, Version(str(said))), parse(other, Version(str(said))))
        except PatternError as error:
            yield Compared(id=line.id, result=PARSE_ERROR, reason=error.reason)
        else:
            yield Compared(id=line.id, result=found.value)


def _lines(chunks: Iterable[bytes]) -> Iterator[_Asked | _Unread]:
    """Yield what stands on each line that is not empty: JSON where it begins with a brace, else a pattern."""
    for line in split_lines(chunks, MAX_BUNDLE_BYTES):
        if not line.is_whole:
            yield _Unread(id=line.number, reason=TOO_LARGE.because(limit=MAX_BUNDLE_BYTES, found=line.size))
            continue
        raw = line.raw.removeprefix(_BYTE_ORDER_MARK) if line.number == 1 else line.raw
        if raw.lstrip(b" \t").startswith(b"{"):
            yield _of_json(raw, line)
        elif raw.strip():
            yield _of_text(raw, line)


def _of_text(raw: bytes, line: Line) -> _Asked | _Unread:
    try:
        return _Asked(id=line.number, line=line.number, members={"pattern": raw.decode()})
    except UnicodeDecodeError as error:
        return _Unread(id=line.number, reason=NOT_UTF8.because(offset=error.start))


def _of_json(raw: bytes, line: Line) -> _Asked | _Unread:
    try:
        value = loads(raw, max_bytes=MAX_BUNDLE_BYTES)
    except InputError as error:
        return _Unread(id=line.number, reason=placed(error.reason, line.number, 1))
    members = value if isinstance(value, dict) else {}
    return _Asked(id=members.get("id", line.number), line=line.number, members=members)


def _question(asked: _Asked, version: str, given: dict[str, Json]) -> _Question | _Unread:
    """Return the question a line asks; what is `given` counts, whatever the line says of it."""
    members = asked.members | given
    pattern, observed, said = members.get("pattern"), members.get("observed"), members.get("spec_version", version)
    if not isinstance(pattern, str) or not isinstance(observed, list) or said not in VERSIONS:
        return _Unread(id=asked.id, reason=NOT_A_QUESTION.because(line=asked.line))
    return _Question(id=asked.id, pattern=pattern, version=Version(str(said)), observed=tuple(observed))


def _documents(content: Content) -> Iterator[Json]:
    if content.form is Form.LINES:
        for line in split_lines(content.chunks(), MAX_BUNDLE_BYTES):
            if line.raw.strip():
                yield loads(line.raw, max_bytes=MAX_BUNDLE_BYTES)
    else:
        value = loads(b"".join(content.chunks()), max_bytes=MAX_BUNDLE_BYTES)
        yield from value if isinstance(value, list) else [value]
    if content.problem is not None:
        raise InputError(content.problem)
