# SPDX-License-Identifier: MIT
"""Trust files: a node's keys at every version, signed by enough of the holders its root names. `docs/spec/trust.md`.

What is read: the chain of roots from the first, the statements of keys, and the one of peers. Openings of revocations
are passed over: what was revoked is the auditor's question, and evidence says nothing of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from tasuki_verify.anchor import KEY_BYTES, MORE_KEY_BYTES, Anchor, Key, key_id, read_anchor, require_sound
from tasuki_verify.forms import HASH, KEY_ID, NODE, WORD, Statement
from tasuki_verify.frame import signing_input
from tasuki_verify.spelling import read_base64, read_object
from tasuki_verify.words import WrongError

MAGIC: Final = b"TASUKIT\x01"
OPENING: Final = b"TASUKIO\x01"
MAX_FILE: Final = 8 << 20
MAX_STATEMENT: Final = 262_144
MAX_SIGNATURE: Final = 8192
MAX_SIGNATURES: Final = 64
MAX_ROOTS: Final = 257
MAX_KEYS: Final = 128
MAX_HOLDERS: Final = 16
MAX_HOLDER_KEYS: Final = 8
ROLES: Final = ("root", "keys", "peers")
PURPOSES: Final = ("envelope", "kem", "log", "witness")
_HOLDER_ALGORITHMS = {name: KEY_BYTES[name] for name in ("ed25519", "ml-dsa-65")}
_NODE_ALGORITHMS = KEY_BYTES | MORE_KEY_BYTES
_KEY_ID_BYTES = 16


class Signed(NamedTuple):
    """A statement with its signatures by key id; `said` are its members."""

    role: str
    raw: bytes
    said: Statement
    signatures: list[tuple[str, bytes]]

    @property
    def version(self) -> int:
        """Its version, from 1."""
        return self.said.whole("version", 1)


class Role(NamedTuple):
    """Who may sign something: so many of these holders, each by a pair of its keys."""

    threshold: int
    holders: list[list[tuple[str, bytes]]]


class Root(NamedTuple):
    """A root: its statement, its roles, and every raw key in it."""

    signed: Signed
    roles: dict[str, Role]
    raws: frozenset[bytes]


def read_known(raw: bytes) -> list[Anchor]:
    """Return a node and its keys at every version that a file tells of: a trust file, or an anchor, which has one."""
    return read_trust(raw) if raw.startswith(MAGIC) else [read_anchor(raw)]


def read_trust(raw: bytes) -> list[Anchor]:
    """Return a node and its keys as each statement of keys in a trust file says, the newest first."""
    if len(raw) > MAX_FILE:
        raise _wrong("it is too long", "長すぎます")
    statements = list(_statements(raw))
    roots = _roots([each for each in statements if each.role == "root"])
    keys = [each for each in statements if each.role == "keys"]
    peers = [each for each in statements if each.role == "peers"]
    if (
        not keys
        or len(peers) > 1
        or [ROLES.index(each.role) for each in statements] != sorted(ROLES.index(each.role) for each in statements)
    ):
        raise _wrong("its statements are not roots, then keys, then peers", "文書の順序または数が異なります")
    _require_one_node(statements)
    newest = roots[-1]
    for each in keys[:-1]:
        _require_carried(each, roots)
    _require_signed(keys[-1], "keys", newest)
    if [each.version for each in keys] != sorted({each.version for each in keys}):
        raise _wrong("its statements of keys do not rise", "鍵の文書の版が増加していません")
    for each in peers:
        _require_signed(each, "peers", newest)
    _require_together(newest, keys[-1], peers[0] if peers else None)
    fingerprint = hashlib.sha256(roots[0].signed.raw).hexdigest()
    return [_anchor(each, fingerprint, newest) for each in reversed(keys)]


def _statements(raw: bytes) -> Iterator[Signed]:
    at = 0
    while at < len(raw) and not raw.startswith(OPENING, at):
        if not raw.startswith(MAGIC, at):
            raise _wrong("something else stands between its statements", "文書の間に別のものがあります")
        statement, at = _sized(raw, at + len(MAGIC), 4, MAX_STATEMENT)
        block, at = _sized(raw, at, 4, len(raw))
        yield _signed(statement, _entries(block))
    while at < len(raw):
        if not raw.startswith(OPENING, at):
            raise _wrong("something else stands between its openings", "開示の間に別のものがあります")
        opening, at = _sized(raw, at + len(OPENING), 4, 1024)
        _require_opening(opening)


def _require_opening(raw: bytes) -> None:
    """Refuse what is no opening of a revocation: what it opens is not read, but nothing else may stand there."""
    said = Statement(read_object(raw), "opening")
    if set(said.value) != {"index", "node", "partner", "salt", "v", "what"} or said.whole("v", 1) != 1:
        raise _wrong("an opening has other members", "開示の要素が異なります")
    said.whole("index", 0)
    if said.member("what") != "peer":
        said.like("what", KEY_ID)
    said.like("node", NODE)
    said.like("salt", HASH)
    said.text("partner", 3)


def _sized(raw: bytes, at: int, width: int, most: int) -> tuple[bytes, int]:
    start = at + width
    size = int.from_bytes(raw[at:start], "big")
    if start > len(raw) or size > most or start + size > len(raw):
        raise _wrong("a length does not fit", "長さが合いません")
    return raw[start : start + size], start + size


def _entries(block: bytes) -> list[tuple[str, bytes]]:
    found, at = [], 0
    while at < len(block):
        signature, end = _sized(block, at + _KEY_ID_BYTES, 2, MAX_SIGNATURE)
        found.append((block[at : at + _KEY_ID_BYTES].hex(), signature))
        at = end
    if len(found) > MAX_SIGNATURES:
        raise _wrong("it has too many signatures", "署名が多すぎます")
    return found


def _signed(raw: bytes, signatures: list[tuple[str, bytes]]) -> Signed:
    said = Statement(read_object(raw), "trust statement")
    role, node = said.text("role", 16), said.like("node", NODE)
    head = said.whole("v", 1) == 1 and role in ROLES and said.text("participant", 3) == node[:3]
    if not head or said.time("created") >= said.time("expires"):
        raise _wrong("the head of a statement is wrong", "文書の見出しが正しくありません")
    said.whole("version", 1)
    return Signed(role, raw, said, signatures)


def _roots(signed: Sequence[Signed]) -> list[Root]:
    roots = [_root(each) for each in signed[:MAX_ROOTS]]
    if (
        not roots
        or len(signed) > MAX_ROOTS
        or [root.signed.version for root in roots] != list(range(1, len(roots) + 1))
    ):
        raise _wrong("its roots are not all of them from the first on", "ルートが最初から連続していません")
    _require_signed(roots[0].signed, "root", roots[0])
    for before, root in pairwise(roots):
        _require_signed(root.signed, "root", before)
        _require_signed(root.signed, "root", root)
    return roots


def _root(signed: Signed) -> Root:
    roles = signed.said.member("roles")
    raws: list[bytes] = []
    floors = Statement(_object(signed.said.member("floors")), "floors")
    if signed.said.whole("suite", 1) != 1:
        raise _wrong("its suite is not 1", "スイートが 1 ではありません")
    for name in ("keys", "peers"):
        floors.whole(name, 0)
    found = {}
    for name in ROLES:
        found[name] = _role(Statement(_object(_object(roles).get(name)), "role"), raws)
    if len(set(raws)) != len(raws):
        raise _wrong("a key stands twice in a root", "ルートに同じ鍵が二度あります")
    return Root(signed, found, frozenset(raws))


def _role(said: Statement, raws: list[bytes]) -> Role:
    listed = said.member("holders")
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_HOLDERS:
        raise said.wrong("holders")
    holders = [Statement(_object(each), "holder") for each in listed]
    if len({each.like("id", WORD) for each in holders}) != len(holders):
        raise said.wrong("holders")
    keys = [_holder_keys(each, raws) for each in holders]
    threshold = said.whole("threshold", 1)
    if threshold > len(holders):
        raise said.wrong("threshold")
    return Role(threshold, keys)


def _holder_keys(said: Statement, raws: list[bytes]) -> list[tuple[str, bytes]]:
    said.text("name", 120)
    listed = said.member("keys")
    if not isinstance(listed, list) or len(listed) > MAX_HOLDER_KEYS:
        raise said.wrong("keys")
    found = []
    for each in listed:
        key = Statement(_object(each), "key")
        algorithm, raw = key.text("algorithm", 32), read_base64(key.member("raw"), "raw")
        raws.append(raw)
        if algorithm in _HOLDER_ALGORITHMS:
            require_sound(algorithm, raw, _HOLDER_ALGORITHMS)
            found.append((algorithm, raw))
    return found


def _require_signed(signed: Signed, role: str, root: Root) -> None:
    """Refuse a statement unless enough holders of a role of that root signed it: holders are counted, never keys."""
    if _count(signed, role, root) < root.roles[role].threshold:
        raise _wrong("too few holders signed a statement", "署名した保持者が足りません")


def _count(signed: Signed, role: str, root: Root) -> int:
    holders = root.roles[role].holders
    return sum(all(_has(signed, algorithm, keys) for algorithm in ("ed25519", "ml-dsa-65")) for keys in holders)


def _has(signed: Signed, algorithm: str, keys: Sequence[tuple[str, bytes]]) -> bool:
    """Whether one of these keys of an algorithm has a valid signature; one that does not verify counts for nothing."""
    ids = {key_id(name, raw): raw for name, raw in keys if name == algorithm}
    return any(_verifies(signed, algorithm, ids[each], value) for each, value in signed.signatures if each in ids)


def _verifies(signed: Signed, algorithm: str, raw: bytes, signature: bytes) -> bool:
    message, context = signing_input(signed.role, signed.raw)
    try:
        if algorithm == "ed25519":
            Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
        else:
            MLDSA65PublicKey.from_public_bytes(raw).verify(signature, message, context)
    except (InvalidSignature, ValueError):
        return False
    return True


def _require_carried(keys: Signed, roots: Sequence[Root]) -> None:
    """Refuse an older statement of keys unless enough holders of the root it names, or of a later one, signed it."""
    if not any(
        _count(keys, "keys", root) >= root.roles["keys"].threshold for root in roots[_with(keys, "root", 1) - 1 :]
    ):
        raise _wrong("too few holders signed an older statement of keys", "過去の鍵の文書に署名した保持者が足りません")


def _with(signed: Signed, role: str, least: int) -> int:
    return Statement(_object(signed.said.member("with")), "with").whole(role, least)


def _require_together(root: Root, keys: Signed, peers: Signed | None) -> None:
    """Refuse what never stood together: a version below a floor, or below what the other statement names."""
    floors = Statement(_object(root.signed.said.member("floors")), "floors")
    version = 0 if peers is None else peers.version
    newest = root.signed.version
    wanted_keys = floors.whole("keys", 0) if peers is None else max(floors.whole("keys", 0), _with(peers, "keys", 0))
    wanted_peers = max(floors.whole("peers", 0), _with(keys, "peers", 0))
    named = [_with(each, "root", 1) for each in (keys, peers) if each is not None]
    if keys.version < wanted_keys or version < wanted_peers or max(named) > newest:
        raise _wrong("its statements never stood together", "同時に有効だったことのない文書の組み合わせです")


def _require_one_node(statements: Sequence[Signed]) -> None:
    if len({each.said.like("node", NODE) for each in statements}) != 1:
        raise _wrong("its statements are of several nodes", "複数のノードの文書が混在しています")


def _anchor(signed: Signed, fingerprint: str, root: Root) -> Anchor:
    said = signed.said
    listed = said.member("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise said.wrong("keys")
    raws, keys = [], []
    for each in listed:
        key = Statement(_object(each), "key")
        raw = read_base64(key.member("raw"), "raw")
        raws.append(raw)
        found = _key(key, raw)
        if found is not None:
            keys.append(found)
    if len(set(raws)) != len(raws) or root.raws.intersection(raws):
        raise _wrong("a key serves two purposes", "一つの鍵が二つの用途を兼ねています")
    said.like("profile", HASH)
    return Anchor(said.like("node", NODE), signed.version, fingerprint, tuple(keys))


def _key(said: Statement, raw: bytes) -> Key | None:
    """Return a key of the list; one of a purpose or algorithm that is not known here counts for nothing."""
    purpose, algorithm = said.text("purpose", 16), said.text("algorithm", 32)
    valid = said.time("not_before"), said.time("not_after")
    if purpose not in PURPOSES or algorithm not in _NODE_ALGORITHMS:
        return None
    require_sound(algorithm, raw, _NODE_ALGORITHMS)
    return Key(purpose, algorithm, raw, *valid)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong("a member is no object", "要素がオブジェクトではありません")
    return value


def _wrong(en: str, ja: str) -> WrongError:
    return WrongError(f"{en}.", f"{ja}。")
