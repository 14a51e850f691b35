# SPDX-License-Identifier: MIT
"""Observed data as evidence: who saw which objects when, how often; from 2.1 `object_refs` or 2.0 `objects`.

Source: STIX 2.1 section 4.14; STIX 2.0 part 2, Observed Data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tasuki.base.reasons import Reason
from tasuki.formats.patterns.moments import instant
from tasuki.formats.patterns.reasons import NOT_OBSERVED_DATA
from tasuki.formats.patterns.tokens import shorten

Json: TypeAlias = Any

MAX_NUMBER: Final = 999_999_999
"""Largest `number_observed` (section 4.14.1)."""

_NO_OBSERVABLES: Final = frozenset(
    {
        "attack-pattern",
        "bundle",
        "campaign",
        "course-of-action",
        "extension-definition",
        "grouping",
        "identity",
        "incident",
        "indicator",
        "infrastructure",
        "intrusion-set",
        "language-content",
        "location",
        "malware",
        "malware-analysis",
        "marking-definition",
        "note",
        "observed-data",
        "opinion",
        "relationship",
        "report",
        "sighting",
        "threat-actor",
        "tool",
        "vulnerability",
    }
)
"""Types of objects that patterns do not look at: domain, relationship and meta objects (sections 4, 5, 7)."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One observed-data object.

    Attributes:
        id: its STIX id; empty where it has none.
        first: start of the window in which it was seen, in nanoseconds since 1970.
        last: end of that window, not before `first`.
        number: how often it was seen, at least once; when exactly within the window is not known.
        objects: the objects that it shows and that references may lead to, by id or key.
        by_type: those where a path may start, by type.
    """

    id: str
    first: int
    last: int
    number: int
    objects: Mapping[str, Mapping[str, Json]]
    by_type: Mapping[str, Sequence[Mapping[str, Json]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a pattern is held against.

    Attributes:
        observations: in the order given; time decides what follows what, not this order.
        problems: why some observed data could not be read.
    """

    observations: tuple[Observed, ...]
    problems: tuple[Reason, ...] = ()


def read_evidence(documents: Iterable[Json]) -> Evidence:
    """Return the observed data in bundles, lists and single objects, taken together; bad ones are named, left out."""
    observed: list[Mapping[str, Json]] = []
    objects: dict[str, Mapping[str, Json]] = {}
    for value in _objects(documents):
        if value.get("type") == "observed-data" or _is_early_container(value):
            observed.append(value)
        elif isinstance(value.get("id"), str):
            objects[value["id"]] = value
    observations: list[Observed] = []
    problems: list[Reason] = []
    for value in observed:
        read = read_observed(value, objects)
        if isinstance(read, Reason):
            problems.append(read)
        else:
            observations.append(read)
    return Evidence(observations=tuple(observations), problems=tuple(problems))


def read_observed(value: Mapping[str, Json], objects: Mapping[str, Mapping[str, Json]]) -> Observed | Reason:
    """Return one observed-data object with what it shows, looked up in `objects`; or why it is none."""
    number = value.get("number_observed")
    said_first, said_last = value.get("first_observed"), value.get("last_observed")
    first = _instant(said_first)
    last = first if said_last == said_first else _instant(said_last)
    if type(number) is not int or not 1 <= number <= MAX_NUMBER:
        return _bad(value, "number_observed", number)
    if first is None:
        return _bad(value, "first_observed", said_first)
    if last is None or last < first:
        return _bad(value, "last_observed", said_last)
    shown = _shown(value, objects)
    if shown is None:
        return _bad(value, "object_refs", value.get("object_refs"))
    by_type: dict[str, list[Mapping[str, Json]]] = {}
    for each in shown.values():
        object_type = each.get("type")
        if type(object_type) is str and object_type not in _NO_OBSERVABLES:
            by_type.setdefault(object_type, []).append(each)
    name = value.get("id")
    return Observed(name if isinstance(name, str) else "", first, last, number, shown, by_type)


def _objects(documents: Iterable[Json]) -> Iterable[Mapping[str, Json]]:
    """Yield the objects of bundles, lists and single objects; other values are none."""
    for document in documents:
        if isinstance(document, Mapping) and document.get("type") == "bundle":
            members = document.get("objects")
        else:
            members = document
        for member in members if isinstance(members, list) else [members]:
            if isinstance(member, Mapping):
                yield member


def _shown(
    value: Mapping[str, Json], objects: Mapping[str, Mapping[str, Json]]
) -> Mapping[str, Mapping[str, Json]] | None:
    """Return what observed data show: what `object_refs` names and is there, else what `objects` holds."""
    references = value.get("object_refs")
    if references is None:
        container = value.get("objects")
        if not isinstance(container, Mapping):
            return None
        return {key: each for key, each in container.items() if isinstance(each, Mapping)}
    if not isinstance(references, list):
        return None
    return {ref: objects[ref] for ref in references if isinstance(ref, str) and ref in objects}


def _is_early_container(value: Mapping[str, Json]) -> bool:
    """Whether this is observed data under the name that drafts of 2.0 had for it, still met in old material."""
    return value.get("type") == "cybox-container" and isinstance(value.get("objects"), Mapping)


def _instant(text: Json) -> int | None:
    return instant(text) if isinstance(text, str) else None


def _bad(value: Mapping[str, Json], name: str, found: Json) -> Reason:
    return NOT_OBSERVED_DATA.because(id=shorten(str(value.get("id", "?"))), name=name, found=shorten(str(found)))
