# SPDX-License-Identifier: MIT
"""Anchors: the public keys that the auditor trusts. `docs/spec/anchor.md`.

An anchor proves nothing about itself but that whoever made it had its root keys: the auditor compares fingerprints.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from tasuki_verify.forms import HASH, NODE, Statement
from tasuki_verify.frame import read_frame, require_both
from tasuki_verify.spelling import read_base64, read_object
from tasuki_verify.words import WrongError

MAGIC: Final = b"TASUKIA\x01"
MAX_STATEMENT: Final = 64 << 10
MAX_KEYS: Final = 64
PURPOSES: Final = ("root", "envelope", "kem", "log", "witness")
KEY_BYTES: Final = {"ed25519": 32, "ml-dsa-65": 1952, "mlkem768-x25519": 1184 + 32}
MORE_KEY_BYTES: Final = {"ml-dsa-44": 1312}
"""Algorithms of `more_keys`, which the previous release does not read; such keys witness and do nothing else."""

_P = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
LOW_ORDER: Final = frozenset(
    (y | sign).to_bytes(32, "little")
    for y in (0, 1, _ORDER_8, _P - _ORDER_8, _P - 1, _P, _P + 1)
    for sign in (0, 1 << 255)
)
"""The 14 encodings under which anybody can make a signature verify; no such key is taken."""

LOW_ORDER_U: Final = frozenset(
    (
        0,
        1,
        _P - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    )
)
"""The five u coordinates under which X25519 gives zero, whatever the private key."""


def key_id(algorithm: str, raw: bytes) -> str:
    """Return the id of a key."""
    return hashlib.sha256(b"\0".join((b"tasuki/v1/key", algorithm.encode(), raw))).hexdigest()[:32]


def require_sound(algorithm: str, raw: bytes, sizes: Mapping[str, int]) -> None:
    """Refuse a key of an algorithm or size that does not belong, or under which signatures mean nothing."""
    if sizes.get(algorithm) != len(raw):
        raise WrongError("a key has an unknown algorithm or size.", "鍵の方式または長さが正しくありません。")
    if algorithm == "ed25519" and (raw in LOW_ORDER or int.from_bytes(raw, "little") % (1 << 255) >= _P):
        raise WrongError(
            "an Ed25519 key is one under which anybody can sign, or has a second spelling.",
            "誰でも署名できる、または別表記のある Ed25519 鍵です。",
        )
    if algorithm == "mlkem768-x25519" and int.from_bytes(raw[-32:], "little") % (1 << 255) % _P in LOW_ORDER_U:
        raise WrongError("an X25519 key gives everybody the same secret.", "X25519 鍵の秘密が誰にでも分かります。")


class Key(NamedTuple):
    """One public key: what it may sign, under which algorithm, from when until when (both included)."""

    purpose: str
    algorithm: str
    raw: bytes
    not_before: datetime
    not_after: datetime

    @property
    def id(self) -> str:
        """The first 32 hex digits of SHA-256 over context, algorithm and raw key, a NUL between them."""
        return key_id(self.algorithm, self.raw)

    def valid(self, at: datetime) -> bool:
        """Whether the key was valid at a moment."""
        return self.not_before <= at <= self.not_after


class Anchor(NamedTuple):
    """A node and its keys at one version."""

    node: str
    version: int
    fingerprint: str
    keys: tuple[Key, ...]


def keys_of(anchors: Iterable[Anchor], node: str, purpose: str, algorithm: str) -> list[Key]:
    """Return the keys of a node for one purpose and algorithm, from anchors of whatever version."""
    return [
        key
        for anchor in anchors
        if anchor.node == node
        for key in anchor.keys
        if (key.purpose, key.algorithm) == (purpose, algorithm)
    ]


def read_anchor(raw: bytes) -> Anchor:
    """Return the anchor in a file, signed by the root keys it names itself."""
    frame = read_frame(raw, MAGIC, MAX_STATEMENT)
    said = Statement(read_object(frame.statement), "anchor")
    node = said.like("node", NODE)
    if said.whole("v", 1) != 1 or said.whole("suite", 1) != 1 or said.text("participant", 3) != node[:3]:
        raise WrongError("it is of another version, suite or participant.", "版・スイート・参加者が異なります。")
    keys = _keys(said)
    created, expires = said.time("created"), said.time("expires")
    if created >= expires:
        raise WrongError("it ends before it begins.", "有効期間の終わりが始まりより前です。")
    _read_the_rest(said)
    require_both(frame, "anchor", _newest_root(keys, "ed25519", created), _newest_root(keys, "ml-dsa-65", created))
    return Anchor(node, said.whole("version", 1), hashlib.sha256(frame.statement).hexdigest(), keys)


def _read_the_rest(said: Statement) -> None:
    """Hold members that no check needs to their forms: an anchor is whole or it is none."""
    said.text("endpoint", 300)
    read_base64(said.member("tls"), "tls")
    said.whole("min_suite", 1)
    said.like("profile", HASH)


def _keys(said: Statement) -> tuple[Key, ...]:
    keys = tuple(_key(each, KEY_BYTES) for each in _listed(said, "keys"))
    if "more_keys" in said.value:
        keys += tuple(_key(each, MORE_KEY_BYTES) for each in _listed(said, "more_keys"))
    if len({key.id for key in keys}) != len(keys):
        raise WrongError("one of its keys serves two purposes.", "一つの鍵が二つの用途を兼ねています。")
    return keys


def _listed(said: Statement, name: str) -> list[Statement]:
    listed = said.member(name)
    if not isinstance(listed, list) or len(listed) > MAX_KEYS or not all(isinstance(each, dict) for each in listed):
        raise said.wrong(name)
    return [Statement(each, "key") for each in listed]


def _key(said: Statement, sizes: dict[str, int]) -> Key:
    purpose, algorithm = said.text("purpose", 16), said.text("algorithm", 32)
    raw = read_base64(said.member("raw"), "raw")
    if purpose not in (PURPOSES if sizes is KEY_BYTES else ("witness",)):
        raise WrongError("a key has an unknown purpose.", "鍵の用途が不明です。")
    require_sound(algorithm, raw, sizes)
    return Key(purpose, algorithm, raw, said.time("not_before"), said.time("not_after"))


def _newest_root(keys: Iterable[Key], algorithm: str, at: datetime) -> bytes:
    fit = [key for key in keys if (key.purpose, key.algorithm) == ("root", algorithm) and key.valid(at)]
    if not fit:
        raise WrongError("it names no root key that was valid.", "有効なルート鍵がありません。")
    return max(fit, key=lambda key: (key.not_before, key.id)).raw
