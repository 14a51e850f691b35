# SPDX-License-Identifier: MIT
"""The rules an object must keep to be held at all: type, id, version, times, and references one can follow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.reasons import Reason
from tasuki.base.time import parse_rfc3339, to_micros
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix.mentions import mentions
from tasuki.formats.stix.problems import excerpt, json_type
from tasuki.formats.stix.references import MENTION, references
from tasuki.formats.stix.tables import OBSERVABLES

_ID: Final = re.compile(
    r"([a-z0-9][a-z0-9-]{1,248}[a-z0-9])--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)
_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z", re.ASCII)
_TIMES: Final = ("created", "modified")
_LONGEST: Final = 300
"""No id and no timestamp is longer; nothing longer is remembered, as strangers choose these texts."""


@dataclass(slots=True, kw_only=True)
class Admitted:
    """What a node needs of an object to keep, version and follow it.

    Attributes:
        version: `modified`, else `created`, in microseconds since 1970; None where it has neither.
        references: the ids it refers to, each once, in order; text that is no id is left out.
        markings: the ids of its markings, each once: of the whole, of parts, and of objects embedded in it.
    """

    stix_id: str
    type: str
    spec_version: str
    version: int | None
    references: tuple[str, ...]
    markings: tuple[str, ...]


def admit(obj: Json) -> Admitted | Reason:
    """Return what a node needs to hold a parsed STIX object, or why it cannot be held.

    Only what a node needs to keep, version, mark and follow an object is asked here; `validate` asks the rest.

    Source: STIX 2.1 sections 2.9, 2.16, 3.2.
    """
    if not isinstance(obj, dict):
        return why.NOT_AN_OBJECT.because(found=json_type(obj))
    refusal = _why_nameless(obj)
    if refusal is not None:
        return refusal
    kind = str(obj["type"])
    # Of an observable it is optional, and before 2.1 none stood by itself.
    spec_version = obj.get("spec_version", "2.1" if kind in OBSERVABLES else "2.0")
    if spec_version not in ("2.0", "2.1"):
        return why.SPEC_VERSION.because(found=excerpt(spec_version))
    version = None
    for name in _TIMES:
        if name in obj:
            version = _micros(obj[name])
            if version is None:
                return why.TIMESTAMP.because(found=excerpt(obj[name]))
    markings: dict[str, None] = {}
    followed = _followed(obj, markings)
    if isinstance(followed, Reason):
        return followed
    return Admitted(
        stix_id=str(obj["id"]),
        type=kind,
        spec_version=str(spec_version),
        version=version,
        references=tuple(followed),
        markings=tuple(markings),
    )


def _why_nameless(obj: Mapping[str, Json]) -> Reason | None:
    """Return why an object has no type and id by which it can be held, or None where it has."""
    kind = obj.get("type")
    if not isinstance(kind, str):
        return why.TYPE_MISSING.because()
    if kind == "bundle":
        return why.NOT_IN_BUNDLE.because()
    identifier = obj.get("id")
    match = _ID.fullmatch(identifier) if isinstance(identifier, str) else None
    if match is None or match[1] != kind:
        return why.ID_SYNTAX.because(type=kind[:60], found=excerpt(identifier))
    return None


def _marked_wrongly(obj: Mapping[str, Json]) -> str | None:
    """Return the property whose markings nobody could read: an object is not held as if it had none.

    Source: STIX 2.1 section 7.2.
    """
    refs, granular = obj.get("object_marking_refs", []), obj.get("granular_markings", [])
    if not isinstance(refs, list) or not all(isinstance(each, str) for each in refs):
        return "object_marking_refs"
    if not isinstance(granular, list) or not all(_is_granular(each) for each in granular):
        return "granular_markings"
    return None


def _is_granular(value: Json) -> bool:
    return isinstance(value, dict) and (isinstance(value.get("marking_ref"), str) or isinstance(value.get("lang"), str))


_MARKING: Final = frozenset({"object_marking_refs", "marking_ref"})


def _followed(obj: Mapping[str, Json], markings: dict[str, None]) -> dict[str, None] | Reason:
    """Return what an object refers to, or why that cannot be told; ids of markings go into `markings` as well."""
    wrong = _marked_wrongly(obj)
    if wrong is not None:
        return why.REFERENCE.because(expected=wrong, found=excerpt(obj[wrong]))
    found: dict[str, None] = {}
    for name, target in references(obj):
        if name in _MARKING:
            markings[target] = None
        if target in found:
            continue
        if len(target) < _LONGEST and _is_id(target):
            found[target] = None
        elif name.startswith("x_"):
            # A property of its maker's own: what it holds need be no id, and may be a text with some.
            found.update(dict.fromkeys(each for each in mentions(target) if _is_id(each)))
        elif name != MENTION and not target.isdigit():
            # A number names an object within a STIX 2.0 observed-data.
            return why.REFERENCE.because(expected=name, found=target[:80])
    found.pop(str(obj["id"]), None)
    return found


@lru_cache(maxsize=4096)
def _is_id(text: str) -> bool:
    """Whether a text is an id; remembered, as a batch refers to few objects many times."""
    return _ID.fullmatch(text) is not None


def _micros(value: Json) -> int | None:
    return _moment(value) if isinstance(value, str) and len(value) < _LONGEST else None


@lru_cache(maxsize=4096)
def _moment(text: str) -> int | None:
    """Return a STIX timestamp in microseconds; remembered, as objects are made in batches of one moment."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        return to_micros(parse_rfc3339(text))
    except ValueError:
        return None
