# SPDX-License-Identifier: MIT
"""Envelopes with any field wrong, any signature, any ciphertext: what an honest sender does, undone step by step."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from tasuki.adapters import sealing
from tasuki.base.canonical import canonical
from tasuki.base.ids import uuid7
from tasuki.base.time import format_rfc3339
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import MAGIC, envelope_hash
from tasuki.formats.envelope.header import seal_info
from tasuki.formats.suites.frames import write_frame
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.suites.signatures import Signatures
from tasuki.sim.partner.identity import Identity

SALT_BYTES: Final = 32

_NO_POLICY: Final = "b" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the next envelope of a lane stands."""

    epoch: int = 1
    seq: int = 1
    prev: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An envelope before it is sealed: change anything, then `seal` it.

    Attributes:
        header: every member; what is changed here is bound and signed.
        plaintext: salt and payload.
        late: members changed after sealing, so that they are signed but not bound to the ciphertext.
        author: whose keys sign.
        reader: to whose KEM key it is sealed.
    """

    header: Mapping[str, Any]
    plaintext: bytes
    author: Identity
    reader: Anchor
    late: Mapping[str, Any] = field(default_factory=dict)

    def with_header(self, **changes: Any) -> Draft:
        """Return it with members of the header changed before it is sealed."""
        return replace(self, header={**self.header, **changes})

    def without(self, *members: str) -> Draft:
        """Return it without members of the header."""
        return replace(self, header={name: value for name, value in self.header.items() if name not in members})

    def with_payload(self, payload: bytes) -> Draft:
        """Return it with another payload, whose hash the header names."""
        plaintext = secrets.token_bytes(SALT_BYTES) + payload
        changed = {**self.header, "payload_hash": hashlib.sha256(plaintext).hexdigest()}
        return replace(self, header=changed, plaintext=plaintext)

    def seal(self) -> Letter:
        """Seal and sign it as it is."""
        key = self.reader.current(Purpose.KEM, Algorithm.MLKEM768_X25519, datetime.now(UTC))
        ciphertext = sealing.seal(key.raw, seal_info(self.header), self.plaintext)
        return self.close(ciphertext)

    def close(self, ciphertext: bytes) -> Letter:
        """Put any ciphertext behind its header and sign that."""
        header = {
            **self.header,
            "ct_hash": hashlib.sha256(ciphertext).hexdigest(),
            "ct_len": len(ciphertext),
            **self.late,
        }
        statement = canonical(header)
        signatures = self.author.sign(str(header.get("type")), statement)
        return Letter(header=header, statement=statement, signatures=signatures, ciphertext=ciphertext)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A sealed envelope, its parts still apart."""

    header: Mapping[str, Any]
    statement: bytes
    signatures: Signatures
    ciphertext: bytes

    @property
    def raw(self) -> bytes:
        """Return the bytes that go out."""
        return write_frame(MAGIC, self.statement, self.signatures, self.ciphertext)

    @property
    def hash(self) -> str:
        """Return the hash a successor names in `prev`."""
        return envelope_hash(self.raw, len(self.ciphertext))

    @property
    def head(self) -> bytes:
        """Return magic to signatures: what evidence shows."""
        return self.raw[: len(self.raw) - len(self.ciphertext)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What an envelope carries.

    Attributes:
        label: narrowest marking inside; None for protocol messages.
    """

    type: str
    payload: bytes
    lane: str
    label: str | None = None
    in_reply_to: str | None = None


def draft(author: Identity, reader: Anchor, message: Message, place: Place) -> Draft:
    """Return an envelope that keeps every rule, not yet sealed."""
    now = datetime.now(UTC)
    plaintext = secrets.token_bytes(SALT_BYTES) + message.payload
    ed25519, ml_dsa_65 = author.pair()
    header = {
        "v": 1,
        "suite": 1,
        "type": message.type,
        "env_id": uuid7(now, secrets.token_bytes(10)),
        "from": str(author.name),
        "to": str(reader.name),
        "lane": message.lane,
        "epoch": place.epoch,
        "seq": place.seq,
        "prev": place.prev,
        "created": format_rfc3339(now),
        "not_after": None,
        "in_reply_to": message.in_reply_to,
        "label": message.label,
        "policy": _NO_POLICY,
        "payload_hash": hashlib.sha256(plaintext).hexdigest(),
        "enc_key_id": reader.current(Purpose.KEM, Algorithm.MLKEM768_X25519, now).id,
        "sig_keys": [ed25519.public.id, ml_dsa_65.public.id],
        "crit": [],
        "min_suite": 1,
    }
    return Draft(header=header, plaintext=plaintext, author=author, reader=reader)
