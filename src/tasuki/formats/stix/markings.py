# SPDX-License-Identifier: MIT
"""Which markings an object carries, resolved as far as the definitions at hand allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tasuki.base.canonical import Json
from tasuki.formats.stix.extensions import CAVEAT
from tasuki.formats.stix.tlp import OFFICIAL, level_of_definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Markings:
    """What an object's marking references mean.

    Attributes:
        levels: TLP levels named, such as `amber+strict`; granular ones count for the whole object.
        caveats: one set of audience texts per caveat marking; the object must satisfy each.
        statements: ids of statement markings, which inform and decide nothing.
        unknown: ids that no definition at hand explains; each means no.
    """

    levels: frozenset[str]
    caveats: tuple[frozenset[str], ...]
    statements: frozenset[str]
    unknown: frozenset[str]


Lookup = Callable[[str], Mapping[str, Json] | None]
"""From a marking-definition id to its object, or None where it is not at hand."""


def read_markings(obj: Mapping[str, Json], lookup: Lookup) -> Markings:
    """Return the markings of an object; granular ones are read as if they marked the whole of it.

    Source: STIX 2.1 section 7.2.
    """
    levels: set[str] = set()
    caveats: list[frozenset[str]] = []
    statements: set[str] = set()
    unknown: set[str] = set()
    for identifier in sorted(set(_marking_ids(obj))):
        if identifier in OFFICIAL:
            levels.add(OFFICIAL[identifier])
            continue
        definition = lookup(identifier)
        if definition is None:
            unknown.add(identifier)
            continue
        _sort_out(dict(definition), identifier, levels, caveats, statements, unknown)
    return Markings(
        levels=frozenset(levels),
        caveats=tuple(caveats),
        statements=frozenset(statements),
        unknown=frozenset(unknown),
    )


def _marking_ids(obj: Mapping[str, Json]) -> list[str]:
    refs = obj.get("object_marking_refs")
    found = [each for each in refs if isinstance(each, str)] if isinstance(refs, list) else []
    granular = obj.get("granular_markings")
    for entry in granular if isinstance(granular, list) else ():
        if isinstance(entry, dict):
            reference = entry.get("marking_ref")
            if isinstance(reference, str):
                found.append(reference)
    return found


def _sort_out(
    definition: dict[str, Json],
    identifier: str,
    levels: set[str],
    caveats: list[frozenset[str]],
    statements: set[str],
    unknown: set[str],
) -> None:
    level = level_of_definition(definition)
    audiences = _caveat(definition)
    if level is not None:
        levels.add(level)
    elif audiences is not None:
        caveats.append(audiences)
    elif definition.get("definition_type") == "statement" and "extensions" not in definition:
        statements.add(identifier)
    else:
        unknown.add(identifier)


def _caveat(definition: dict[str, Json]) -> frozenset[str] | None:
    extensions = definition.get("extensions")
    extension = extensions.get(CAVEAT) if isinstance(extensions, dict) else None
    if not isinstance(extension, dict):
        return None
    audiences = extension.get("releasable_to")
    if not isinstance(audiences, list):
        return frozenset()
    return frozenset(each for each in audiences if isinstance(each, str))
