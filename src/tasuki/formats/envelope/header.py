# SPDX-License-Identifier: MIT
"""The header of an envelope: everything a guard may know without opening it, signed as exact bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.ids import NodeName
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.fields import Fields, read_statement

WIRE_VERSION: Final = 1
"""The header version this node writes; it reads the one before and the one after too."""

FIELDS: Final = frozenset(
    {
        "v", "suite", "type", "env_id", "from", "to", "lane", "epoch", "seq", "prev", "created", "not_after",
        "in_reply_to", "label", "policy", "payload_hash", "ct_hash", "ct_len", "enc_key_id", "sig_keys", "crit",
        "min_suite",
    }
)  # fmt: skip
"""Every field of version 1; all are present, absent values are null."""

_MAX_LABEL = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an envelope says about itself.

    Attributes:
        version: `v`; a later version may add fields, and lists in `crit` those that must be understood.
        env_id: UUIDv7, made and stored before the first sending.
        sender: `from`, the one node that signs.
        recipient: `to`, the one node that may open it.
        seq: gapless from 1 within (sender, recipient, lane, epoch).
        prev: hash of the previous envelope of the lane; None for the first of an epoch.
        in_reply_to: hash of the envelope this one answers.
        label: the narrowest marking inside, as written for people; None for a protocol message.
        policy: digest of the release rules under which it left.
        payload_hash: SHA-256 of salt and payload; proves the content later without giving a key away.
        sig_keys: ids of the Ed25519 and the ML-DSA-65 key.
        crit: names of fields that a reader must understand or answer `unsupported`.
        min_suite: the lowest suite the sender takes in the answer.
    """

    version: int
    suite: int
    type: str
    env_id: str
    sender: NodeName
    recipient: NodeName
    lane: str
    epoch: int
    seq: int
    prev: str | None
    created: datetime
    not_after: datetime | None
    in_reply_to: str | None
    label: str | None
    policy: str
    payload_hash: str
    ct_hash: str
    ct_len: int
    enc_key_id: str
    sig_keys: tuple[str, str]
    crit: tuple[str, ...]
    min_suite: int


def header_json(header: Header) -> dict[str, Json]:
    """Return the JSON form of a header."""
    return {
        "v": header.version,
        "suite": header.suite,
        "type": header.type,
        "env_id": header.env_id,
        "from": str(header.sender),
        "to": str(header.recipient),
        "lane": header.lane,
        "epoch": header.epoch,
        "seq": header.seq,
        "prev": header.prev,
        "created": format_rfc3339(header.created),
        "not_after": None if header.not_after is None else format_rfc3339(header.not_after),
        "in_reply_to": header.in_reply_to,
        "label": header.label,
        "policy": header.policy,
        "payload_hash": header.payload_hash,
        "ct_hash": header.ct_hash,
        "ct_len": header.ct_len,
        "enc_key_id": header.enc_key_id,
        "sig_keys": list(header.sig_keys),
        "crit": list(header.crit),
        "min_suite": header.min_suite,
    }


def write_header(header: Header) -> bytes:
    """Return the canonical bytes of a header: what gets signed."""
    return canonical(header_json(header))


def seal_info(header: Mapping[str, Json]) -> bytes:
    """Return the HPKE `info` that binds a payload to its header: SHA-256 of the header without the ciphertext fields.

    Source: RFC 9180 section 5.1 (info); the one-shot interface takes no associated data.
    """
    bound = {name: value for name, value in header.items() if name not in ("ct_hash", "ct_len")}
    return hashlib.sha256(canonical(bound)).digest()


def read_header(raw: bytes) -> tuple[Header, dict[str, Json]]:
    """Return the header in `raw` and its whole JSON, unknown members included.

    Raises:
        PeerError: not canonical JSON, or a known field missing or of the wrong form.
    """
    value = read_statement(raw, "header")
    fields = Fields(value, "header")
    header = Header(
        version=fields.integer("v", 1),
        suite=fields.integer("suite", 1),
        type=fields.word("type"),
        env_id=fields.uuid("env_id"),
        sender=fields.node("from"),
        recipient=fields.node("to"),
        lane=fields.word("lane"),
        epoch=fields.integer("epoch", 1),
        seq=fields.integer("seq", 1),
        prev=fields.hash_or_none("prev"),
        created=fields.moment("created"),
        not_after=fields.moment_or_none("not_after"),
        in_reply_to=fields.hash_or_none("in_reply_to"),
        label=fields.text_or_none("label", _MAX_LABEL),
        policy=fields.hash("policy"),
        payload_hash=fields.hash("payload_hash"),
        ct_hash=fields.hash("ct_hash"),
        ct_len=fields.integer("ct_len", 0),
        enc_key_id=fields.key_id("enc_key_id"),
        sig_keys=fields.key_pair("sig_keys"),
        crit=fields.names("crit"),
        min_suite=fields.integer("min_suite", 1),
    )
    return header, value
