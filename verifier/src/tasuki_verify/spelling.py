# SPDX-License-Identifier: MIT
"""JSON in its one canonical spelling (RFC 8785) and base64 in its one spelling: two files that say the same are equal.

Whatever has a second spelling is refused, so nothing can hide in the bytes that the checks do not see.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any, Final, NoReturn

from tasuki_verify.words import WrongError

MAX_DEPTH: Final = 64
MAX_INTEGER: Final = 2**53 - 1
_EXPONENT_FROM = 21
_EXPONENT_BELOW = -7


def read_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in `raw`, which must be spelt as RFC 8785 spells it."""
    _bound_depth(raw)
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constant)
        respelt = spell(value)
    except (ValueError, RecursionError) as error:
        raise WrongError("it is not JSON with one reading.", "一意に解釈できる JSON ではありません。") from error
    if not isinstance(value, dict):
        raise WrongError("it is JSON, but no object.", "JSON ですが、オブジェクトではありません。")
    if respelt != raw:
        raise WrongError("it is not in the canonical spelling of RFC 8785.", "RFC 8785 の正規の表記ではありません。")
    return value


def spell(value: object) -> bytes:
    """Return the canonical bytes of a JSON value.

    Raises:
        ValueError: it has none: an integer beyond 2^53 - 1, a float that is not finite, a lone surrogate.
    """
    return _spell(value).encode("utf-8")


def _spell(value: object) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_spell(name)}:{_spell(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_spell(each) for each in value) + "]"
    if isinstance(value, float):
        return _spell_float(value)
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        message = "an integer that not every reader reads alike"
        raise ValueError(message)
    return json.dumps(value, ensure_ascii=False)


def _spell_float(value: float) -> str:
    """Return a number as ECMAScript writes it (RFC 8785 section 3.2.2.3): the shortest digits that read back alike."""
    if not math.isfinite(value):
        message = "a number that is not finite"
        raise ValueError(message)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    # The number is 0.DIGITS times ten to the power of `point`.
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(digits))
    digits = digits.rstrip("0")
    return sign + _place_point(digits, point)


def _place_point(digits: str, point: int) -> str:
    if len(digits) <= point <= _EXPONENT_FROM:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _EXPONENT_FROM:
        return f"{digits[:point]}.{digits[point:]}"
    if _EXPONENT_BELOW < point - 1 < 0:
        return "0." + "0" * -point + digits
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"


def _bound_depth(raw: bytes) -> None:
    """Refuse what nests deeper than a reader should have to follow, before any reader follows it."""
    depth, within, escaped = 0, False, False
    for byte in raw:
        if within:
            within = escaped or byte != ord('"')
            escaped = byte == ord("\\") and not escaped
        elif byte == ord('"'):
            within = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise WrongError(f"it nests deeper than {MAX_DEPTH}.", f"入れ子が {MAX_DEPTH} 段を超えています。")
        elif byte in b"]}":
            depth -= 1


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = "a member that comes twice"
        raise ValueError(message)
    return members


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no JSON"
    raise ValueError(message)


def read_base64(text: object, what: str) -> bytes:
    """Return the bytes behind standard, padded base64 without stray bits."""
    raw = None
    if isinstance(text, str):
        try:
            raw = base64.b64decode(text.encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raw = None
    if raw is None or base64.b64encode(raw).decode() != text:
        raise WrongError(f"{what} is not base64 in its one spelling.", f"{what} が正規の base64 ではありません。")
    return raw
