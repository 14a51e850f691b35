# SPDX-License-Identifier: MIT
"""The strict JSON front end: a fast proof that a text has one reading, and the exact scanner where it has not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import orjson

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_JSON_DEPTH, MAX_OBJECT_BYTES, MAX_SAFE_INTEGER
from tasuki.formats.json.reasons import TOO_LARGE
from tasuki.formats.json.scanner import scan

_ESCAPES: Final = re.compile(rb'\\["\\]')
"""Escaped quotes, and escaped backslashes, so that neither is taken for half of the other."""

_UNKNOWN: Final = -1
"""Where the strings of a value say nothing: it is too deep, or has a number that may have been an unsafe integer."""


def loads(raw: bytes, *, max_bytes: int = MAX_OBJECT_BYTES, max_depth: int = MAX_JSON_DEPTH) -> Json:
    """Return the value of a strict JSON text: no duplicate members, no NaN, whole characters, safe integers, bounded.

    The common case costs one C parse, one count of quotes and one walk over the value: a text with as many strings as
    its value has lost none, and a duplicate member would have lost its name at least. Everything else goes to the
    exact scanner.

    Raises:
        InputError: with the reason and the place.
    Source: RFC 8259, RFC 7493.
    """
    if len(raw) > max_bytes:
        raise InputError(TOO_LARGE.because(limit=max_bytes, found=len(raw)))
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return scan(raw, max_depth=max_depth)
    if _quotes(raw) == 2 * _strings(value, max_depth):
        return value  # type: ignore[no-any-return]
    return scan(raw, max_depth=max_depth)


def _quotes(raw: bytes) -> int:
    """Count the quotes of valid JSON that begin or end a string: all but those behind an odd number of backslashes."""
    quotes = raw.count(b'"')
    return quotes if b"\\" not in raw else quotes - _ESCAPES.findall(raw).count(b'\\"')


def _strings(value: object, max_depth: int) -> int:
    """Count the strings of a value, names of members among them.

    The hot loop of intake, hence plain type checks. A large float counts as unknown, since integers beyond 64 bits are
    read as floats.
    """
    count = 0
    containers: list[Any] = [[value]]
    for item in containers:  # which grows while it is walked
        children: Iterable[Any] = item
        if type(item) is dict:
            count += len(item)
            children = item.values()
        for child in children:
            kind = type(child)
            if kind is str:
                count += 1
            elif kind is dict or kind is list:
                containers.append(child)
            elif (kind is int or kind is float) and not -MAX_SAFE_INTEGER <= child <= MAX_SAFE_INTEGER:
                return _UNKNOWN
    return count if len(containers) <= max_depth or _is_within(value, max_depth) else _UNKNOWN


def _is_within(value: object, max_depth: int) -> bool:
    """Whether a value nests no deeper; asked level by level."""
    level: list[Any] = [value]
    for _ in range(max_depth + 1):
        level = [each for each in level if type(each) is dict or type(each) is list]
        if not level:
            return True
        level = [child for each in level for child in (each.values() if type(each) is dict else each)]
    return False
