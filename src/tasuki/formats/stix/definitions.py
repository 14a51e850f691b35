# SPDX-License-Identifier: MIT
"""Our extensions as STIX extension-definition objects, to be handed to others: each carries its JSON Schema.

The schemas are made from the same tables that validation uses, so that what we hand out is what we do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.time import format_rfc3339
from tasuki.formats.stix import build
from tasuki.formats.stix.extensions import CAVEAT, CLOSED_LISTS, NEW_OBJECTS, PROPERTIES
from tasuki.formats.stix.tlp import marking_id

PROJECT: Final = "identity--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a00"
"""The project as the maker of these definitions; every node writes the same bytes."""

VERSION: Final = "1.0.0"
"""Version of an extension: a new optional property raises the second number, anything else the first."""

CAVEAT_VERSION: Final = "2.0.0"
"""Of the caveat: since 2.0.0 it states any of five things, where before it had to list audiences."""

SPECIFICATION: Final = "docs/spec/extensions.md"
"""Where the project describes them."""

_SINCE: Final = datetime(2026, 1, 31, tzinfo=UTC)
_CAVEAT_CHANGED: Final = datetime(2026, 11, 25, tzinfo=UTC)
_ABOUT: Final = {
    "assistance-request": "One participant asks another for help in an incident. A statement of intent.",
    "assistance-response": "What the participant that was asked says to such a request. A statement of intent.",
    "assistance-ending": "The participant that asked ends its request for assistance, or withdraws it.",
    "null-result": "Somebody looked, with this coverage, and found nothing.",
}
_CAVEAT_ABOUT: Final = (
    "Limits a marking: to audiences PARTICIPANT/organisation:capacity@person, by the consent of participants, by a "
    "national classification, from a moment on, ahead of it for some, until a moment. What is not understood means no."
)
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_NAME: Final = "[a-z][a-z0-9-]{0,31}"
_AUDIENCE: Final = f"^[A-Z]{{3}}(/{_NAME}(:{_NAME})?)?$"
_READER: Final = f"^[A-Z]{{3}}(/{_NAME}(:{_NAME}(@{_NAME})?)?)?$"
_STAMP: Final = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"


def project_identity() -> bytes:
    """Return the identity that makes the definitions, as canonical JSON."""
    return build.identity(PROJECT, "Tasuki project", _SINCE, markings=[marking_id("clear")])


def extension_definitions() -> dict[str, bytes]:
    """Return every extension-definition object of ours as canonical JSON, by its id.

    Source: STIX 2.1 section 7.3.
    """
    made = {
        identifier: _definition(identifier, f"Tasuki {kind}", _ABOUT[kind], schema_of(kind), "new-sdo")
        for kind, identifier in NEW_OBJECTS.items()
    }
    made[CAVEAT] = _definition(
        CAVEAT,
        "Tasuki caveat",
        _CAVEAT_ABOUT,
        caveat_schema(),
        "property-extension",
        version=CAVEAT_VERSION,
        modified=format_rfc3339(_CAVEAT_CHANGED),
    )
    return made


def _definition(
    identifier: str, name: str, about: str, schema: dict[str, Json], extension_type: str, **newer: Json
) -> bytes:
    properties: dict[str, Json] = {
        "created_by_ref": PROJECT,
        "name": name,
        "description": f"{about} Described in {SPECIFICATION} of the project.",
        "schema": canonical(schema).decode(),
        "version": VERSION,
        "extension_types": [extension_type],
        "object_marking_refs": [marking_id("clear")],
    }
    return build.make("extension-definition", identifier, _SINCE, **properties | newer)


def schema_of(kind: str) -> dict[str, Json]:
    """Return the JSON Schema (draft 2020-12) of what a new object of ours adds to the common properties.

    Raises:
        KeyError: `kind` is no type of `NEW_OBJECTS`.
    """
    properties: dict[str, Json] = {
        "type": {"const": kind},
        "id": {"type": "string", "pattern": f"^{kind}--{_UUID}$"},
        "extensions": {
            "type": "object",
            "required": [NEW_OBJECTS[kind]],
            "properties": {
                NEW_OBJECTS[kind]: {"type": "object", "properties": {"extension_type": {"const": "new-sdo"}}}
            },
        },
    }
    required: list[Json] = ["type", "id", "extensions"]
    for entry in PROPERTIES[kind].split():
        name, _, code = entry.partition(":")
        if code.endswith("!"):
            required.append(name)
        properties[name] = _property(kind, name, code.removesuffix("!"))
    return _schema(f"Tasuki {kind}", required, properties)


def caveat_schema() -> dict[str, Json]:
    """Return the JSON Schema of the caveat extension of a marking definition."""
    moment: Json = {"type": "string", "pattern": _STAMP}
    audiences: Json = {"type": "array", "items": {"type": "string", "pattern": _READER}}
    said: dict[str, Json] = {
        "releasable_to": audiences,
        "consent_of": {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{3}$"}, "minItems": 1},
        "classification": {"type": "string", "pattern": r"^[A-Z]{3}:\S(.{0,58}\S)?$"},
        "embargo": moment,
        "until": moment,
    }
    known: dict[str, Json] = {"extension_type": {"const": "property-extension"}, **said, "ahead": audiences}
    schema = _schema("Tasuki caveat", ["extension_type"], known)
    return {
        **schema,
        "additionalProperties": False,
        "anyOf": [{"required": [name]} for name in said],
        "dependentRequired": {"ahead": ["embargo"]},
    }


def _schema(title: str, required: list[Json], properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "required": required,
        "properties": properties,
    }


def _property(kind: str, name: str, code: str) -> Json:
    if code.startswith("["):
        return {"type": "array", "minItems": 1, "items": _property(kind, name, code[1:-1])}
    words = CLOSED_LISTS.get((kind, name))
    if words is not None:
        return {"type": "string", "enum": list(words)}
    if name in _SHAPES:
        return _SHAPES[name]
    return _CODES[code[0]](code)


def _reference(code: str) -> Json:
    _, _, target = code.partition(":")
    return {"type": "string", "pattern": f"^{target or '[a-z0-9-]+'}--{_UUID}$"}


_SHAPES: Final[dict[str, Json]] = {
    "sender": {"type": "string", "pattern": _AUDIENCE},
    "recipient": {"type": "string", "pattern": _AUDIENCE},
    "national_severity": {
        "type": "object",
        "required": ["scale", "value"],
        "properties": {"scale": {"type": "string"}, "value": {"type": "string"}},
        "additionalProperties": False,
    },
}
_CODES: Final[dict[str, Callable[[str], Json]]] = {
    "s": lambda _: {"type": "string"},
    "i": lambda _: {"type": "integer"},
    "b": lambda _: {"type": "boolean"},
    "d": lambda _: {"type": "object"},
    "t": lambda _: {"type": "string", "pattern": _STAMP},
    "r": _reference,
}


def handed_out() -> list[bytes]:
    """Return what another party needs to know our extensions: the project's identity, then each definition."""
    made = extension_definitions()
    return [project_identity(), *(made[identifier] for identifier in sorted(made))]
