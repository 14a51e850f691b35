# SPDX-License-Identifier: MIT
"""A statement that several may sign: its exact bytes, the signatures as they came, and the members all roles share.

Spec: docs/spec/trust.md section 1.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.fields import Fields, read_statement
from tasuki.formats.trust.reasons import NOT_A_FILE, TIMES, TOO_MUCH, WRONG_ROLE

MAGIC: Final = b"TASUKIT\x01"
"""First eight bytes of a signed statement of trust metadata."""

ROOT: Final = "root"
KEYS: Final = "keys"
PEERS: Final = "peers"
MAX_BASE64: Final = 64 << 10
"""Characters of one key or certificate."""

ROLES: Final = (ROOT, KEYS, PEERS)
"""The roles; each is also the type its statements are signed under, and no envelope may have it."""

MAX_STATEMENT_BYTES: Final = 256 << 10
MAX_SIGNATURES: Final = 64
MAX_SIGNATURE_BYTES: Final = 8192

_LENGTH_BYTES = 4
_KEY_ID_BYTES = 16
_ENTRY_BYTES = _KEY_ID_BYTES + 2
_MAX_BLOCK_BYTES = MAX_SIGNATURES * (_ENTRY_BYTES + MAX_SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySignature:
    """One signature, and the id of the key it says it is by."""

    key: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A statement with its signatures; none of them is verified yet.

    Attributes:
        statement: the exact bytes that were signed.
    """

    statement: bytes
    signatures: tuple[KeySignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every statement of trust metadata says first."""

    role: str
    node: NodeName
    version: int
    created: datetime
    expires: datetime


def write_signed(signed: Signed) -> bytes:
    """Return the wire form of a signed statement.

    Raises:
        ValueError: a key id is not hex.
    """
    entries = [
        bytes.fromhex(each.key) + len(each.signature).to_bytes(2, "big") + each.signature for each in signed.signatures
    ]
    block = b"".join(entries)
    size, room = len(signed.statement), len(block)
    return b"".join(
        (MAGIC, size.to_bytes(_LENGTH_BYTES, "big"), signed.statement, room.to_bytes(_LENGTH_BYTES, "big"), block)
    )


def read_signed(raw: bytes, start: int = 0) -> tuple[Signed, int]:
    """Return the signed statement at `start` and where it ends. No cryptography and no JSON happens here.

    Raises:
        PeerError: another magic, or a length beyond its limit or the input.
    """
    if not raw.startswith(MAGIC, start):
        raise PeerError(NOT_A_FILE.because(found=f"no magic at {start}"))
    statement, at = take_sized(raw, start + len(MAGIC), MAX_STATEMENT_BYTES)
    block, end = take_sized(raw, at, _MAX_BLOCK_BYTES)
    return Signed(statement=statement, signatures=tuple(_signatures(block))), end


def take_sized(raw: bytes, at: int, limit: int) -> tuple[bytes, int]:
    """Return the bytes behind a length of 32 bits at `at`, and where they end.

    Raises:
        PeerError: the length lies beyond `limit` or the input.
    """
    start = at + _LENGTH_BYTES
    if len(raw) < start:
        raise PeerError(NOT_A_FILE.because(found=f"an end at {len(raw)}"))
    size = int.from_bytes(raw[at:start], "big")
    if size > limit:
        raise PeerError(TOO_MUCH.because(what="bytes", limit=limit))
    if len(raw) < start + size:
        raise PeerError(NOT_A_FILE.because(found=f"an end at {len(raw)}"))
    return raw[start : start + size], start + size


def _signatures(block: bytes) -> list[KeySignature]:
    found: list[KeySignature] = []
    at = 0
    while at < len(block):
        start = at + _ENTRY_BYTES
        end = start + int.from_bytes(block[at + _KEY_ID_BYTES : start], "big")
        if len(block) < end or not start < end <= start + MAX_SIGNATURE_BYTES:
            raise PeerError(NOT_A_FILE.because(found="a signature block that does not add up"))
        if len(found) == MAX_SIGNATURES:
            raise PeerError(TOO_MUCH.because(what="signatures", limit=MAX_SIGNATURES))
        found.append(KeySignature(key=block[at : at + _KEY_ID_BYTES].hex(), signature=block[start:end]))
        at = end
    return found


def role_of(signed: Signed) -> str:
    """Return the role a statement says it is of, without reading the rest of it.

    Raises:
        PeerError: it is no canonical JSON, or of no role there is.
    """
    fields = Fields(read_statement(signed.statement, "trust statement"), "trust statement")
    role = fields.word("role")
    if role not in ROLES:
        raise PeerError(WRONG_ROLE.because(expected=" / ".join(ROLES), found=role))
    return role


def fields_of(signed: Signed, role: str) -> Fields:
    """Return the fields of a statement of `role`.

    Raises:
        PeerError: it is no canonical JSON, or of another role or version of the form.
    """
    what = f"{role} statement"
    fields = Fields(read_statement(signed.statement, what), what)
    if fields.integer("v", 1) != 1:
        raise fields.wrong("v", "1")
    found = fields.word("role")
    if found != role:
        raise PeerError(WRONG_ROLE.because(expected=role, found=found))
    return fields


def read_head(fields: Fields, role: str) -> Head:
    """Return what every statement says first.

    Raises:
        PeerError: a member is not as the spec says.
    """
    node = fields.node("node")
    if fields.text("participant", 3) != node.participant:
        raise fields.wrong("participant", "that of the node")
    head = Head(
        role=role,
        node=node,
        version=fields.integer("version", 1),
        created=fields.moment("created"),
        expires=fields.moment("expires"),
    )
    if head.created >= head.expires:
        raise PeerError(TIMES.because(node=str(node), expires=format_rfc3339(head.expires)))
    return head


def head_json(head: Head) -> dict[str, Json]:
    """Return what every statement says first, as JSON."""
    return {
        "v": 1,
        "role": head.role,
        "participant": head.node.participant,
        "node": str(head.node),
        "version": head.version,
        "created": format_rfc3339(head.created),
        "expires": format_rfc3339(head.expires),
    }


def read_versions(fields: Fields, member: str, roles: Sequence[str]) -> dict[str, int]:
    """Return versions by role; 0 stands for none.

    Raises:
        PeerError: the member is no object of such numbers.
    """
    inner = fields.inner(member)
    return {role: inner.integer(role, 0) for role in roles}


def base64_of(raw: bytes) -> str:
    """Return bytes as a statement writes them."""
    return base64.b64encode(raw).decode()


def key_json(purpose: str, algorithm: str, raw: bytes, validity: tuple[datetime, datetime]) -> Mapping[str, Json]:
    """Return one node key as JSON."""
    return {
        "purpose": purpose,
        "algorithm": algorithm,
        "raw": base64_of(raw),
        "not_before": format_rfc3339(validity[0]),
        "not_after": format_rfc3339(validity[1]),
    }
