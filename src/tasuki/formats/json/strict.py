# SPDX-License-Identifier: MIT
"""The strict JSON front end: a fast proof that a text has one reading, and the exact scanner where it has not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import orjson

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_JSON_DEPTH, MAX_OBJECT_BYTES
from tasuki.formats.json.reasons import TOO_LARGE
from tasuki.formats.json.scanner import scan

_STRINGS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_LONG_DIGITS: Final = re.compile(rb"[0-9]{16}|[eE][+-]?[0-9]{3}")
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


def loads(raw: bytes, *, max_bytes: int = MAX_OBJECT_BYTES, max_depth: int = MAX_JSON_DEPTH) -> Json:
    """Return the value of a strict JSON text: no duplicate members, no NaN, whole characters, safe integers, bounded.

    The common case costs one C parse and one pass of a linear expression: a text whose members outside strings are as
    many as the members of its value has no duplicate. Everything else goes to the exact scanner.

    Raises:
        InputError: with the reason and the place.
    Source: RFC 8259, RFC 7493.
    """
    if len(raw) > max_bytes:
        raise InputError(TOO_LARGE.because(limit=max_bytes, found=len(raw)))
    skeleton = _skeleton(raw)
    if _depth_within(skeleton, max_depth) and not _LONG_DIGITS.search(skeleton):
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return scan(raw, max_depth=max_depth)
        if skeleton.count(b":") == _members(value):
            return value  # type: ignore[no-any-return]
    return scan(raw, max_depth=max_depth)


def _skeleton(raw: bytes) -> bytes:
    """Return the text without its strings; without a backslash in it, every second part between quotes is one."""
    if b"\\" in raw:
        return _STRINGS.sub(b"", raw)
    return b"".join(raw.split(b'"')[::2])


def _depth_within(skeleton: bytes, limit: int) -> bool:
    brackets = skeleton.translate(None, _NOT_BRACKETS)
    if len(brackets) <= limit:
        return True
    depth = 0
    for bracket in brackets:
        if bracket in b"[{":
            depth += 1
            if depth > limit:
                return False
        else:
            depth -= 1
    return True


def _members(value: object) -> int:
    """Count the members of every object in a value; the hot loop of intake, hence plain type checks."""
    count = 0
    stack = [value]
    while stack:
        item = stack.pop()
        if type(item) is dict:
            count += len(item)
            children: Iterable[object] = item.values()
        elif type(item) is list:
            children = item
        else:
            continue
        for child in children:
            if type(child) is dict or type(child) is list:
                stack.append(child)  # noqa: PERF401 a generator costs more here than the loop
    return count
