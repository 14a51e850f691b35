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
    stack: list[Json] = [dict(obj)]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for name, value in item.items():
                if isinstance(value, str):
                    if name.endswith("_ref"):
                        yield name, value
                elif isinstance(value, list):
                    if name.endswith("_refs"):
                        yield from ((name, each) for each in value if isinstance(each, str))
                    stack.append(value)
                elif isinstance(value, dict):
                    stack.append(value)
        elif isinstance(item, list):
            stack.extend(child for child in item if isinstance(child, dict | list))


def extension_definitions(obj: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the extension-definition ids an object uses as keys of its extensions."""
    extensions = obj.get("extensions")
    if not isinstance(extensions, dict):
        return ()
    return tuple(name for name in extensions if name.startswith("extension-definition--"))
