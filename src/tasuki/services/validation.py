# SPDX-License-Identifier: MIT
"""Validation: every object of a file held against STIX 2.1, one answer each, in order; needs no node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_BUNDLE_BYTES
from tasuki.base.reasons import Reason
from tasuki.formats.json.lines import Line, split_lines
from tasuki.formats.json.pieces import Piece, cut, cut_stream, is_bundle, placed
from tasuki.formats.json.reasons import TOO_LARGE
from tasuki.formats.json.strict import loads
from tasuki.formats.patterns.errors import PatternError
from tasuki.formats.patterns.model import Version
from tasuki.formats.patterns.parser import parse
from tasuki.formats.stix.validate import Problem, is_valid, validate
from tasuki.services.files import Content, Form

_VERSIONS: Final = {version.value: version for version in Version}
_JSON: Final = "STIX 2.1 §1.2.10, RFC 8259"
_RULES: Final = {
    "json.duplicate-member": "RFC 7493 §2.3",
    "json.bundle-member-twice": "RFC 7493 §2.3",
    "json.lone-surrogate": "RFC 7493 §2.1",
    "json.not-utf8": "RFC 7493 §2.1",
    "json.integer-range": "STIX 2.1 §2.10, RFC 7493 §2.2",
    "json.byte-order-mark": "RFC 8259 §8.1",
    "json.too-deep": "RFC 8259 §9",
    "json.too-large": "RFC 8259 §9",
}
"""The clause behind what the strict JSON reader refuses; anything else breaks the grammar itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The answer on one object, or on one line.

    Attributes:
        line: line on which it begins, from 1.
        id: its id, None where it has none that could be read.
        problems: each path is a JSON Pointer within the object, or within what stands on the line.
    """

    line: int
    id: str | None
    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Whether no MUST is broken."""
        return is_valid(self.problems)


def judge(content: Content) -> Iterator[Judgement]:
    """Yield one answer for each line of JSON lines, in order; of a document, one for each object.

    What cannot be read is answered like anything else that is wrong, and the rest goes on. A bundle that stands on one
    line is one answer; one that is a document gets an answer of its own, after its objects, only where the bundle
    itself is wrong or holds nothing.
    """
    yield from _of_document(content) if _is_document(content) else _of_lines(content)
    if content.problem is not None:
        yield Judgement(line=1, id=None, problems=(_unread(content.problem),))


def _is_document(content: Content) -> bool:
    if content.name.lower().removesuffix(".gz").endswith(".json"):
        return True
    lines = (line for line in content.head.split(b"\n", 100) if line.strip())
    next(lines, None)
    return content.form is Form.DOCUMENT and next(lines, None) is not None


def _of_lines(content: Content) -> Iterator[Judgement]:
    for line in split_lines(content.chunks(), MAX_BUNDLE_BYTES):
        yield _of_line(line)


def _of_line(line: Line) -> Judgement:
    if not line.is_whole:
        reason = TOO_LARGE.because(limit=MAX_BUNDLE_BYTES, found=line.size)
        return Judgement(line=line.number, id=None, problems=(_unread(reason),))
    return _of_raw(line.raw, line.number, 1)


def _of_raw(raw: bytes, line: int, column: int) -> Judgement:
    try:
        value = loads(raw, max_bytes=MAX_BUNDLE_BYTES)
    except InputError as error:
        return Judgement(line=line, id=None, problems=(_unread(placed(error.reason, line, column)),))
    return Judgement(line=line, id=_id(value), problems=validate(value, check_pattern=_why_no_pattern))


def _of_document(content: Content) -> Iterator[Judgement]:
    chunks = content.chunks()
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > MAX_BUNDLE_BYTES:
            break
    raw = b"".join(parts)
    try:
        value = loads(raw, max_bytes=MAX_BUNDLE_BYTES)
    except InputError as error:
        yield from _of_pieces(_chain(raw, chunks), error.reason)
        return
    yield from _of_bundle(raw, value) if _means_bundle(value) else _of_pieces(iter((raw,)), None)


def _means_bundle(value: Json) -> bool:
    """Whether a document is a bundle, or would be one if it said so."""
    if not isinstance(value, dict):
        return False
    return is_bundle(value) or ("type" not in value and isinstance(value.get("objects"), list))


def _chain(raw: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield raw
    yield from rest


def _of_bundle(raw: bytes, value: Json) -> Iterator[Judgement]:
    """Judge a bundle as a whole, since its objects explain each other; answer for each object."""
    assert isinstance(value, dict)  # noqa: S101 `is_bundle` was asked
    by_object: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in validate(value, check_pattern=_why_no_pattern):
        place, path = _parted(problem.path)
        by_object[place].append(msgspec.structs.replace(problem, path=path))
    listed = value.get("objects")
    objects = listed if isinstance(listed, list) else []
    lines = [piece.line for piece in cut(raw)]
    for index, obj in enumerate(objects):
        # The cutter gives up on a list of something else than objects; the validator does not.
        line = lines[index] if index < len(lines) else lines[-1]
        yield Judgement(line=line, id=_id(obj), problems=tuple(by_object.pop(f"/objects/{index}", ())))
    rest = tuple(problem for problems in by_object.values() for problem in problems)
    if rest or not objects:
        yield Judgement(line=1, id=_id(value), problems=rest)


def _parted(path: str) -> tuple[str, str]:
    """Return the object of a bundle that a path leads into, and the path within it; the bundle itself is `""`."""
    steps = path.split("/", 3)
    if len(steps) < len(("", "objects", "0")) or steps[1] != "objects":
        return "", path
    return f"/objects/{steps[2]}", f"/{steps[3]}" if len(steps) > len(("", "objects", "0")) else ""


def _of_pieces(chunks: Iterator[bytes], refusal: Reason | None) -> Iterator[Judgement]:
    """Judge the objects of a document one by one: it is no bundle, too large to be read whole, or broken."""
    is_told = refusal is None or refusal.code == TOO_LARGE.code
    try:
        for piece in cut_stream(chunks):
            answer = _of_piece(piece)
            is_told = is_told or not answer.valid
            yield answer
    except InputError as error:
        yield Judgement(line=1, id=None, problems=(_unread(error.reason),))
        return
    if refusal is not None and not is_told:
        yield Judgement(line=1, id=None, problems=(_unread(refusal),))


def _of_piece(piece: Piece) -> Judgement:
    if piece.problem is not None:
        return Judgement(line=piece.line, id=None, problems=(_unread(piece.problem),))
    return _of_raw(piece.raw, piece.line, piece.column)


def _why_no_pattern(text: str, version: str) -> Reason | None:
    """Return why a text is no STIX pattern of a version of the language, or None where it is one."""
    try:
        parse(text, _VERSIONS[version])
    except PatternError as error:
        return error.reason
    return None


def _unread(reason: Reason) -> Problem:
    return Problem("", _RULES.get(reason.code, _JSON), reason.kind, reason.params)


def _id(value: Json) -> str | None:
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
