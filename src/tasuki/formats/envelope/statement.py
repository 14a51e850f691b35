# SPDX-License-Identifier: MIT
"""The statement: what a node says it sent to, took from and knows of one partner, signed by both algorithms.

Wire form: docs/spec/statement.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.ids import NodeName
from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.fields import Fields, read_alone
from tasuki.formats.suites.frames import write_frame
from tasuki.formats.suites.signatures import Signatures

MAGIC: Final = b"TASUKIS\x01"
"""First eight bytes of a statement."""

STATEMENT_TYPE: Final = "statement"
"""The statement type it is signed under; no envelope may have this type."""

MAX_ROWS: Final = 24
"""Lanes in one direction: three today, eight times as many for what may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """One lane as its sender sees it.

    Attributes:
        sealed: number of the last envelope sealed; 0 for none.
        answered: number up to which every envelope has its receipt.
        root: Merkle root over the envelopes sealed, 64 hex digits.
    """

    lane: str
    epoch: int
    sealed: int
    answered: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRow:
    """One lane as its receiver sees it.

    Attributes:
        received: number of the last envelope that spent its number; 0 for none.
        root: Merkle root over the envelopes received, 64 hex digits.
    """

    lane: str
    epoch: int
    received: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far a log goes: leaves, and the root over them in hex."""

    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one node states to one partner.

    Attributes:
        version: rises by at least one with each statement to this partner, for ever.
        metadata: versions of trust metadata: `keys` of its own, `partner_keys` that it holds of the partner.
        rules: digest of the release rules in force at the node.
        log: its log kept with this partner; `mirror` is what it holds of the partner's.
        requests: hash over the requests for assistance open between the two.
    """

    by: NodeName
    to: NodeName
    version: int
    at: datetime
    metadata: Mapping[str, int]
    rules: str
    log: Head
    mirror: Head
    sent: tuple[SentRow, ...]
    received: tuple[ReceivedRow, ...]
    requests: str
    suite: int
    sig_keys: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStatement:
    """A statement as read: form checked, signatures not yet verified.

    Attributes:
        signed: the exact bytes that were signed.
    """

    statement: Statement
    signed: bytes
    signatures: Signatures
    hash: str


def statement_bytes(statement: Statement) -> bytes:
    """Return the canonical bytes of a statement: what gets signed."""
    metadata: dict[str, Json] = dict(statement.metadata)
    sent: list[Json] = [
        {
            "lane": row.lane,
            "epoch": row.epoch,
            "sealed": row.sealed,
            "answered": row.answered,
            "root": row.root,
        }
        for row in statement.sent
    ]
    received: list[Json] = [
        {"lane": row.lane, "epoch": row.epoch, "received": row.received, "root": row.root} for row in statement.received
    ]
    return canonical(
        {
            "v": 1,
            "suite": statement.suite,
            "by": str(statement.by),
            "to": str(statement.to),
            "version": statement.version,
            "at": format_rfc3339(statement.at),
            "metadata": metadata,
            "rules": statement.rules,
            "log_size": statement.log.size,
            "log_root": statement.log.root,
            "mirror_size": statement.mirror.size,
            "mirror_root": statement.mirror.root,
            "sent": sent,
            "received": received,
            "requests": statement.requests,
            "sig_keys": list(statement.sig_keys),
        }
    )


def write_statement(signed: bytes, signatures: Signatures) -> bytes:
    """Return the wire form of a signed statement."""
    return write_frame(MAGIC, signed, signatures)


def is_statement(raw: bytes) -> bool:
    """Whether a reply claims to be a statement."""
    return raw.startswith(MAGIC)


def read_signed_statement(raw: bytes) -> SignedStatement:
    """Return the statement in `raw`.

    Raises:
        PeerError: malformed, or bytes are left over.
    """
    frame, members = read_alone(MAGIC, raw, MAX_HEADER_BYTES, "statement")
    return SignedStatement(
        statement=_statement(Fields(members, "statement")),
        signed=frame.statement,
        signatures=frame.signatures,
        hash=hashlib.sha256(frame.head).hexdigest(),
    )


def _statement(fields: Fields) -> Statement:
    statement = Statement(
        by=fields.node("by"),
        to=fields.node("to"),
        version=fields.integer("version", 1),
        at=fields.moment("at"),
        metadata=_metadata(fields),
        rules=fields.hash("rules"),
        log=Head(size=fields.integer("log_size", 0), root=fields.hash("log_root")),
        mirror=Head(size=fields.integer("mirror_size", 0), root=fields.hash("mirror_root")),
        sent=tuple(_sent(Fields(row, "statement")) for row in fields.objects("sent", MAX_ROWS)),
        received=tuple(_received(Fields(row, "statement")) for row in fields.objects("received", MAX_ROWS)),
        requests=fields.hash("requests"),
        suite=fields.integer("suite", 1),
        sig_keys=fields.key_pair("sig_keys"),
    )
    for name, rows in (("sent", statement.sent), ("received", statement.received)):
        places = [(row.lane, row.epoch) for row in rows]
        if places != sorted(set(places)):
            raise fields.wrong(name, "each lane and epoch once, in order")
    return statement


def _metadata(fields: Fields) -> dict[str, int]:
    versions: dict[str, int] = {}
    for name, version in fields.params("metadata").items():
        if not isinstance(version, int) or isinstance(version, bool) or version < 0:
            raise fields.wrong("metadata", "versions by role")
        versions[name] = version
    return versions


def _sent(fields: Fields) -> SentRow:
    row = SentRow(
        lane=fields.word("lane"),
        epoch=fields.integer("epoch", 1),
        sealed=fields.integer("sealed", 0),
        answered=fields.integer("answered", 0),
        root=fields.hash("root"),
    )
    if row.answered > row.sealed:
        raise fields.wrong("answered", "no number above `sealed`")
    return row


def _received(fields: Fields) -> ReceivedRow:
    return ReceivedRow(
        lane=fields.word("lane"),
        epoch=fields.integer("epoch", 1),
        received=fields.integer("received", 0),
        root=fields.hash("root"),
    )
