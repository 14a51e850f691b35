# SPDX-License-Identifier: MIT
"""What an honest partner would answer; a move takes it as it is, or lies on top of it."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.formats.envelope.envelope import Envelope, payload_of, read_envelope
from tasuki.formats.envelope.notice import Notice, write_notice
from tasuki.formats.envelope.receipt import MAGIC as RECEIPT
from tasuki.formats.suites.frames import write_frame
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.cosignature import cosigned_message
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, SignatureLine, make_key, parse_note
from tasuki.sim.partner.identity import Identity
from tasuki.sim.partner.log import Leaf, PairLog, commitment
from tasuki.sim.partner.wire import Reply

ENVELOPES: Final = "/exchange/v1/envelopes"
MIRROR: Final = "/exchange/v1/mirror"
ADD_CHECKPOINT: Final = "/exchange/v1/add-checkpoint"
HEALTH: Final = "/exchange/v1/health"

_NOT_FOUND = 404
_NO_ROUTE = Notice(code="exchange.no-route", expected_seq=0, en="No such path.", ja="その経路はありません。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An envelope the node under test sent, opened."""

    envelope: Envelope
    raw: bytes
    payload: bytes


@dataclass(slots=True, kw_only=True)
class Honest:
    """The memory of a partner that keeps every rule, for one other node.

    Attributes:
        log: its pair log with that node.
        got: every new envelope, in order of arrival.
        mirrored: leaf hashes of the other node's log.
        openings: the same leaves, as they were sent.
    """

    me: Identity
    log: PairLog
    got: list[Got] = field(default_factory=list)
    receipts: dict[str, bytes] = field(default_factory=dict)
    mirrored: list[bytes] = field(default_factory=list)
    openings: list[Mapping[str, Any]] = field(default_factory=list)
    witnessed: int = 0

    def answer(self, path: str, body: bytes) -> Reply:
        """Answer any request as the specification has it; what it does not know is no route."""
        known: dict[str, Callable[[bytes], Reply]] = {
            ENVELOPES: self.take, MIRROR: self.mirror, ADD_CHECKPOINT: self.cosign, HEALTH: self.alive
        }  # fmt: skip
        if path not in known:
            return Reply(status=_NOT_FOUND, body=write_notice(_NO_ROUTE))
        return known[path](body)

    def take(self, body: bytes) -> Reply:
        """Take an envelope in and give its receipt; the same one again gets the same receipt."""
        envelope = read_envelope(body)
        if envelope.header.env_id not in self.receipts:
            payload = payload_of(envelope.header, self.me.open(envelope.info, envelope.ciphertext))
            self.got.append(Got(envelope=envelope, raw=body, payload=payload))
            self.receipts[envelope.header.env_id] = self.receipt(envelope)
        return Reply(status=200, body=self.receipts[envelope.header.env_id])

    def receipt(self, envelope: Envelope, **changes: Any) -> bytes:
        """Return a receipt with its leaf in the log; members can be changed, and are signed as they are."""
        raw = self.signed_receipt(self.said(envelope, **changes))
        header = envelope.header
        body = {
            "env_id": header.env_id,
            "env_hash": envelope.hash,
            "lane": header.lane,
            "epoch": header.epoch,
            "seq": header.seq,
            "status": changes.get("status", "stored"),
            "receipt_hash": hashlib.sha256(raw).hexdigest(),
        }
        self.log.leaves.append(Leaf(kind="receipt-issued", body=body))
        return raw

    def said(self, envelope: Envelope, **changes: Any) -> dict[str, Any]:
        """Return what a receipt says of an envelope, with members changed."""
        header = envelope.header
        return {
            "v": 1,
            "suite": 1,
            "by": str(self.me.name),
            "to": str(header.sender),
            "env_id": header.env_id,
            "env_hash": envelope.hash,
            "lane": header.lane,
            "epoch": header.epoch,
            "seq": header.seq,
            "contiguous": header.seq,
            "status": "stored",
            "reason": None,
            "params": {},
            "log_index": len(self.log.leaves),
            "at": format_rfc3339(datetime.now(UTC)),
            "sig_keys": [each.public.id for each in self.me.pair()],
            **changes,
        }

    def signed_receipt(self, said: Mapping[str, Any]) -> bytes:
        """Return a receipt signed as it is."""
        statement = canonical(dict(said))
        return write_frame(RECEIPT, statement, self.me.sign("stored", statement))

    def mirror(self, body: bytes) -> Reply:
        """Keep leaves of the other node's log and say how far they go."""
        page = msgspec.json.decode(body)
        if page["start"] == len(self.mirrored):
            for row in page["leaves"]:
                salt = base64.b64decode(row["salt"])
                self.mirrored.append(merkle.leaf_hash(commitment(salt, row["kind"], row["body"])))
                self.openings.append(row)
        return Reply(status=200, body=self.mirror_state())

    def mirror_state(self, **changes: Any) -> bytes:
        """Return how far the mirror is, with members changed."""
        root = base64.b64encode(merkle.root(self.mirrored)).decode()
        state = {"size": len(self.mirrored), "root": root, "witnessed": self.witnessed, "refused": {}}
        return canonical({**state, **changes})

    def cosign(self, body: bytes) -> Reply:
        """Cosign any checkpoint; it is the node under test that is not trusted here, not the partner."""
        note = parse_note(body.partition(b"\n\n")[2])
        self.witnessed = int(note.text.split("\n")[1])
        return Reply(status=200, body=self.cosignature(note.text))

    def cosignature(self, text: str, *, stamp: int | None = None, name: str = "") -> bytes:
        """Return a cosignature line over any text, at any time, under any name."""
        at = int(time.time()) if stamp is None else stamp
        key = self.me.key(Purpose.WITNESS)
        said = name or f"tasuki/{self.me.name}/witness"
        signature = at.to_bytes(8, "big") + key.sign(cosigned_message(text, at))
        made = make_key(said, COSIGNATURE_ED25519, key.public.raw)
        return SignatureLine(name=said, key_id=made.id, signature=signature).text.encode()

    def alive(self, _body: bytes = b"") -> Reply:
        """Give a sign of life."""
        said = {"node": str(self.me.name), "version": 1, "at": format_rfc3339(datetime.now(UTC))}
        return Reply(status=200, body=canonical(said))
