# SPDX-License-Identifier: MIT
"""Reads signed statements field by field: strict, canonical, each value against its form."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, PeerError
from tasuki.base.ids import NodeName
from tasuki.base.limits import MAX_OBJECT_BYTES, MAX_SAFE_INTEGER
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.formats.json import strict
from tasuki.formats.suites.frames import Frame, read_frame
from tasuki.formats.suites.reasons import BAD_FIELD, NOT_JSON

_HEX64 = re.compile(r"[0-9a-f]{64}")
_KEY_ID = re.compile(r"[0-9a-f]{32}")
_WORD = re.compile(r"[a-z][a-z0-9-]{0,31}")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MAX_CRIT = 16

MAX_PARAMS: Final = 16
"""Values in one reason."""

MAX_PARAM: Final = 300
"""Characters in one of them."""


def read_json(raw: bytes, what: str, limit: int = MAX_OBJECT_BYTES) -> dict[str, Json]:
    """Return a JSON object of a partner, strictly read.

    Raises:
        PeerError: not strict JSON, or no object.
    """
    try:
        value = strict.loads(raw, max_bytes=limit)
    except InputError as error:
        raise PeerError(NOT_JSON.because(what=what, found=error.reason.code)) from error
    if not isinstance(value, dict):
        raise PeerError(NOT_JSON.because(what=what, found=type(value).__name__))
    return value


def read_statement(raw: bytes, what: str) -> dict[str, Json]:
    """Return a signed statement: strict JSON in its one canonical spelling.

    Raises:
        PeerError: not strict JSON, no object, or another spelling than RFC 8785 gives.
    """
    value = read_json(raw, what)
    try:
        respelled = canonical(value)
    except ValueError as error:
        raise PeerError(NOT_JSON.because(what=what, found="number")) from error
    if respelled != raw:
        raise PeerError(NOT_JSON.because(what=what, found="spelling"))
    return value


def read_alone(magic: bytes, raw: bytes, limit: int, what: str) -> tuple[Frame, dict[str, Json]]:
    """Return frame and members of a signed statement that stands alone: nothing follows its signatures.

    Args:
        magic: first bytes of its form.
        raw: the whole of it.
        limit: bytes that the statement may have.
        what: names it in reasons.

    Raises:
        PeerError: the form is broken, as `read_frame` and `read_statement` say, or something follows.
    """
    frame = read_frame(magic, raw, limit)
    statement = read_statement(frame.statement, what)
    if frame.rest:
        raise Fields(statement, what).wrong("end", "nothing after the signatures")
    return frame, statement


class Fields:
    """Reads the fields of one statement of a partner, each against its form; anything else is the partner's error."""

    def __init__(self, value: Mapping[str, Json], what: str) -> None:
        """Read from `value`; `what` names the statement in reasons."""
        self._value = value
        self._what = what

    def wrong(self, field: str, expected: str) -> PeerError:
        """Return the error for a field that is not as expected."""
        return PeerError(BAD_FIELD.because(field=field, what=self._what, expected=expected))

    def integer(self, field: str, least: int) -> int:
        """Return an integer of at least `least` and at most 2^53 - 1."""
        value = self._value.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MAX_SAFE_INTEGER:
            raise self.wrong(field, f"integer >= {least}")
        return value

    def number(self, field: str) -> int:
        """Return an integer of whatever sign, for a rule that says more than its form."""
        value = self._value.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_SAFE_INTEGER:
            raise self.wrong(field, "integer")
        return value

    def text(self, field: str, longest: int) -> str:
        """Return a string of at most `longest` characters."""
        value = self._value.get(field)
        if not isinstance(value, str) or len(value) > longest:
            raise self.wrong(field, f"string <= {longest}")
        return value

    def text_or_none(self, field: str, longest: int) -> str | None:
        """Return a string or null; the member must be there."""
        return None if self._is_null(field) else self.text(field, longest)

    def word(self, field: str) -> str:
        """Return a short lower-case word."""
        return self._matching(field, _WORD, "lower-case word")

    def hash(self, field: str) -> str:
        """Return a SHA-256 as 64 lower-case hex digits."""
        return self._matching(field, _HEX64, "64 hex digits")

    def hash_or_none(self, field: str) -> str | None:
        """Return a hash or null; the member must be there."""
        return None if self._is_null(field) else self.hash(field)

    def key_id(self, field: str) -> str:
        """Return a key id as 32 lower-case hex digits."""
        return self._matching(field, _KEY_ID, "32 hex digits")

    def key_pair(self, field: str) -> tuple[str, str]:
        """Return two key ids."""
        first, second, *more = [*self._strings(field, _KEY_ID, "two key ids"), "", ""]
        if len(more) != 2 or not second:  # noqa: PLR2004 the two fillers above
            raise self.wrong(field, "two key ids")
        return first, second

    def base64(self, field: str, longest: int) -> bytes:
        """Return bytes written in base64 of at most `longest` characters, in its one spelling."""
        text = self.text(field, longest)
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise self.wrong(field, "base64") from error
        if base64.b64encode(raw).decode() != text:
            raise self.wrong(field, "base64 in its one spelling")
        return raw

    def uuid(self, field: str) -> str:
        """Return a UUID in its lower-case text form."""
        value = self.text(field, 36)
        try:
            plain = str(uuid.UUID(value))
        except ValueError as error:
            raise self.wrong(field, "UUID") from error
        if plain != value:
            raise self.wrong(field, "UUID")
        return value

    def node(self, field: str) -> NodeName:
        """Return a node name."""
        try:
            return NodeName.parse(self.text(field, 40))
        except ValueError as error:
            raise self.wrong(field, "PARTICIPANT/node") from error

    def moment(self, field: str) -> datetime:
        """Return a moment, written as this project writes it."""
        value = self.text(field, 24)
        try:
            moment = parse_rfc3339(value)
        except ValueError as error:
            raise self.wrong(field, "RFC 3339 UTC") from error
        if format_rfc3339(moment) != value:
            raise self.wrong(field, "RFC 3339 UTC with milliseconds")
        return moment

    def moment_or_none(self, field: str) -> datetime | None:
        """Return a moment or null; the member must be there."""
        return None if self._is_null(field) else self.moment(field)

    def names(self, field: str) -> tuple[str, ...]:
        """Return a short list of field names, sorted and without repeats."""
        values = self._strings(field, _FIELD_NAME, "list of field names")
        if len(values) > _MAX_CRIT or sorted(set(values)) != values:
            raise self.wrong(field, "sorted list of field names")
        return tuple(values)

    def params(self, field: str) -> dict[str, str | int]:
        """Return the values of a reason: a few short strings and integers by name."""
        value = self._value.get(field)
        if not isinstance(value, dict) or len(value) > MAX_PARAMS:
            raise self.wrong(field, "object of strings and integers")
        found = {
            name: each for name, each in value.items() if isinstance(each, str | int) and not isinstance(each, bool)
        }
        if len(found) != len(value) or any(len(str(each)) > MAX_PARAM for each in found.values()):
            raise self.wrong(field, "object of short strings and integers")
        return found

    def objects(self, field: str, most: int) -> list[dict[str, Json]]:
        """Return a list of at most `most` JSON objects."""
        value = self._value.get(field)
        if not isinstance(value, list) or len(value) > most:
            raise self.wrong(field, f"list <= {most}")
        found = [each for each in value if isinstance(each, dict)]
        if len(found) != len(value):
            raise self.wrong(field, "list of objects")
        return found

    def inner(self, field: str) -> Fields:
        """Return the fields of a member that is an object."""
        value = self._value.get(field)
        if not isinstance(value, dict):
            raise self.wrong(field, "object")
        return Fields(value, f"{self._what}, {field}")

    def texts(self, field: str, most: int, longest: int) -> tuple[str, ...]:
        """Return a list of at most `most` strings of at most `longest` characters."""
        value = self._value.get(field)
        if not isinstance(value, list) or len(value) > most:
            raise self.wrong(field, f"list <= {most}")
        found = [each for each in value if isinstance(each, str) and len(each) <= longest]
        if len(found) != len(value):
            raise self.wrong(field, f"list of strings <= {longest}")
        return tuple(found)

    def hashes(self, field: str, most: int) -> tuple[str, ...]:
        """Return a list of at most `most` hashes, sorted and without repeats."""
        values = self._strings(field, _HEX64, "list of hashes")
        if len(values) > most or sorted(set(values)) != values:
            raise self.wrong(field, f"sorted list of hashes <= {most}")
        return tuple(values)

    def words(self, field: str) -> tuple[str, ...]:
        """Return a short list of lower-case words, sorted and without repeats."""
        values = self._strings(field, _WORD, "list of lower-case words")
        if len(values) > _MAX_CRIT or sorted(set(values)) != values:
            raise self.wrong(field, "sorted list of lower-case words")
        return tuple(values)

    def _strings(self, field: str, form: re.Pattern[str], expected: str) -> list[str]:
        value = self._value.get(field)
        if not isinstance(value, list):
            raise self.wrong(field, expected)
        found = [each for each in value if isinstance(each, str) and form.fullmatch(each)]
        if len(found) != len(value):
            raise self.wrong(field, expected)
        return found

    def _matching(self, field: str, form: re.Pattern[str], expected: str) -> str:
        value = self._value.get(field)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.wrong(field, expected)
        return value

    def _is_null(self, field: str) -> bool:
        if field not in self._value:
            raise self.wrong(field, "present")
        return self._value[field] is None
