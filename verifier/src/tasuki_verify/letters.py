# SPDX-License-Identifier: MIT
"""The head of an envelope and the stored receipt: `docs/spec/envelope.md` and `docs/spec/receipt.md`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from tasuki_verify.forms import HASH, KEY_ID, MEMBER, NODE, WORD, Statement
from tasuki_verify.frame import Frame, read_frame
from tasuki_verify.spelling import read_object

MAX_HEADER: Final = 16 << 10
MAX_CRIT: Final = 16
MAX_PARAMS: Final = 16
STATUSES: Final = ("stored", "refused", "expired", "unsupported")
PLACE: Final = ("env_id", "lane", "epoch", "seq")


class Letter(NamedTuple):
    """A signed statement of one node to another.

    `kind` is the type it is signed under, `said` all its members, `at` when its maker says it was made, `key_ids` the
    Ed25519 and the ML-DSA-65 key it names.
    """

    kind: str
    sender: str
    recipient: str
    at: datetime
    suite: int
    key_ids: tuple[str, str]
    said: dict[str, Any]
    frame: Frame


def read_envelope(raw: bytes) -> Letter:
    """Return the head of an envelope: magic to signatures, no ciphertext."""
    frame = read_frame(raw, b"TASUKIE\x01", MAX_HEADER)
    said = Statement(read_object(frame.statement), "envelope")
    said.whole("v", 1)
    _place(said)
    for name in ("policy", "payload_hash", "ct_hash"):
        said.like(name, HASH)
    for name in ("prev", "in_reply_to"):
        _ = said.nullable(name) or said.like(name, HASH)
    _ = said.nullable("not_after") or said.time("not_after")
    _ = said.nullable("label") or said.text("label", 64)
    said.whole("ct_len", 0)
    said.like("enc_key_id", KEY_ID)
    said.whole("min_suite", 1)
    crit = said.list_like("crit", MEMBER)
    if len(crit) > MAX_CRIT or sorted(set(crit)) != crit:
        raise said.wrong("crit")
    return _letter(said, frame, said.like("type", WORD), ("from", "to", "created"))


def read_receipt(raw: bytes) -> Letter:
    """Return a stored receipt."""
    frame = read_frame(raw, b"TASUKIR\x01", MAX_HEADER)
    said = Statement(read_object(frame.statement), "receipt")
    _place(said)
    said.like("env_hash", HASH)
    said.whole("contiguous", 0)
    said.whole("log_index", 0)
    if said.text("status", 16) not in STATUSES:
        raise said.wrong("status")
    _ = said.nullable("reason") or said.text("reason", 80)
    _params(said)
    return _letter(said, frame, "stored", ("by", "to", "at"))


def _place(said: Statement) -> None:
    said.uuid("env_id")
    said.like("lane", WORD)
    said.whole("epoch", 1)
    said.whole("seq", 1)


def _params(said: Statement) -> None:
    params = said.member("params")
    if not isinstance(params, dict) or len(params) > MAX_PARAMS:
        raise said.wrong("params")
    if not all(type(each) in (str, int) and len(str(each)) <= 300 for each in params.values()):  # noqa: PLR2004 as the spec has it
        raise said.wrong("params")


def _letter(said: Statement, frame: Frame, kind: str, names: tuple[str, str, str]) -> Letter:
    sender, recipient, at = names
    return Letter(
        kind=kind,
        sender=said.like(sender, NODE),
        recipient=said.like(recipient, NODE),
        at=said.time(at),
        suite=said.whole("suite", 1),
        key_ids=said.key_ids(),
        said=dict(said.value),
        frame=frame,
    )
