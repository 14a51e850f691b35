# SPDX-License-Identifier: MIT
"""The keys a node works with: where it is, which certificates and keys it has, and which are dead.

Spec: docs/spec/trust.md sections 3 and 5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.fields import Fields, read_statement
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose, public_key
from tasuki.formats.suites.signatures import require_suite
from tasuki.formats.trust.reasons import NOT_A_FILE, TWICE
from tasuki.formats.trust.statement import (
    KEYS,
    MAX_BASE64,
    PEERS,
    ROOT,
    Head,
    Signed,
    base64_of,
    fields_of,
    head_json,
    key_json,
    read_head,
    read_versions,
    take_sized,
)

NODE_PURPOSES: Final = (Purpose.ENVELOPE, Purpose.KEM, Purpose.LOG, Purpose.WITNESS)
"""What the keys of this statement may be for; a holder's key is none of them."""

MAX_KEYS: Final = 128
MAX_CERTIFICATES: Final = 3
MAX_REVOKED: Final = 256
MAX_CUTS: Final = 64
_MAX_URL = 300

OPENING_MAGIC: Final = b"TASUKIO\x01"
"""First eight bytes of the opening of a cut."""

PEER: Final = "peer"
"""What an opening is of that opens the place of a partner among the peers."""

SALT_BYTES: Final = 32
_MAX_OPENING_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A key that is dead from a place in a log on.

    Attributes:
        key: key id.
        at: when it was revoked.
        suspected: since when it may have been in wrong hands; what it signed from then on is to be confirmed anew.
        cuts: for every partner a commitment to the number of leaves that count, in hex; it names none of them.
    """

    key: str
    at: datetime
    suspected: datetime
    cuts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a commitment in a revocation or in the peers commits to, for the one partner whom it concerns.

    Attributes:
        what: id of the revoked key; or `PEER`: the partner is one of the peers.
        index: number of leaves that counted; the leaf of that index and all after it do not. 0 for a peer.
    """

    node: NodeName
    what: str
    partner: str
    index: int
    salt: bytes

    @property
    def commitment(self) -> str:
        """Return the commitment in hex."""
        parts = (b"tasuki/v1/opening", self.what.encode(), self.partner.encode(), str(self.index).encode(), self.salt)
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKeys:
    """One version of a node's keys.

    Attributes:
        beside: versions of `root` and `peers` in force when it was made (member `with`).
        tls: DER of the certificates it may present.
        revoked: by key id.
    """

    head: Head
    beside: Mapping[str, int]
    endpoint: str
    tls: tuple[bytes, ...]
    keys: tuple[PublicKey, ...]
    revoked: Mapping[str, Revocation]
    suite: int
    min_suite: int
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedKeys:
    """A statement of keys as it was signed."""

    keys: NodeKeys
    signed: Signed


def keys_statement(keys: NodeKeys) -> bytes:
    """Return the canonical bytes of a statement of keys."""
    revoked: list[Json] = [_revocation_json(each) for _, each in sorted(keys.revoked.items())]
    listed: list[Json] = [
        dict(key_json(key.purpose, key.algorithm, key.raw, (key.not_before, key.not_after))) for key in keys.keys
    ]
    tls: list[Json] = [base64_of(each) for each in keys.tls]
    return canonical(
        {
            **head_json(keys.head),
            "with": {ROOT: keys.beside[ROOT], PEERS: keys.beside[PEERS]},
            "endpoint": keys.endpoint,
            "tls": tls,
            "keys": listed,
            "revoked": revoked,
            "suite": keys.suite,
            "min_suite": keys.min_suite,
            "profile": keys.profile,
        }
    )


def read_keys(signed: Signed) -> SignedKeys:
    """Return the keys that a statement states; no signature is verified.

    Raises:
        PeerError: a member is not as the spec says, or a key is unsound or stands twice.
    """
    fields = fields_of(signed, KEYS)
    keys = NodeKeys(
        head=read_head(fields, KEYS),
        beside=read_versions(fields, "with", (ROOT, PEERS)),
        endpoint=fields.text("endpoint", _MAX_URL),
        tls=_certificates(fields),
        keys=_keys(fields),
        revoked=_revoked(fields),
        suite=fields.integer("suite", 1),
        min_suite=fields.integer("min_suite", 1),
        profile=fields.hash("profile"),
    )
    require_suite(keys.suite)
    return SignedKeys(keys=keys, signed=signed)


def _certificates(fields: Fields) -> tuple[bytes, ...]:
    inner = [Fields({"tls": each}, "keys statement") for each in fields.texts("tls", MAX_CERTIFICATES, MAX_BASE64)]
    found = tuple(each.base64("tls", MAX_BASE64) for each in inner)
    if not found:
        raise fields.wrong("tls", f"1 to {MAX_CERTIFICATES} certificates")
    return found


def _keys(fields: Fields) -> tuple[PublicKey, ...]:
    entries = [Fields(each, "node key") for each in fields.objects("keys", MAX_KEYS)]
    raws = [each.base64("raw", MAX_BASE64) for each in entries]
    seen: set[bytes] = set()
    for raw in raws:
        if raw in seen:
            raise PeerError(TWICE.because(what="raw key", found=raw.hex()[:32]))
        seen.add(raw)
    return tuple(key for entry, raw in zip(entries, raws, strict=True) if (key := _key(entry, raw)) is not None)


def _key(fields: Fields, raw: bytes) -> PublicKey | None:
    """Return one key; None for a purpose or algorithm this version does not know."""
    purpose, algorithm = fields.text("purpose", 32), fields.text("algorithm", 32)
    validity = fields.moment("not_before"), fields.moment("not_after")
    if purpose not in NODE_PURPOSES or algorithm not in Algorithm.__members__.values():
        return None
    return public_key(purpose=purpose, algorithm=algorithm, raw=raw, not_before=validity[0], not_after=validity[1])


def _revocation_json(revocation: Revocation) -> dict[str, Json]:
    cuts: list[Json] = [*sorted(revocation.cuts)]
    return {
        "key": revocation.key,
        "at": format_rfc3339(revocation.at),
        "suspected": format_rfc3339(revocation.suspected),
        "cuts": cuts,
    }


def _revoked(fields: Fields) -> dict[str, Revocation]:
    found: dict[str, Revocation] = {}
    for entry in fields.objects("revoked", MAX_REVOKED):
        inner = Fields(entry, "revocation")
        key = inner.key_id("key")
        if key in found:
            raise PeerError(TWICE.because(what="revocation", found=key))
        cuts = inner.hashes("cuts", MAX_CUTS)
        found[key] = Revocation(
            key=key, at=inner.moment("at"), suspected=inner.moment("suspected"), cuts=frozenset(cuts)
        )
    return found


def write_opening(opening: Opening) -> bytes:
    """Return the wire form of an opening."""
    statement = canonical(
        {
            "v": 1,
            "node": str(opening.node),
            "what": opening.what,
            "partner": opening.partner,
            "index": opening.index,
            "salt": opening.salt.hex(),
        }
    )
    return OPENING_MAGIC + len(statement).to_bytes(4, "big") + statement


def read_opening(raw: bytes, start: int = 0) -> tuple[Opening, int]:
    """Return the opening at `start` and where it ends.

    Raises:
        PeerError: it is none.
    """
    if not raw.startswith(OPENING_MAGIC, start):
        raise PeerError(NOT_A_FILE.because(found=f"no magic at {start}"))
    statement, end = take_sized(raw, start + len(OPENING_MAGIC), _MAX_OPENING_BYTES)
    fields = Fields(read_statement(statement, "opening"), "opening")
    if fields.integer("v", 1) != 1:
        raise fields.wrong("v", "1")
    opening = Opening(
        node=fields.node("node"),
        what=PEER if fields.text("what", 32) == PEER else fields.key_id("what"),
        partner=fields.text("partner", 3),
        index=fields.integer("index", 0),
        salt=bytes.fromhex(fields.hash("salt")),
    )
    return opening, end
