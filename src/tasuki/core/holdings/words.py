# SPDX-License-Identifier: MIT
"""The words under which a text is found: Latin words and numbers whole, Japanese in pairs of characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from tasuki.base.canonical import Json

_TOKEN: Final = re.compile(
    r"([^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)|([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)"
)
_LITERAL: Final = re.compile(r"'([^'\\]*+(?:\\.[^'\\]*+)*+)'")
_FIELDS: Final = frozenset(
    {"name", "description", "abstract", "content", "value", "explanation", "summary", "objective", "question"}
)
_LISTS: Final = frozenset({"labels", "aliases", "malware_types", "indicator_types", "roles", "sectors", "goals"})
_MAX_TEXT: Final = 20_000


def fold(text: str) -> str:
    """Return a text as it is compared: compatible forms joined (NFKC), case folded."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def words_of(text: str) -> list[str]:
    """Return the words of a text in order; a run of Japanese characters gives its overlapping pairs."""
    found: list[str] = []
    for latin, run in _TOKEN.findall(fold(text)):
        if latin:
            found.append(latin)
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def text_of(obj: Mapping[str, Json]) -> str:
    """Return what of an object people search in: names, descriptions, lists of terms, the values in a pattern."""
    parts: list[str] = []
    for name, value in obj.items():
        if name in _FIELDS:
            if isinstance(value, str):
                parts.append(value)
        elif name in _LISTS and isinstance(value, list):
            parts.extend(each for each in value if isinstance(each, str))
    pattern = obj.get("pattern")
    if isinstance(pattern, str):
        parts.extend(_LITERAL.findall(pattern[:_MAX_TEXT]))
    return "\n".join(parts)[:_MAX_TEXT]


def index_words(text: str) -> str:
    """Return the words of a text, each once, separated by spaces."""
    return " ".join(dict.fromkeys(words_of(text)))


def matches(obj: Mapping[str, Json], query: str) -> bool:
    """Whether an object's text holds every term of a query exactly: the check after the index."""
    text = fold(text_of(obj))
    return all(term in text for term in fold(query).split())
