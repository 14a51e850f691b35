# SPDX-License-Identifier: MIT
"""Which markings an object carries, resolved as far as the definitions at hand allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix.extensions import CAVEAT, TLP_2
from tasuki.formats.stix.tlp import OFFICIAL, levels_of_definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Markings:
    """What an object's marking references mean.

    Attributes:
        levels: TLP levels named, such as `amber+strict`.
        paps: PAP levels named: `clear`, `green`, `amber`, `red`.
        caveats: one set of audience texts per caveat; the object must satisfy each.
        consent_of: participants without whose consent it goes to nobody else, such as `JPN`.
        classifications: national classifications, as `PPP:level`.
        embargoes: moments before which it goes to nobody but those a caveat allows.
        untils: moments from which on it goes to nobody.
        personal_data: whether a marking says that it tells of people.
        statements: ids of statement markings, which inform and decide nothing.
        unknown: ids that no definition at hand explains whole; each means no.
    """

    levels: frozenset[str]
    paps: frozenset[str] = frozenset()
    caveats: tuple[frozenset[str], ...] = ()
    consent_of: frozenset[str] = frozenset()
    classifications: frozenset[str] = frozenset()
    embargoes: tuple[datetime, ...] = ()
    untils: tuple[datetime, ...] = ()
    personal_data: bool = False
    statements: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


Lookup = Callable[[str], Mapping[str, Json] | None]
"""From a marking-definition id to its object, or None where it is not at hand."""


def read_markings(identifiers: Iterable[str], lookup: Lookup) -> Markings:
    """Return what markings mean, by their ids; of a definition that says several things each counts.

    Granular markings, and those inside embedded objects, are read as if they marked the whole: `Admitted.markings`
    names them all.

    Source: STIX 2.1 section 7.2.
    """
    found = _Found()
    for identifier in sorted(set(identifiers)):
        if identifier in OFFICIAL:
            found.levels.add(OFFICIAL[identifier])
            continue
        definition = lookup(identifier)
        if definition is None:
            found.unknown.add(identifier)
        else:
            _sort_out(dict(definition), identifier, found)
    return Markings(
        levels=frozenset(found.levels),
        caveats=tuple(found.caveats),
        statements=frozenset(found.statements),
        unknown=frozenset(found.unknown),
    )


@dataclass(slots=True)
class _Found:
    levels: set[str] = field(default_factory=set)
    caveats: list[frozenset[str]] = field(default_factory=list)
    statements: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


def _sort_out(definition: dict[str, Json], identifier: str, found: _Found) -> None:
    levels, audiences = levels_of_definition(definition), _caveat(definition)
    found.levels.update(each for each in levels if each is not None)
    if audiences is not None:
        found.caveats.append(audiences)
    if None in levels or not _all_known(definition):
        found.unknown.add(identifier)
    elif not levels and audiences is None:
        kind = found.statements if _is_statement(definition) else found.unknown
        kind.add(identifier)


def _all_known(definition: dict[str, Json]) -> bool:
    """Whether every extension and the kind of a definition are understood: half a marking is none."""
    extensions = definition.get("extensions", {})
    kind = definition.get("definition_type")
    return isinstance(extensions, dict) and extensions.keys() <= _READ and kind in (None, "tlp", "statement")


def _is_statement(definition: dict[str, Json]) -> bool:
    body = definition.get("definition")
    return (
        definition.get("definition_type") == "statement"
        and isinstance(body, dict)
        and isinstance(body.get("statement"), str)
    )


_READ: Final = frozenset({CAVEAT, TLP_2})


def _caveat(definition: dict[str, Json]) -> frozenset[str] | None:
    extensions = definition.get("extensions")
    extension = extensions.get(CAVEAT) if isinstance(extensions, dict) else None
    if not isinstance(extension, dict):
        return None
    audiences = extension.get("releasable_to")
    if not isinstance(audiences, list):
        return frozenset()
    return frozenset(each for each in audiences if isinstance(each, str))
