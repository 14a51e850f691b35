# SPDX-License-Identifier: MIT
"""The rules an object must keep to be held at all: type, id, version, times, and references one can follow."""

from __future__ import annotations

import re
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.reasons import Reason
from tasuki.base.time import parse_rfc3339, to_micros
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix.references import references

_ID: Final = re.compile(
    r"([a-z0-9][a-z0-9-]{1,248}[a-z0-9])--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)
_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z", re.ASCII)


def why_not_held(obj: Json) -> Reason | None:
    """Return why a parsed value cannot be held as a STIX object, or None when it can.

    Only what a node needs to keep, version, mark and follow an object is asked here; `validate` asks the rest.

    Source: STIX 2.1 sections 2.9, 2.16, 3.2.
    """
    if not isinstance(obj, dict):
        return why.NOT_AN_OBJECT.because(found=type(obj).__name__)
    kind = obj.get("type")
    if not isinstance(kind, str):
        return why.TYPE_MISSING.because()
    identifier = obj.get("id")
    match = _ID.fullmatch(identifier) if isinstance(identifier, str) else None
    if match is None or match[1] != kind:
        return why.ID_SYNTAX.because(type=kind[:60], found=str(identifier)[:80])
    version = obj.get("spec_version", "2.0")
    if version not in ("2.0", "2.1"):
        return why.SPEC_VERSION.because(found=str(version)[:20])
    for name in ("created", "modified"):
        if name in obj and _micros(obj[name]) is None:
            return why.TIMESTAMP.because(found=str(obj[name])[:40])
    return _bad_reference(obj)


def version_of(obj: dict[str, Json]) -> int | None:
    """Return an object's version: `modified`, else `created`, in microseconds since 1970; None where it has neither."""
    for name in ("modified", "created"):
        if name in obj:
            return _micros(obj[name])
    return None


def referenced_ids(obj: dict[str, Json]) -> tuple[str, ...]:
    """Return the ids an object refers to, each once, in order; text that is no id is left out."""
    return tuple(dict.fromkeys(target for _, target in references(obj) if _ID.fullmatch(target)))


def _bad_reference(obj: dict[str, Json]) -> Reason | None:
    for name, target in references(obj):
        if not _ID.fullmatch(target) and not target.isdigit() and not name.startswith("x_"):
            return why.REFERENCE.because(expected=name, found=target[:80])
    return None


def _micros(text: Json) -> int | None:
    if not isinstance(text, str) or not _STAMP.fullmatch(text):
        return None
    try:
        return to_micros(parse_rfc3339(text))
    except ValueError:
        return None
