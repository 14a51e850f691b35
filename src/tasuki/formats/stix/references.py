# SPDX-License-Identifier: MIT
"""Every reference an object makes, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tasuki.base.canonical import Json


def references(obj: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield (property name, referenced id) for every `*_ref` and `*_refs` of an object, nested ones included.

    The values are text as written: not checked to be ids. Marking references are among them.

    Source: STIX 2.1 section 2.13 (identifiers as references), 7.2 (markings).
    """
    stack: list[Mapping[str, Json] | list[Json]] = [obj]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(child for child in item if isinstance(child, dict | list))
            continue
        # Exact types: the hottest loop of intake, over values a JSON parser made.
        for name, value in item.items():
            kind = type(value)
            if kind is str:
                if name[-4:] == "_ref":
                    yield name, value  # type: ignore[misc]
            elif kind is list:
                if name[-5:] == "_refs":
                    yield from ((name, each) for each in value if isinstance(each, str))  # type: ignore[union-attr]
                stack.append(value)  # type: ignore[arg-type]
            elif kind is dict:
                stack.append(value)  # type: ignore[arg-type]
