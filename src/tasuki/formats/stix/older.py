# SPDX-License-Identifier: MIT
"""STIX 2.0 seen as 2.1: a derived view; what is held stays as it was received."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.ids import StixId
from tasuki.formats.stix.ids import deterministic_id
from tasuki.formats.stix.tables import ID_PROPERTIES, OBSERVABLES

_TYPES_OF_LABELS: Final = {
    "identity": "roles",
    "indicator": "indicator_types",
    "malware": "malware_types",
    "report": "report_types",
    "threat-actor": "threat_actor_types",
    "tool": "tool_types",
}
"""What the required labels of STIX 2.0 became."""

_DEFAULTS: Final[dict[str, dict[str, Json]]] = {
    "indicator": {"pattern_type": "stix", "pattern_version": "2.0"},
    "malware": {"is_family": False},
}

_RENAMED: Final[dict[str, dict[str, str]]] = {
    "directory": {"created": "ctime", "modified": "mtime", "accessed": "atime"},
    "file": {"created": "ctime", "modified": "mtime", "accessed": "atime"},
    "process": {"created": "created_time", "binary_ref": "image_ref"},
    "user-account": {"password_last_changed": "credential_last_changed"},
    "windows-registry-key": {"modified": "modified_time"},
}
"""Properties of observables that have another name in 2.1."""

_DROPPED: Final = {
    "file": ("is_encrypted", "encryption_algorithm", "decryption_key"),
    "process": ("name", "arguments"),
}
"""Properties of observables that 2.1 has no more; the view keeps them under a name of their own."""

_KEPT_AS: Final = "x_stix_2_0_"


def is_older(obj: Mapping[str, Json]) -> bool:
    """Whether an object is STIX 2.0: there, only the bundle names the version, and observables are no objects."""
    return obj.get("spec_version", "2.0") == "2.0" and obj.get("type") not in OBSERVABLES


def as_views(obj: Mapping[str, Json]) -> tuple[dict[str, Json], ...]:
    """Return a STIX 2.0 object as 2.1 sees it; a 2.1 object as it is.

    The numbered objects of an observed-data become observables of their own: the first of what is returned is the
    object itself, the rest are its observables, in the order of their numbers, with the markings of the whole. Their
    ids are deterministic where 2.1 says how, else derived from the observed-data, so that the view is always the same.

    Source: STIX 2.1 sections 2.9, 4.14; STIX 2.0 parts 2 and 4.
    """
    if not is_older(obj):
        return (dict(obj),)
    view: dict[str, Json] = {**obj, "spec_version": "2.1"}
    kind = str(obj.get("type"))
    labels = obj.get("labels")
    if kind in _TYPES_OF_LABELS and labels and _TYPES_OF_LABELS[kind] not in obj:
        view[_TYPES_OF_LABELS[kind]] = view.pop("labels")
    for name, value in _DEFAULTS.get(kind, {}).items():
        view.setdefault(name, value)
    contained = obj.get("objects")
    if kind != "observed-data" or not isinstance(contained, dict):
        return (view,)
    del view["objects"]
    _widen_markings(view)
    observables = tuple(_observables(str(obj.get("id")), contained, view.get("object_marking_refs")))
    view["object_refs"] = [each["id"] for each in observables]
    return view, *observables


def _widen_markings(view: dict[str, Json]) -> None:
    """Let markings of parts of `objects` hold for everything: the parts are no parts any more."""
    granular = view.get("granular_markings")
    if not isinstance(granular, list):
        return
    references = view.get("object_marking_refs")
    whole = list(references) if isinstance(references, list) else []
    kept: list[Json] = []
    for entry in granular:
        selectors = entry.get("selectors") if isinstance(entry, dict) else None
        within = isinstance(selectors, list) and any(str(each).startswith("objects") for each in selectors)
        if isinstance(entry, dict) and within and entry.get("marking_ref") is not None:
            whole.append(entry["marking_ref"])
        else:
            kept.append(entry)
    if whole:
        view["object_marking_refs"] = list(dict.fromkeys(str(each) for each in whole))
    del view["granular_markings"]
    if kept:
        view["granular_markings"] = kept


def _observables(creator: str, contained: Mapping[str, Json], markings: Json) -> Iterator[dict[str, Json]]:
    plain = {key: _renamed(each) for key, each in contained.items() if isinstance(each, dict)}
    ids = _identify(creator, plain)
    for key, each in plain.items():
        view: dict[str, Json] = {"type": each.get("type"), "spec_version": "2.1", "id": ids[key]}
        if markings:
            view["object_marking_refs"] = markings
        yield {**view, **_resolved(each, ids)}


def _renamed(each: dict[str, Json]) -> dict[str, Json]:
    kind = str(each.get("type"))
    names = {name: _KEPT_AS + name for name in _DROPPED.get(kind, ())}
    names.update(_RENAMED.get(kind, {}))
    return {names.get(name, name): value for name, value in each.items()}


def _identify(creator: str, plain: Mapping[str, dict[str, Json]]) -> dict[str, StixId]:
    """Return an id for each object: those first whose ids contribute to others'; in a circle, derived ones."""
    waits: dict[str, int] = {}
    needed_by: defaultdict[str, list[str]] = defaultdict(list)
    for key, each in plain.items():
        needs = {target for target in _targets(_contributing(each)) if target in plain}
        waits[key] = len(needs)
        for target in needs:
            needed_by[target].append(key)
    ready = deque(key for key, count in waits.items() if not count)
    ids: dict[str, StixId] = {}
    while ready:
        key = ready.popleft()
        each = plain[key]
        ids[key] = deterministic_id(_resolved(each, ids)) or _derived(creator, key, each)
        for dependent in needed_by[key]:
            waits[dependent] -= 1
            if not waits[dependent]:
                ready.append(dependent)
    return {key: ids.get(key) or _derived(creator, key, each) for key, each in plain.items()}


def _derived(creator: str, key: str, each: Mapping[str, Json]) -> StixId:
    """Return an id where 2.1 asks for a random one: of that form, and the same in every view."""
    drawn = hashlib.sha256(f"{creator} {key}".encode()).digest()[:16]
    return StixId(f"{each.get('type')}--{uuid.UUID(bytes=drawn, version=4)}")


def _contributing(each: Mapping[str, Json]) -> dict[str, Json]:
    names = ID_PROPERTIES.get(str(each.get("type")), ())
    return {name: each[name] for name in names if name in each}


def _targets(value: Json) -> Iterator[str]:
    """Yield every key of another object that a value refers to."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            for name, each in item.items():
                if name.endswith("_ref") and isinstance(each, str):
                    yield each
                elif name.endswith("_refs") and isinstance(each, list):
                    yield from (one for one in each if isinstance(one, str))
                else:
                    stack.append(each)


def _resolved(each: Mapping[str, Json], ids: Mapping[str, StixId]) -> dict[str, Json]:
    """Return an object whose references name ids in place of numbers; nesting is bounded by the JSON reader."""

    def resolve(name: str, value: Json) -> Json:
        if isinstance(value, str):
            return ids.get(value, value) if name.endswith("_ref") else value
        if isinstance(value, dict):
            return {inner: resolve(inner, each) for inner, each in value.items()}
        if isinstance(value, list):
            is_references = name.endswith("_refs")
            return [ids.get(one, one) if is_references and isinstance(one, str) else resolve("", one) for one in value]
        return value

    return {name: resolve(name, value) for name, value in each.items()}
