# SPDX-License-Identifier: MIT
"""Every reference an object makes, wherever it stands: in a property of its own, or in the middle of a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix.mentions import mentions

MENTION: Final = ""
"""In place of a property name: the id stands in a text, or is the name of a member."""


_REFERRING: Final = ("_ref", "_refs")


def references(obj: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield (property name, referenced id) for every `*_ref` and `*_refs` of an object, nested ones included.

    The values are text as written: not checked to be ids. Marking references are among them. Ids in the middle of
    texts, in custom properties and in names of members (`MENTION`) are references too: they tell the reader as much.

    Source: STIX 2.1 section 2.13 (identifiers as references), 7.2 (markings).
    """
    own = obj.get("id")
    stack: list[tuple[str, Mapping[str, Json] | list[Json]]] = [(MENTION, obj)]
    while stack:
        outer, item = stack.pop()
        # Elements of a list stand under the name of the list. The hottest loop of intake: no call that can be spared.
        for name, value in zip(repeat(outer), item) if isinstance(item, list) else item.items():
            if isinstance(value, str):
                if name.endswith(_REFERRING):
                    yield name, value
                elif "--" in value and value is not own:
                    yield from ((MENTION, each) for each in mentions(value))
            elif isinstance(value, (dict, list)):
                stack.append((name, value))
            if "--" in name:
                yield from ((MENTION, each) for each in mentions(name))
