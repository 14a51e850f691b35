# SPDX-License-Identifier: MIT
"""Builds a small pair log with both signatures on it, and evidence about each of its leaves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from making_channel import GBR, JPN, NOW, Party, letter, seal
from tasuki.base.canonical import Json
from tasuki.core.ledger.evidence import Evidence, Opening
from tasuki.core.ledger.model import commit, origin, pair_log, witness_name
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.envelope.receipt import Receipt, read_receipt, receipt_statement, write_receipt
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.cosignature import cosigned_message
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, ED25519, Note, SignatureLine, make_key

AT = NOW + timedelta(minutes=1)
SIZE = 11
SENT, HELD, ISSUED = 4, 5, 6
"""Which leaves of the log are about the envelope that went out, its receipt, and one that came in."""


@dataclass(frozen=True)
class Case:
    """Everything about one pair log: its leaves, and what is attached to some of them."""

    leaves: tuple[Opening, ...]
    attached: dict[int, tuple[bytes | None, bytes | None]]
    owner: Party = GBR
    witness: Party = JPN


def salt(number: int) -> bytes:
    return hashlib.sha256(b"salt %d" % number).digest()


def receipt(raw: bytes, giver: Party, index: int, **changes: object) -> bytes:
    """Return the signed receipt of `giver` for an envelope."""
    statement = receipt_statement(replace(unsigned_receipt(raw, giver, index), **changes))
    return write_receipt(statement, giver.signer.sign_receipt(statement))


def unsigned_receipt(raw: bytes, giver: Party, index: int) -> Receipt:
    """Return what `giver` states in its receipt for an envelope."""
    read = read_envelope(raw)
    header = read.header
    return Receipt(
        by=giver.anchor.name,
        to=header.sender,
        env_id=header.env_id,
        env_hash=read.hash,
        lane=header.lane,
        epoch=header.epoch,
        seq=header.seq,
        contiguous=header.seq,
        status="stored",
        reason=None,
        params={},
        log_index=index,
        at=NOW + timedelta(seconds=1),
        suite=1,
        sig_keys=giver.anchor.current_pair(Purpose.ENVELOPE, NOW).ids,
    )


def head(raw: bytes) -> bytes:
    return raw[: len(raw) - read_envelope(raw).header.ct_len]


def place(raw: bytes) -> dict[str, Json]:
    read = read_envelope(raw)
    header = read.header
    return {
        "env_id": header.env_id,
        "env_hash": read.hash,
        "lane": header.lane,
        "epoch": header.epoch,
        "seq": header.seq,
    }


def case() -> Case:
    """Return the log of the UK's node with Japan's: one envelope out with its receipt, one in, and others."""
    out, came = seal(letter()), seal(letter(lane="urgent"), sender=JPN, to=GBR)
    answer, given = receipt(out, JPN, 2), receipt(came, GBR, ISSUED)
    header = read_envelope(out).header
    stated: dict[int, tuple[str, dict[str, Json]]] = {
        SENT: ("envelope-sent", {**place(out), "type": header.type, "policy": header.policy}),
        HELD: (
            "receipt-held",
            {**place(out), "status": "stored", "receipt_hash": read_receipt(answer).hash, "log_index": 2},
        ),
        ISSUED: ("receipt-issued", {**place(came), "status": "stored", "receipt_hash": read_receipt(given).hash}),
    }
    filler = ("something-later", {"note": "a kind of leaf that a later version knows"})
    leaves = []
    for number in range(SIZE):
        kind, body = stated.get(number, filler)
        leaves.append(Opening(salt=salt(number), kind=kind, body=body))
    attached = {SENT: (head(out), answer), HELD: (head(out), answer), ISSUED: (None, given)}
    return Case(leaves=tuple(leaves), attached=attached)


def hashes(made: Case) -> list[bytes]:
    return [merkle.leaf_hash(commitment(made, number)) for number in range(len(made.leaves))]


def commitment(made: Case, number: int) -> bytes:
    leaf = made.leaves[number]
    return commit(leaf.salt, leaf.kind, leaf.body)


def checkpoint(made: Case, size: int | None = None, *, at: datetime = AT, top: bytes | None = None) -> bytes:
    """Return the checkpoint of the log with both signatures."""
    size = len(made.leaves) if size is None else size
    name = origin(str(made.owner.anchor.name), pair_log(made.witness.anchor.name.participant))
    text = Checkpoint(origin=name, size=size, root=top or merkle.root(hashes(made)[:size])).text
    return Note(text=text, lines=(log_line(text, name, made.owner), cosigned_line(text, made.witness, at))).raw


def log_line(text: str, name: str, owner: Party) -> SignatureLine:
    (key,) = (each for each in owner.anchor.keys if each.purpose is Purpose.LOG)
    note_key = make_key(name, ED25519, key.raw)
    return SignatureLine(name=name, key_id=note_key.id, signature=owner.signer.sign_checkpoint(text.encode()))


def cosigned_line(text: str, witness: Party, at: datetime = AT) -> SignatureLine:
    (key,) = (
        each for each in witness.anchor.keys if each.purpose is Purpose.WITNESS and each.algorithm is Algorithm.ED25519
    )
    note_key = make_key(witness_name(str(witness.anchor.name)), COSIGNATURE_ED25519, key.raw)
    stamp = int(at.timestamp())
    signature = stamp.to_bytes(8, "big") + witness.signer.cosign(cosigned_message(text, stamp))
    return SignatureLine(name=note_key.name, key_id=note_key.id, signature=signature)


def evidence(made: Case, number: int, *, opened: bool = True, **changes: object) -> Evidence:
    """Return evidence about one leaf; `changes` break a rule."""
    leaves = hashes(made)
    proof = merkle.inclusion_proof(number, len(leaves), lambda start, end: merkle.root(leaves[start:end]))
    kept = Evidence(index=number, commitment=commitment(made, number), proof=tuple(proof), checkpoint=checkpoint(made))
    if opened:
        start, answer = made.attached.get(number, (None, None))
        kept = replace(kept, opening=made.leaves[number], head=start, receipt=answer)
    return replace(kept, **changes)
