# SPDX-License-Identifier: MIT
"""Editing the markings of one object in a file before it is brought in; every other byte of the file stays as it is."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import orjson

from tasuki.adapters.clock import Clock
from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import stix_id as as_stix_id
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.formats.gzip.stream import MAGIC
from tasuki.formats.json.pieces import Piece
from tasuki.formats.json.strict import loads
from tasuki.formats.stix import granular
from tasuki.formats.stix.granular import Mark
from tasuki.formats.stix.languages import standing
from tasuki.formats.stix.pap import PAP_IDS, PAP_LEVELS
from tasuki.formats.stix.tlp import LEVELS, marking_id
from tasuki.services.files import Content, objects_in
from tasuki.services.marking.reasons import NO_SUCH_OBJECT, PACKED, UNKNOWN_LANGUAGE, UNKNOWN_MARK, WHICH_OBJECT

_DEFINITION: Final = "marking-definition"
_TICK: Final = timedelta(milliseconds=1)


class Act(StrEnum):
    """What is done to the markings of a part, or of the whole."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit.

    Attributes:
        marks: what to mark with; nothing for `clear`.
        fields: selectors of the parts; none for the object as a whole.
        stix_id: which object of the file; None where there is only one that could be meant.
    """

    act: Act
    marks: tuple[Mark, ...] = ()
    fields: tuple[str, ...] = ()
    stix_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A file with one object marked otherwise.

    Attributes:
        modified: the version the object has now; None where its type has no versions, or nothing changed.
    """

    content: bytes
    stix_id: str
    changed: bool
    modified: str | None


def marks_of(texts: Iterable[str], languages: Iterable[str] = ()) -> tuple[Mark, ...]:
    """Return the marks people name: `tlp:amber`, `pap:red`, ids of marking definitions; and languages of parts.

    Raises:
        CallerError: a text is none of these, or no language.
    """
    return (*map(_mark, texts), *map(_language, languages))


_LEVELS: Final = {
    **{f"tlp:{level}": marking_id(level) for level in LEVELS},
    **{f"pap:{level}": next(key for key, value in PAP_IDS.items() if value == level) for level in PAP_LEVELS},
}


def _mark(text: str) -> Mark:
    identifier = _LEVELS.get(text.lower(), text)
    try:
        as_stix_id(identifier)
    except ValueError as error:
        raise CallerError(UNKNOWN_MARK.because(found=text[:80])) from error
    if not identifier.startswith(f"{_DEFINITION}--"):
        raise CallerError(UNKNOWN_MARK.because(found=text[:80]))
    return Mark(identifier)


def _language(tag: str) -> Mark:
    if standing(tag) not in ("registered", "replaced"):
        raise CallerError(UNKNOWN_LANGUAGE.because(found=tag[:40]))
    return Mark(tag, is_language=True)


def edit(raw: bytes, name: str, wanted: Edit, clock: Clock | None = None) -> Edited:
    """Return the bytes of a file with the markings of one object changed, and its version raised if it has one.

    Args:
        raw: the whole file: STIX, as `import` takes it, not packed.
        name: of the file.
        wanted: what to change.
        clock: says when the new version was made.

    Raises:
        CallerError: the file holds several objects and none was named.
        InputError: the object is not there once, cannot be read, or cannot be edited so.
    """
    if raw.startswith(MAGIC):
        raise InputError(PACKED.because(name=name))
    content = Content(name, [raw])
    content.require_text()
    piece, obj = _the_one(list(objects_in(content)), name, wanted.stix_id)
    done = _ACTS[wanted.act](obj, wanted)
    if done == obj:
        return Edited(content=raw, stix_id=str(obj.get("id")), changed=False, modified=None)
    modified = _next_version(obj, (clock or Clock()).now())
    if modified is not None:
        done["modified"] = modified
    at = _offset(raw, piece)
    written = orjson.dumps(done, option=orjson.OPT_INDENT_2 if b"\n" in piece.raw else 0)
    return Edited(
        content=raw[:at] + written + raw[at + len(piece.raw) :],
        stix_id=str(obj.get("id")),
        changed=True,
        modified=modified,
    )


def _the_one(pieces: list[Piece], name: str, stix_id: str | None) -> tuple[Piece, dict[str, Json]]:
    """Return the object that is meant; definitions are meant only where they are named."""
    found = [
        (piece, obj) for piece in pieces if piece.problem is None and isinstance(obj := _readable(piece.raw), dict)
    ]
    if stix_id is not None:
        named = [each for each in found if each[1].get("id") == stix_id]
        if len(named) != 1:
            raise InputError(NO_SUCH_OBJECT.because(stix_id=stix_id[:300], name=name, count=len(named)))
        return named[0]
    meant = [each for each in found if each[1].get("type") != _DEFINITION]
    if len(meant) != 1:
        raise CallerError(WHICH_OBJECT.because(count=len(meant), name=name))
    return meant[0]


def _offset(raw: bytes, piece: Piece) -> int:
    """Return where in a file an object begins; the same bytes may stand elsewhere too, as a part of another."""
    start = len(BOM_UTF8) if raw.startswith(BOM_UTF8) else 0
    for _ in range(piece.line - 1):
        start = raw.index(b"\n", start) + 1
    return raw.index(piece.raw, start + piece.column - 1)


def _readable(raw: bytes) -> Json:
    try:
        return loads(raw)
    except InputError:
        return None


_ACTS: Final[dict[Act, Callable[[dict[str, Json], Edit], dict[str, Json]]]] = {
    Act.SET: lambda obj, edit: granular.replace(obj, edit.marks, edit.fields or None),
    Act.ADD: lambda obj, edit: granular.add(obj, edit.marks, edit.fields or None),
    Act.REMOVE: lambda obj, edit: granular.remove(obj, edit.marks, edit.fields or None),
    Act.CLEAR: lambda obj, edit: granular.clear(obj, edit.fields or None),
}


def _next_version(obj: dict[str, Json], now: datetime) -> str | None:
    """Return the moment of the new version, later than the one before; None for what has no versions.

    Source: STIX 2.1 section 3.6.2.
    """
    before = obj.get("modified")
    if not isinstance(before, str):
        return None
    try:
        return format_rfc3339(max(now, parse_rfc3339(before) + _TICK))
    except (ValueError, OverflowError):
        return format_rfc3339(now)
