# SPDX-License-Identifier: MIT
"""STIX objects for tests and rigs: the smallest of each type, and for each code what fits and what breaks it."""

from __future__ import annotations

import uuid
from typing import Any

from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import tables
from tasuki.formats.stix.ids import deterministic_id
from tasuki.formats.stix.rules import rows
from tasuki.formats.stix.vocabularies import VOCABULARIES

Made = dict[str, Any]

CREATED = "2026-01-15T08:00:00.000Z"
LATER = "2026-02-15T08:00:00.000Z"
_NAMESPACE = uuid.UUID("5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7aff")

TEXT_SAMPLES = {
    "base64": ("aGVsbG8=", "not base64!", "stix.base64"),
    "hex": ("0aff", "0AF", "stix.hex"),
    "kill-chain": ("lateral-movement", "Lateral Movement", "stix.lower-case"),
    "property-name": ("rank", "no", "stix.property-name"),
    "country": ("jp", "Japan", "stix.country"),
    "subdivision": ("JP-13", "Tokyo", "stix.subdivision"),
    "product": ("some-scanner", "Some Scanner", "stix.lower-case"),
    "lower": ("get", "GET", "stix.lower-case"),
    "relationship-type": ("uses", "Uses it", "stix.relationship-type"),
    "media-type": ("text/plain", "plain", "stix.media-type"),
    "character-set": ("windows-1252", "bla.bla.bla", "stix.character-set"),
    "decoded": ("Hello", "=?utf-8?q?Hello?=", "stix.encoded-word"),
    "service": ("tcp", "foo_bar", "stix.service"),
    "priority": ("HIGH_PRIORITY_CLASS", "high", "stix.priority"),
    "cpe": ("cpe:2.3:a:example:word:2000:*:*:*:*:*:*:*", "invalid", "stix.cpe"),
    "registry-key": (r"HKEY_LOCAL_MACHINE\System\Foo", r"HKLM\System\Foo", "stix.registry-hive"),
    "url": ("https://www.example.com/a?b=c#d", "www example", "stix.url"),
    "domain": ("www.example.com", "-a.example", "stix.domain"),
    "email": ("jane@example.com", "Jane <jane@example.com>", "stix.email"),
    "ipv4": ("192.0.2.0/24", "192.0.2.1/33", "stix.ipv4"),
    "ipv6": ("2001:db8::/32", "2001:db8::/129", "stix.ipv6"),
    "mac": ("00:00:5e:00:53:01", "00-00-5E-00-53-01", "stix.mac"),
    "selector": ("type", "[0]", "stix.selector"),
    "language": ("ja", "español", "stix.language"),
}
"""For each form of text: one that has it, one that has not, and the reason that is given."""


def random_id(kind: str, seed: str = "") -> str:
    """Return an id with a UUID of version 4 that is always the same for the same seed."""
    made = uuid.uuid5(_NAMESPACE, kind + seed)
    return f"{kind}--{uuid.UUID(bytes=made.bytes, version=4)}"


def minimal(kind: str) -> Made:
    """Return the smallest valid object of a type of the standard."""
    if kind in tables.OBSERVABLES:
        return with_id(_fill({"type": kind}, f"{tables.OBSERVABLES[kind]}", kind))
    made: Made = {"type": kind, "spec_version": "2.1", "id": random_id(kind), "created": CREATED}
    if kind != "marking-definition":
        made["modified"] = CREATED
    text = {**tables.DOMAIN_OBJECTS, **tables.RELATIONSHIP_OBJECTS, **tables.META_OBJECTS}[kind]
    return _fill(made, text, kind)


def with_id(observable: Made) -> Made:
    """Return an observable with the id the standard gives it, or a random one where nothing contributes."""
    kind = observable["type"]
    bare = {name: each for name, each in observable.items() if name != "id"}
    made: Made = {"type": kind, "id": deterministic_id(bare) or random_id(kind)}
    return {**made, **bare}


def _fill(made: Made, text: str, kind: str) -> Made:
    for row in rows(text, ""):
        if row.is_required and row.name not in made:
            made[row.name] = sample(row.code, row.name)
    made.update(_COMPLETIONS.get(kind, {}))
    return made


_COMPLETIONS: dict[str, Made] = {
    "observed-data": {"object_refs": [random_id("mutex")]},
    "location": {"region": "eastern-asia"},
    "malware": {"is_family": False},
    "malware-analysis": {"result": "benign"},
    "marking-definition": {"definition_type": "statement", "definition": {"statement": "Copyright Example"}},
    "extension-definition": {"extension_types": ["property-extension"], "description": "An example"},
    "relationship": {
        "relationship_type": "indicates",
        "source_ref": random_id("indicator"),
        "target_ref": random_id("malware"),
    },
    "indicator": {
        "pattern_type": "stix",
        "pattern": "[mutex:name = 'x']",
        "name": "An example",
        "description": "An example",
    },
    "artifact": {"payload_bin": "aGVsbG8="},
    "file": {"name": "report.doc"},
    "network-traffic": {"src_ref": random_id("ipv4-addr"), "src_port": 1, "dst_port": 2, "protocols": ["ipv4", "tcp"]},
    "process": {"pid": 4},
    "user-account": {"user_id": "1001"},
    "windows-registry-key": {"key": r"HKEY_LOCAL_MACHINE\System\Foo"},
    "x509-certificate": {"serial_number": "01"},
    "email-message": {"is_multipart": False},
    "external-reference": {"description": "An example"},
    "granular-marking": {"marking_ref": random_id("marking-definition")},
    "email-mime-part-type": {"body": "text"},
    "ntfs-ext": {"sid": "1"},
    "pdf-ext": {"version": "1.4"},
    "raster-image-ext": {"image_height": 1},
    "windows-pebinary-ext": {"imphash": "00"},
    "windows-pe-optional-header-type": {"magic_hex": "00"},
    "tcp-ext": {"src_flags_hex": "00"},
    "windows-process-ext": {"aslr_enabled": True},
    "windows-service-ext": {"service_name": "x"},
    "unix-account-ext": {"gid": 1},
    "windows-registry-value-type": {"name": "x"},
    "x509-v3-extensions-type": {"key_usage": "x"},
    "state-change": {"result_ref": random_id("infrastructure")},
    "acs-scope": {"entity": ["ALL"]},
}


def nested(name: str) -> Made:
    """Return the smallest valid value of a type that stands inside objects."""
    text = tables.NESTED.get(name) or known.NESTED[name]
    return _fill({}, text, name)


def sample(code: str, name: str = "") -> Any:  # noqa: PLR0911 a table in code
    """Return a value that fits a code of the tables."""
    code = {"e": "[@(external-reference)]", "k": "[@(kill-chain-phase)]", "g": "[@(granular-marking)]"}.get(code, code)
    if code.startswith("["):
        return [sample(code[1:-1], name)]
    if code.startswith("r"):
        return random_id(_first_type(code.partition(":")[2]))
    head, _, rest = code.partition("(")
    argument = rest[:-1]
    if head == "s":
        return TEXT_SAMPLES[argument][0] if argument else f"some {name}"
    if head in ("o", "c"):
        return min((VOCABULARIES.get(argument) or known.SUITE_VOCABULARIES[argument]).terms)
    if head == "@":
        return nested(argument)
    if head == "d":
        return {"some-key": sample(argument or "s")}
    if head in ("i", "f"):
        return int(argument.partition("..")[0] or 0) if argument else 7
    return {
        "t": "2026-01-15T08:00:00Z" if argument == "s" else CREATED,
        "b": True,
        "h": {"MD5": "0" * 32},
        "x": "anything",
        "si": 5,
        "n": {"extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a77": {"extension_type": "property-extension"}},
        "u": {"ja": {"name": "例"}},
        "m": {"0": {"type": "mutex", "name": "x"}},
    }[head]


def _first_type(wanted: str) -> str:
    first = wanted.partition("|")[0]
    return {"": "campaign", "SDO": "malware", "SCO": "mutex", "SRO": "sighting"}.get(first, first)


def breaks(code: str) -> list[tuple[Any, str]]:  # noqa: PLR0911 a table in code
    """Return values that break a code, each with the reason that must be given."""
    code = {"e": "[@(external-reference)]", "k": "[@(kill-chain-phase)]", "g": "[@(granular-marking)]"}.get(code, code)
    if code.startswith("["):
        inner = [([value], reason) for value, reason in breaks(code[1:-1])]
        return [([], "stix.empty-list"), ("text", "stix.wrong-type"), (None, "stix.null"), *inner]
    if code.startswith("r"):
        wrong = [(7, "stix.wrong-type"), ("text", "stix.identifier")]
        return wrong if code == "r" else [*wrong, (random_id("bundle"), "stix.reference")]
    head, _, rest = code.partition("(")
    argument = rest[:-1]
    if head == "s":
        formed = [(TEXT_SAMPLES[argument][1], TEXT_SAMPLES[argument][2])] if argument else []
        return [(7, "stix.wrong-type"), (None, "stix.null"), *formed]
    if head in ("o", "c"):
        return [(7, "stix.wrong-type"), ("foo", "stix.enumeration" if head == "c" else "stix.open-vocabulary")]
    if head in ("i", "f"):
        return _breaks_of_number(head, argument)
    if head == "d":
        inner = [({"key": value}, reason) for value, reason in breaks(argument or "x")]
        return [({}, "stix.empty-dictionary"), ({"schlüssel": "x"}, "stix.dictionary-key"), *inner]
    if head == "@":
        return [({}, "stix.empty-dictionary"), (7, "stix.wrong-type"), ({"no": 1}, "stix.property-name")]
    return {
        "t": _breaks_of_time(argument),
        "b": [("true", "stix.wrong-type"), (1, "stix.wrong-type")],
        "h": [({}, "stix.empty-dictionary"), ({"MD5": "0"}, "stix.hash"), ({"x": "0"}, "stix.hash-name")],
        "x": [(None, "stix.null"), ([], "stix.empty-list"), ({}, "stix.empty-dictionary")],
        "si": [(True, "stix.wrong-type")],
        "n": [({}, "stix.empty-dictionary"), ({"foo": {}}, "stix.extension-key")],
        "u": [({}, "stix.empty-dictionary"), ({"español": {"name": "x"}}, "stix.language")],
        "m": [({}, "stix.empty-dictionary"), ({"0": {"name": "x"}}, "stix.type-missing")],
    }[head]


def _breaks_of_number(head: str, argument: str) -> list[tuple[Any, str]]:
    low, _, high = argument.partition("..")
    broken: list[tuple[Any, str]] = [("1", "stix.wrong-type"), (True, "stix.wrong-type")]
    if head == "i":
        broken += [(1.5, "stix.wrong-type"), (2**53, "stix.integer-range")]
    if high:
        broken += [(int(low) - 1, "stix.bounds"), (int(high) + 1, "stix.bounds")]
    elif low:
        broken.append((-1, "stix.negative"))
    return broken


def _breaks_of_time(argument: str) -> list[tuple[Any, str]]:
    wrong = ("2026-02-30T00:00:00.000Z", "2026-01-15T08:00:00.000", "2026-01-15T08:00:60.000Z", "yesterday")
    broken: list[tuple[Any, str]] = [(text, "stix.timestamp") for text in wrong]
    broken.append((7, "stix.wrong-type"))
    if argument == "ms":
        broken.append(("2026-01-15T08:00:00Z", "stix.timestamp-precision"))
    if argument == "s":
        broken.append((CREATED, "stix.timestamp-seconds"))
    return broken
