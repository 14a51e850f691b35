# SPDX-License-Identifier: MIT
"""The evidence file: `docs/spec/evidence.md`, section Form. Nothing stands in it that is not checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tasuki_verify.forms import WORD, Statement
from tasuki_verify.spelling import read_base64, read_object, spell
from tasuki_verify.words import WrongError

FORMAT: Final = "tasuki-evidence@v1"
MAX_BYTES: Final = 128 << 10
MAX_PROOF: Final = 63
MAX_BODY: Final = 4096
HASH_BYTES: Final = 32
_NEEDED = {"format", "index", "commitment", "proof", "checkpoint"}
_OPENED = {"opening", "envelope", "receipt"}


@dataclass(frozen=True)
class Opening:
    """What a leaf commits to."""

    salt: bytes
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What a file claims."""

    index: int
    commitment: bytes
    proof: tuple[bytes, ...]
    checkpoint: str
    opening: Opening | None
    envelope: bytes | None
    receipt: bytes | None


def read_evidence(raw: bytes) -> Evidence:
    """Return what the file claims; nothing is checked yet but its form."""
    if len(raw) > MAX_BYTES:
        raise WrongError(f"it is longer than {MAX_BYTES} bytes.", f"{MAX_BYTES} バイトを超えています。")
    said = Statement(read_object(raw), "file")
    members = set(said.value)
    opened = "opening" in members
    if not _NEEDED <= members <= _NEEDED | (_OPENED if opened else set()):
        raise WrongError("a member is missing, or one too many.", "要素が不足しているか、余分です。")
    if said.member("format") != FORMAT:
        raise said.wrong("format")
    return Evidence(
        index=said.whole("index", 0),
        commitment=_hash(said.member("commitment"), "commitment"),
        proof=_proof(said),
        checkpoint=said.text("checkpoint", MAX_BYTES),
        opening=_opening(said.member("opening")) if opened else None,
        envelope=_attached(said, "envelope"),
        receipt=_attached(said, "receipt"),
    )


def _attached(said: Statement, name: str) -> bytes | None:
    return read_base64(said.value[name], name) if name in said.value else None


def _proof(said: Statement) -> tuple[bytes, ...]:
    proof = said.member("proof")
    if not isinstance(proof, list) or len(proof) > MAX_PROOF:
        raise said.wrong("proof")
    return tuple(_hash(each, "proof") for each in proof)


def _opening(value: object) -> Opening:
    if not isinstance(value, dict) or set(value) != {"salt", "kind", "body"}:
        raise WrongError("the opening is not salt, kind and body.", "opening が salt・kind・body の形ではありません。")
    said = Statement(value, "opening")
    body = said.member("body")
    if not isinstance(body, dict) or len(spell(body)) > MAX_BODY:
        raise said.wrong("body")
    return Opening(_hash(value["salt"], "salt"), said.like("kind", WORD), body)


def _hash(text: object, what: str) -> bytes:
    raw = read_base64(text, what)
    if len(raw) != HASH_BYTES:
        raise WrongError(f"{what} is not 32 bytes long.", f"{what} が 32 バイトではありません。")
    return raw
