# SPDX-License-Identifier: MIT
"""Builds headers, envelopes and receipts that keep every rule, for tests that then break one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tasuki.adapters import sealing
from tasuki.adapters.clock import Entropy
from tasuki.adapters.keyfiles import _SECRET_BYTES, _SETS, LOG_LIFE, PrivateKey, _public
from tasuki.adapters.signer import Signer
from tasuki.base.ids import NodeName, uuid7
from tasuki.core.channel.model import START, LaneState
from tasuki.core.channel.sending import Letter, address, close
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import Envelope, read_envelope, salted, write_envelope
from tasuki.formats.envelope.header import Header, header_json, seal_info, write_header
from tasuki.formats.suites.keys import Algorithm, Purpose

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ENTROPY = Entropy()


@dataclass(frozen=True)
class Party:
    """One side: its anchor and its signer."""

    anchor: Anchor
    signer: Signer


def party(name: str, seed: int = 1, *, without: Algorithm | None = Algorithm.ML_DSA_44) -> Party:
    """Return a node with keys that are the same every time: those of the previous release, unless asked for all."""
    validity = NOW - timedelta(days=30), NOW + LOG_LIFE
    keys = []
    for purpose, algorithms in _SETS.items():
        for algorithm in (each for each in algorithms if each is not without):
            drawn = hashlib.shake_256(f"{name} {seed} {purpose} {algorithm}".encode()).digest(_SECRET_BYTES[algorithm])
            keys.append(PrivateKey(public=_public(purpose, algorithm, drawn, validity), secret=drawn))
    me = NodeName.parse(name)
    anchor = Anchor(
        name=me,
        version=1,
        created=NOW - timedelta(days=1),
        expires=NOW + timedelta(days=90),
        endpoint=f"https://{me.node}.example",
        tls_certificate=f"certificate of {name}".encode(),
        keys=tuple(key.public for key in keys),
        suite=1,
        min_suite=1,
        profile="a" * 64,
    )
    return Party(anchor=anchor, signer=Signer.in_process(me, keys))


GBR = party("GBR/gbr-1")
JPN = party("JPN/jpn-1")


def letter(payload: bytes = b"payload", **changes) -> Letter:
    """Return a letter on the bulk lane."""
    made = Letter(
        env_id=uuid7(NOW, ENTROPY.draw(10)),
        type="objects",
        lane="bulk",
        label="TLP:GREEN",
        policy="b" * 64,
        plaintext=salted(b"s" * 32, payload),
    )
    return replace(made, **changes)


def seal(one: Letter, state: LaneState = START, *, sender: Party = GBR, to: Party = JPN, **changes) -> bytes:
    """Return an envelope, with header fields changed before sealing and signing."""
    header = replace(address(one, state, sender.anchor, to.anchor, NOW), **changes)
    key = to.anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, NOW)
    ciphertext = sealing.seal(key.raw, seal_info(header_json(header)), one.plaintext)
    return signed(close(header, ciphertext), ciphertext, sender)


def signed(header: Header, ciphertext: bytes, sender: Party = GBR) -> bytes:
    """Return the wire form of a header, signed as it is."""
    header_bytes = write_header(header)
    return write_envelope(header_bytes, sender.signer.sign_envelope(header_bytes), ciphertext)


def envelope(state: LaneState = START, **changes) -> Envelope:
    """Return an envelope as its recipient reads it."""
    return read_envelope(seal(letter(), state, **changes))
