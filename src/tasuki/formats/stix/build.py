# SPDX-License-Identifier: MIT
"""The STIX objects we make ourselves, as canonical JSON bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.ids import StixId
from tasuki.base.time import format_rfc3339
from tasuki.formats.stix.extensions import CAVEAT, NEW_OBJECTS
from tasuki.formats.stix.ids import own_id

PATTERNS: Final = {
    "ipv4": "[ipv4-addr:value = '{}']",
    "ipv6": "[ipv6-addr:value = '{}']",
    "cidr4": "[ipv4-addr:value ISSUBSET '{}']",
    "cidr6": "[ipv6-addr:value ISSUBSET '{}']",
    "domain": "[domain-name:value = '{}']",
    "url": "[url:value = '{}']",
    "email": "[email-addr:value = '{}']",
    "md5": "[file:hashes.MD5 = '{}']",
    "sha1": "[file:hashes.'SHA-1' = '{}']",
    "sha256": "[file:hashes.'SHA-256' = '{}']",
    "sha512": "[file:hashes.'SHA-512' = '{}']",
}
"""The STIX pattern for a value of each class (STIX 2.1 section 9)."""


def pattern_for(kind: str, value: str) -> str:
    """Return the STIX pattern that matches one value of a class.

    Raises:
        KeyError: `kind` is no class of `PATTERNS`.
    """
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return PATTERNS[kind].format(escaped)


def make(kind: str, identifier: str, at: datetime, **properties: Json) -> bytes:
    """Return an SDO or SRO of ours; properties that are None or empty are left out, as STIX demands."""
    moment = format_rfc3339(at)
    obj: dict[str, Json] = {
        "type": kind,
        "spec_version": "2.1",
        "id": identifier,
        "created": moment,
        "modified": moment,
    }
    if kind in NEW_OBJECTS:
        obj["extensions"] = {NEW_OBJECTS[kind]: {"extension_type": "new-sdo"}}
    obj.update({name: value for name, value in properties.items() if value not in (None, [], {}, "")})
    return canonical(obj)


def indicator_id(kind: str, value: str, *, creator: str) -> StixId:
    """Return the stable id of the indicator that `creator` makes for one value.

    Raises:
        KeyError: `kind` is no class of `PATTERNS`.
    """
    return own_id("indicator", creator, pattern_for(kind, value))


def indicator(  # noqa: PLR0913 the properties of the object
    kind: str,
    value: str,
    *,
    creator: str,
    at: datetime,
    name: str = "",
    description: str = "",
    markings: Iterable[str] = (),
    since: datetime | None = None,
) -> bytes:
    """Return an indicator for one value, with a stable id: the same creator and pattern give the same id.

    Args:
        kind: class of the value, as in `PATTERNS`.
        value: as its class writes it.
        creator: id of the identity that makes it.
        at: when this version is made.
        name: the value unless said.
        description: what is known of it.
        markings: ids of its markings.
        since: when its first version was made; `at` for the first.

    Raises:
        KeyError: `kind` is no class of `PATTERNS`.
    """
    pattern = pattern_for(kind, value)
    begun = format_rfc3339(since or at)
    return make(
        "indicator",
        own_id("indicator", creator, pattern),
        at,
        created=begun,
        created_by_ref=creator,
        name=name or value,
        description=description,
        indicator_types=["malicious-activity"],
        pattern=pattern,
        pattern_type="stix",
        pattern_version="2.1",
        valid_from=begun,
        object_marking_refs=list(markings),
    )


def identity(
    identifier: str, name: str, at: datetime, *, markings: Iterable[str], sectors: Iterable[str] = ()
) -> bytes:
    """Return an identity: an organisation, or with `sectors` a sector as a class of organisations."""
    listed: list[Json] = []
    listed.extend(sectors)
    return make(
        "identity",
        identifier,
        at,
        name=name,
        identity_class="class" if listed else "organization",
        sectors=listed,
        object_marking_refs=list(markings),
    )


def caveat_definition(audiences: Iterable[str], *, creator: str, at: datetime) -> tuple[StixId, bytes]:
    """Return id and bytes of a caveat marking: releasable to these audiences only."""
    listed: list[Json] = []
    listed.extend(sorted(set(audiences)))
    identifier = own_id("marking-definition", creator, canonical(listed).decode())
    body = canonical(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": identifier,
            "created_by_ref": creator,
            "created": format_rfc3339(at),
            "name": "REL " + ", ".join(str(each) for each in listed),
            "extensions": {CAVEAT: {"extension_type": "property-extension", "releasable_to": listed}},
        }
    )
    return identifier, body


BUNDLE_NEXT: Final = b",\n"
"""Between the objects of a bundle."""

BUNDLE_TAIL: Final = b"\n]}\n"
"""After the last object of a bundle."""


def bundle_head(identifier: str) -> bytes:
    """Return what stands before the first object of a bundle."""
    return b'{"type":"bundle","id":"' + identifier.encode() + b'","objects":[\n'


def empty_bundle(identifier: str) -> bytes:
    """Return a bundle of nothing: without the list, which must not be empty (STIX 2.1 section 2.12)."""
    return b'{"type":"bundle","id":"' + identifier.encode() + b'"}\n'


def bundle(identifier: str, objects: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the bytes of a bundle whose objects are exactly the bytes given, at least one."""
    for index, raw in enumerate(objects):
        yield (BUNDLE_NEXT if index else bundle_head(identifier)) + raw
    yield BUNDLE_TAIL
