# SPDX-License-Identifier: MIT
"""Canonical JSON (RFC 8785): one spelling per value, so that hashes and signatures agree."""

from __future__ import annotations

import hashlib

import orjson
import rfc8785

from tasuki.base.limits import MAX_SAFE_INTEGER

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises:
        ValueError: a float is not finite, an integer lies beyond 2^53 - 1, a string holds a lone surrogate,
            a key is no string, or a value is no JSON value.
    Source: RFC 8785.
    """
    if _orjson_agrees(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def digest(value: object) -> str:
    """Return the lower-case hex SHA-256 of the canonical bytes of a JSON value."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _orjson_agrees(value: object) -> bool:
    """Whether orjson writes the same bytes: no float anywhere, and ASCII keys (its order is by code point)."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if not all(isinstance(key, str) and key.isascii() for key in item):
                return False
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
        elif not _is_plain(item):
            return False
    return True


def _is_plain(item: object) -> bool:
    if item is None or isinstance(item, bool):
        return True
    if isinstance(item, int):
        return -MAX_SAFE_INTEGER <= item <= MAX_SAFE_INTEGER
    return isinstance(item, str) and (item.isascii() or not _has_surrogate(item))


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
