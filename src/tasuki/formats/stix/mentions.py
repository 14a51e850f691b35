# SPDX-License-Identifier: MIT
"""Ids that stand inside a text: whoever reads the text learns that the object exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_MARK: Final = "--"
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_TYPE: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_LONGEST_TYPE: Final = 250
"""Characters of an object type (STIX 2.1 section 2.9 and 11.2)."""


def mentions(text: str) -> Iterator[str]:
    """Yield every STIX id in a text, in order; linear in the text, whatever it holds.

    An id ends where its UUID ends and begins where the characters of a type begin. Text that runs into an id makes
    another id of it, which nobody holds: that is denied, and so errs on the safe side.

    Source: STIX 2.1 section 2.9.
    """
    at = text.find(_MARK)
    while at >= 0:
        uuid = _UUID.match(text, at + len(_MARK))
        if uuid is None:
            at = text.find(_MARK, at + 1)
            continue
        kind = text[_start_of_type(text, at) : at].strip("-")
        if kind:
            yield f"{kind}{_MARK}{uuid[0]}"
        at = text.find(_MARK, uuid.end())


def _start_of_type(text: str, end: int) -> int:
    start = end
    while start > 0 and end - start < _LONGEST_TYPE and text[start - 1] in _TYPE:
        start -= 1
    return start
