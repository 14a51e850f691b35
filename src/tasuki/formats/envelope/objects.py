# SPDX-License-Identifier: MIT
"""The payload of an `objects` envelope: a manifest, then the bodies it lists, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError
from tasuki.base.limits import MAX_BATCH_OBJECTS, MAX_OBJECT_BYTES
from tasuki.base.reasons import Reason
from tasuki.formats.envelope.reasons import PAYLOAD_BAD
from tasuki.formats.suites.fields import Fields, read_json

MAX_MANIFEST_BYTES: Final = 4 << 20
"""A manifest of 1000 entries takes about 330 KiB; long caveats may take more."""

_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPart:
    """One object in a payload.

    Attributes:
        entry: what the sender says of it: `label`, `handling`, `originator`, `audience`; after reading also
            `len` and `sha256`.
        body: the object as its creator wrote it.
    """

    entry: Mapping[str, Json]
    body: bytes


def write_objects(parts: Sequence[ObjectPart]) -> bytes:
    """Return the payload of `parts`: length of the manifest (32 bits, big-endian), manifest, bodies."""
    entries: list[Json] = [
        {**part.entry, "len": len(part.body), "sha256": hashlib.sha256(part.body).hexdigest()} for part in parts
    ]
    manifest = orjson.dumps({"objects": entries}, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    return b"".join((len(manifest).to_bytes(_LENGTH_BYTES, "big"), manifest, *(part.body for part in parts)))


def read_objects(payload: bytes) -> list[ObjectPart]:
    """Return the objects of a payload, each body checked against its length and hash.

    Raises:
        PeerError: the manifest is not canonical JSON or a field is wrong, a body is cut, too long or another
            than listed, or bytes are left over.
    """
    start = _LENGTH_BYTES + int.from_bytes(payload[:_LENGTH_BYTES], "big")
    if start > len(payload):
        raise PeerError(_bad("manifest", 0))
    value = read_json(payload[_LENGTH_BYTES:start], "manifest", MAX_MANIFEST_BYTES)
    parts = []
    for index, entry in enumerate(Fields(value, "manifest").objects("objects", MAX_BATCH_OBJECTS)):
        size = Fields(entry, "manifest").integer("len", 1)
        if size > MAX_OBJECT_BYTES:
            raise PeerError(_bad("size", index))
        body = payload[start : start + size]
        if len(body) != size or hashlib.sha256(body).hexdigest() != entry.get("sha256"):
            raise PeerError(_bad("body", index))
        parts.append(ObjectPart(entry=entry, body=body))
        start += size
    if start != len(payload):
        raise PeerError(_bad("surplus", len(parts)))
    return parts


def _bad(found: str, entry: int) -> Reason:
    return PAYLOAD_BAD.because(found=found, entry=entry)
