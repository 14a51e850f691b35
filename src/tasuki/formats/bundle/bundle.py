# SPDX-License-Identifier: MIT
"""The bytes of a bundle: a signed manifest, and parts behind it, each after its length.

Wire form: docs/spec/bundle.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.base.time import format_rfc3339
from tasuki.formats.bundle.reasons import FORM
from tasuki.formats.suites.fields import Fields, read_statement
from tasuki.formats.suites.frames import read_frame, write_frame
from tasuki.formats.suites.signatures import Signatures

MAGIC: Final = b"TASUKIB\x01"
"""First eight bytes of a bundle."""

STATEMENT_TYPE: Final = "bundle"
"""The statement type a manifest is signed under; no envelope may have this type."""

MAX_BUNDLE_BYTES: Final = 64 << 20
"""A whole bundle: three of the largest envelopes, or some ten thousand small ones' worth of receipts."""

MAX_MANIFEST_BYTES: Final = 1 << 20
"""The manifest: 4,096 parts take about 900 kB."""

MAX_PARTS: Final = 4096

_LENGTH_BYTES: Final = 4
_MEMBERS: Final = frozenset(
    {"v", "suite", "from", "to", "epoch", "number", "prev", "received", "keys", "created", "sig_keys", "parts"}
)
_PART_MEMBERS: Final = frozenset({"kind", "len", "sha256", "of"})


class PartKind(StrEnum):
    """What a part is, in the order in which parts stand."""

    TRUST = "trust"
    RECEIPT = "receipt"
    NOTICE = "notice"
    STATEMENT = "statement"
    ENVELOPE = "envelope"
    LEAVES = "leaves"
    CHECKPOINT = "checkpoint"
    MIRRORED = "mirrored"
    COSIGNED = "cosigned"


ABOUT_AN_ENVELOPE: Final = frozenset({PartKind.RECEIPT, PartKind.NOTICE, PartKind.ENVELOPE})
"""Kinds whose `of` names an envelope; that of the others is null."""

_ORDER: Final = {kind: place for place, kind in enumerate(PartKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: the bytes as they stand in the file.

    Attributes:
        of: id of the envelope it is, or answers; None for other kinds.
    """

    kind: PartKind
    raw: bytes
    of: str | None = None

    @property
    def listed(self) -> dict[str, Json]:
        """What the manifest says of it."""
        return {
            "kind": str(self.kind),
            "len": len(self.raw),
            "sha256": hashlib.sha256(self.raw).hexdigest(),
            "of": self.of,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        number: place among the bundles from `sender` to `recipient` within `epoch`.
        prev: hash of the bundle before; None for the first of an epoch.
        received: up to which of the recipient's bundles the sender took in every one.
        keys: version of the sender's anchor in force when it was made.
    """

    suite: int
    sender: NodeName
    recipient: NodeName
    epoch: int
    number: int
    prev: str | None
    received: int
    keys: int
    created: datetime
    sig_keys: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle as read: its form is right and its parts are those of the manifest; nothing is verified."""

    manifest: Manifest
    statement: bytes
    signatures: Signatures
    parts: tuple[Part, ...]
    hash: str


def manifest_statement(manifest: Manifest, parts: Sequence[Part]) -> bytes:
    """Return the canonical bytes of a manifest: what gets signed."""
    return canonical(
        {
            "v": 1,
            "suite": manifest.suite,
            "from": str(manifest.sender),
            "to": str(manifest.recipient),
            "epoch": manifest.epoch,
            "number": manifest.number,
            "prev": manifest.prev,
            "received": manifest.received,
            "keys": manifest.keys,
            "created": format_rfc3339(manifest.created),
            "sig_keys": list(manifest.sig_keys),
            "parts": [part.listed for part in parts],
        }
    )


def write_bundle(statement: bytes, signatures: Signatures, parts: Sequence[Part]) -> bytes:
    """Return the bytes of a bundle.

    Raises:
        ValueError: the parts are out of order, or too many.
    """
    order = [_ORDER[part.kind] for part in parts]
    if order != sorted(order) or len(parts) > MAX_PARTS:
        message = f"expected at most {MAX_PARTS} parts in the order of their kinds"
        raise ValueError(message)
    behind = b"".join(len(part.raw).to_bytes(_LENGTH_BYTES, "big") + part.raw for part in parts)
    return write_frame(MAGIC, statement, signatures, behind)


def read_bundle(raw: bytes) -> Bundle:
    """Return the bundle in `raw`; lengths before parsing, and no cryptography but hashes.

    Raises:
        PeerError: another form, or parts that are not those of the manifest.
    """
    if len(raw) > MAX_BUNDLE_BYTES:
        raise PeerError(FORM.because(found=f"more than {MAX_BUNDLE_BYTES} bytes"))
    frame = read_frame(MAGIC, raw, MAX_MANIFEST_BYTES)
    value = read_statement(frame.statement, "manifest")
    fields = Fields(value, "manifest")
    if value.keys() != _MEMBERS or fields.integer("v", 1) != 1:
        raise PeerError(FORM.because(found="a manifest of another version or with other members"))
    listed = [_listed(Fields(each, "manifest"), each) for each in fields.objects("parts", MAX_PARTS)]
    return Bundle(
        manifest=_manifest(fields),
        statement=frame.statement,
        signatures=frame.signatures,
        parts=_parts(listed, frame.rest),
        hash=hashlib.sha256(raw).hexdigest(),
    )


def _manifest(fields: Fields) -> Manifest:
    return Manifest(
        suite=fields.integer("suite", 1),
        sender=fields.node("from"),
        recipient=fields.node("to"),
        epoch=fields.integer("epoch", 1),
        number=fields.integer("number", 1),
        prev=fields.hash_or_none("prev"),
        received=fields.integer("received", 0),
        keys=fields.integer("keys", 1),
        created=fields.moment("created"),
        sig_keys=fields.key_pair("sig_keys"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """One line of the manifest."""

    kind: PartKind
    size: int
    sha256: str
    of: str | None


def _listed(fields: Fields, row: Mapping[str, Json]) -> _Listed:
    word = fields.word("kind")
    if row.keys() != _PART_MEMBERS or word not in PartKind.__members__.values():
        raise PeerError(FORM.because(found=f"a part of kind {word} or with other members"))
    kind = PartKind(word)
    if kind not in ABOUT_AN_ENVELOPE and row["of"] is not None:
        raise PeerError(FORM.because(found=f"a part of kind {word} about an envelope"))
    return _Listed(
        kind=kind,
        size=fields.integer("len", 1),
        sha256=fields.hash("sha256"),
        of=fields.uuid("of") if kind in ABOUT_AN_ENVELOPE else None,
    )


def _parts(listed: Sequence[_Listed], behind: bytes) -> tuple[Part, ...]:
    order = [_ORDER[each.kind] for each in listed]
    if order != sorted(order):
        raise PeerError(FORM.because(found="parts in another order"))
    parts: list[Part] = []
    at = 0
    for number, each in enumerate(listed):
        start = at + _LENGTH_BYTES
        end = start + each.size
        raw = behind[start:end]
        if int.from_bytes(behind[at:start], "big") != each.size or len(raw) != each.size:
            raise PeerError(FORM.because(found=f"part {number} of another length than its manifest says"))
        if hashlib.sha256(raw).hexdigest() != each.sha256:
            raise PeerError(FORM.because(found=f"part {number} with another hash than its manifest says"))
        parts.append(Part(kind=each.kind, raw=raw, of=each.of))
        at = end
    if at != len(behind):
        raise PeerError(FORM.because(found=f"{len(behind) - at} bytes behind the last part"))
    return tuple(parts)
