# SPDX-License-Identifier: MIT
"""The stored receipt: what a node durably did with an envelope, signed by both algorithms."""

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

MAGIC: Final = b"TASUKIR\x01"
"""First eight bytes of a stored receipt."""

STATEMENT_TYPE: Final = "stored"
"""The statement type a stored receipt is signed under; no envelope may have this type."""

STATUSES: Final = ("stored", "refused", "expired", "unsupported")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A stored receipt.

    Attributes:
        by: the node that answers, and signs.
        to: the node whose envelope it answers.
        contiguous: the highest sequence number of the lane up to which nothing is missing.
        reason: code of the reason where the status is not `stored`.
        params: values of that reason: ids, names and numbers.
        log_index: where the leaf of this receipt stands in the answering node's pair log.
    """

    by: NodeName
    to: NodeName
    env_id: str
    env_hash: str
    lane: str
    epoch: int
    seq: int
    contiguous: int
    status: str
    reason: str | None
    params: Mapping[str, str | int]
    log_index: int
    at: datetime
    suite: int
    sig_keys: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReceipt:
    """A receipt as read: form checked, signatures not yet verified."""

    receipt: Receipt
    statement: bytes
    signatures: Signatures
    hash: str


def receipt_statement(receipt: Receipt) -> bytes:
    """Return the canonical bytes of a receipt: what gets signed."""
    params: dict[str, Json] = dict(receipt.params)
    return canonical(
        {
            "v": 1,
            "suite": receipt.suite,
            "by": str(receipt.by),
            "to": str(receipt.to),
            "env_id": receipt.env_id,
            "env_hash": receipt.env_hash,
            "lane": receipt.lane,
            "epoch": receipt.epoch,
            "seq": receipt.seq,
            "contiguous": receipt.contiguous,
            "status": receipt.status,
            "reason": receipt.reason,
            "params": params,
            "log_index": receipt.log_index,
            "at": format_rfc3339(receipt.at),
            "sig_keys": list(receipt.sig_keys),
        }
    )


def write_receipt(statement: bytes, signatures: Signatures) -> bytes:
    """Return the wire form of a signed receipt."""
    return write_frame(MAGIC, statement, signatures)


def read_receipt(raw: bytes) -> SignedReceipt:
    """Return the receipt in `raw`.

    Raises:
        PeerError: malformed, or bytes are left over.
    """
    frame, members = read_alone(MAGIC, raw, MAX_HEADER_BYTES, "receipt")
    return SignedReceipt(
        receipt=_receipt(Fields(members, "receipt")),
        statement=frame.statement,
        signatures=frame.signatures,
        hash=hashlib.sha256(frame.head).hexdigest(),
    )


def _receipt(fields: Fields) -> Receipt:
    status = fields.text("status", 16)
    if status not in STATUSES:
        raise fields.wrong("status", " | ".join(STATUSES))
    return Receipt(
        by=fields.node("by"),
        to=fields.node("to"),
        env_id=fields.uuid("env_id"),
        env_hash=fields.hash("env_hash"),
        lane=fields.word("lane"),
        epoch=fields.integer("epoch", 1),
        seq=fields.integer("seq", 1),
        contiguous=fields.integer("contiguous", 0),
        status=status,
        reason=fields.text_or_none("reason", 80),
        params=fields.params("params"),
        log_index=fields.integer("log_index", 0),
        at=fields.moment("at"),
        suite=fields.integer("suite", 1),
        sig_keys=fields.key_pair("sig_keys"),
    )


def is_receipt(raw: bytes) -> bool:
    """Whether a reply claims to be a stored receipt."""
    return raw.startswith(MAGIC)
