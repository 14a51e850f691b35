# SPDX-License-Identifier: MIT
"""Deterministic identifiers of observables, and of the indicators we make ourselves."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.ids import StixId
from tasuki.formats.stix.tables import HASH_PREFERENCE, ID_PROPERTIES

_ZERO_FRACTION: Final = re.compile(r"\.0*Z\Z")
"""A fraction of nothing: the same moment must give the same id however many zeros were written."""

OBSERVABLE_NAMESPACE: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace of STIX 2.1 section 2.9."""


def deterministic_id(observable: Mapping[str, Json]) -> StixId | None:
    """Return the identifier a STIX 2.1 observable should have, or None where the standard gives it a random one.

    Foreign ids are never replaced by this: it serves objects we make, and advice.

    Source: STIX 2.1 section 2.9.
    """
    kind = str(observable.get("type"))
    contributing: dict[str, Json] = {}
    for name in ID_PROPERTIES.get(kind, ()):
        value = observable.get(name)
        if value is not None:
            contributing[name] = _contribution(name, value)
    if not contributing:
        return None
    return StixId(f"{kind}--{uuid.uuid5(OBSERVABLE_NAMESPACE, canonical(contributing).decode())}")


def own_id(kind: str, creator: str, content: str) -> StixId:
    """Return a stable id for what `creator` makes out of `content`, so that importing twice finds it again."""
    namespace = uuid.uuid5(OBSERVABLE_NAMESPACE, creator)
    return StixId(f"{kind}--{uuid.uuid5(namespace, content)}")


def _contribution(name: str, value: Json) -> Json:
    if name == "hashes":
        return _one_hash(value)
    if name in ("start", "end") and isinstance(value, str):
        return _ZERO_FRACTION.sub("Z", value)
    return value


def _one_hash(hashes: Json) -> Json:
    if not isinstance(hashes, dict):
        return hashes
    for algorithm in HASH_PREFERENCE:
        if algorithm in hashes:
            return {algorithm: hashes[algorithm]}
    first = min(hashes, default=None)
    return {first: hashes[first]} if first is not None else hashes
