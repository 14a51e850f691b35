# SPDX-License-Identifier: MIT
"""The anchor: what a node is known by, exchanged out of band and compared by people before anything is trusted."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.base.time import format_rfc3339
from tasuki.formats.envelope.reasons import ANCHOR_TIME, NO_KEY
from tasuki.formats.suites.fields import Fields, read_alone
from tasuki.formats.suites.frames import write_frame
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose, check_validity, public_key
from tasuki.formats.suites.signatures import Signatures, SigningPair, require_suite, verify

MAGIC: Final = b"TASUKIA\x01"
"""First eight bytes of an anchor file."""

STATEMENT_TYPE: Final = "anchor"
"""The statement type an anchor is signed under; no envelope may have this type."""

MAX_ANCHOR_BYTES: Final = 64 << 10
"""An anchor statement: a certificate and a dozen keys take about 12 KiB."""

_MAX_KEYS = 64
_MORE: Final = frozenset({Algorithm.ML_DSA_44})
"""What the previous release refuses an anchor for: such keys stand in a member that it does not look at."""
_MAX_URL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A key that is dead from a place in a log on.

    Attributes:
        key: key id.
        suspected: since when it may have been in wrong hands.
        cuts: by partner, how many leaves of the log counted, as far as this reader was told.
    """

    key: str
    at: datetime
    suspected: datetime
    cuts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A node's identity at one version: what its trust metadata says, or the anchor of the previous release.

    Attributes:
        version: rises with each new statement of keys, or anchor, of the node.
        endpoint: URL of its exchange face.
        tls_certificate: DER of the first certificate it may present.
        also: DER of the others: while one takes over from the other, both are right.
        min_suite: the lowest suite it takes.
        profile: digest of the partnership profile it runs.
        revoked: keys that are dead.
        lanes: the lanes on which it deals with the reader; None where it says nothing of that.
    """

    name: NodeName
    version: int
    created: datetime
    expires: datetime
    endpoint: str
    tls_certificate: bytes
    keys: tuple[PublicKey, ...]
    suite: int
    min_suite: int
    profile: str
    also: tuple[bytes, ...] = ()
    revoked: tuple[Revoked, ...] = ()
    lanes: frozenset[str] | None = None

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """Return every certificate it may present."""
        return self.tls_certificate, *self.also

    def dead_from(self, key_id: str, partner: str) -> int | None:
        """Return how many leaves of the log with `partner` a key still counts for; None for a key not revoked.

        0 where the place was not told: nothing by the key counts then.
        """
        for each in self.revoked:
            if each.key == key_id:
                return dict(each.cuts).get(partner, 0)
        return None

    def key(self, key_id: str, purpose: Purpose) -> PublicKey:
        """Return the key with that id and purpose.

        Raises:
            PeerError: the anchor has none; a key of another purpose does not count.
        """
        for each in self.keys:
            if each.id == key_id and each.purpose is purpose:
                return each
        raise PeerError(NO_KEY.because(node=str(self.name), purpose=purpose, key=key_id[:32]))

    def pair(self, ids: tuple[str, str], purpose: Purpose, at: datetime) -> SigningPair:
        """Return the two keys with those ids, fit for `purpose` at the moment `at`.

        Raises:
            PeerError: one is missing, has another purpose or algorithm, or is not valid then.
        """
        ed25519, ml_dsa_65 = self.key(ids[0], purpose), self.key(ids[1], purpose)
        if (ed25519.algorithm, ml_dsa_65.algorithm) != (Algorithm.ED25519, Algorithm.ML_DSA_65):
            raise PeerError(NO_KEY.because(node=str(self.name), purpose=purpose, key=ids[0]))
        for key in (ed25519, ml_dsa_65):
            check_validity(key, at)
        return SigningPair(ed25519=ed25519, ml_dsa_65=ml_dsa_65)

    def current(self, purpose: Purpose, algorithm: Algorithm, at: datetime) -> PublicKey:
        """Return the newest key of a purpose and algorithm that is valid at `at` and not revoked.

        Raises:
            PeerError: there is none.
        """
        fit = self.valid(purpose, algorithm, at)
        if not fit:
            raise PeerError(NO_KEY.because(node=str(self.name), purpose=purpose, key=algorithm))
        return fit[0]

    def valid(self, purpose: Purpose, algorithm: Algorithm, at: datetime) -> tuple[PublicKey, ...]:
        """Return every key of a purpose and algorithm that is valid at `at` and not revoked, newest first."""
        dead = {each.key for each in self.revoked}
        fit = [
            key
            for key in self.keys
            if key.purpose is purpose
            and key.algorithm is algorithm
            and key.not_before <= at <= key.not_after
            and key.id not in dead
        ]
        return tuple(sorted(fit, key=lambda key: (key.not_before, key.id), reverse=True))

    def current_pair(self, purpose: Purpose, at: datetime) -> SigningPair:
        """Return the newest valid signing pair of a purpose.

        Raises:
            PeerError: there is none.
        """
        return SigningPair(
            ed25519=self.current(purpose, Algorithm.ED25519, at),
            ml_dsa_65=self.current(purpose, Algorithm.ML_DSA_65, at),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAnchor:
    """An anchor whose own root keys signed it; people still have to compare its fingerprint."""

    anchor: Anchor
    statement: bytes

    @property
    def fingerprint(self) -> bytes:
        """Return SHA-256 of the statement: what two people read to each other."""
        return hashlib.sha256(self.statement).digest()


def anchor_statement(anchor: Anchor) -> bytes:
    """Return the canonical bytes of an anchor: what its root keys sign."""
    keys: list[Json] = [_key_json(key) for key in anchor.keys if key.algorithm not in _MORE]
    more: list[Json] = [_key_json(key) for key in anchor.keys if key.algorithm in _MORE]
    return canonical(
        {
            **({"more_keys": more} if more else {}),
            "v": 1,
            "participant": anchor.name.participant,
            "node": str(anchor.name),
            "version": anchor.version,
            "created": format_rfc3339(anchor.created),
            "expires": format_rfc3339(anchor.expires),
            "endpoint": anchor.endpoint,
            "tls": base64.b64encode(anchor.tls_certificate).decode(),
            "keys": keys,
            "suite": anchor.suite,
            "min_suite": anchor.min_suite,
            "profile": anchor.profile,
        }
    )


def write_anchor(statement: bytes, signatures: Signatures) -> bytes:
    """Return the file form of a signed anchor."""
    return write_frame(MAGIC, statement, signatures)


def read_anchor(raw: bytes) -> SignedAnchor:
    """Return the anchor in `raw`, signed by the root keys it names.

    Raises:
        PeerError: malformed, a key unfit, times out of order, or a signature wrong.
    """
    frame, statement = read_alone(MAGIC, raw, MAX_ANCHOR_BYTES, "anchor")
    fields = Fields(statement, "anchor")
    more = fields.objects("more_keys", _MAX_KEYS) if "more_keys" in statement else []
    anchor = _anchor(fields, more)
    require_suite(anchor.suite)
    root = anchor.current_pair(Purpose.ROOT, anchor.created)
    verify(STATEMENT_TYPE, frame.statement, frame.signatures, root, Purpose.ROOT)
    return SignedAnchor(anchor=anchor, statement=frame.statement)


def _anchor(fields: Fields, more: Sequence[Mapping[str, Json]]) -> Anchor:
    name = fields.node("node")
    if fields.integer("v", 1) != 1 or fields.text("participant", 3) != name.participant:
        raise fields.wrong("participant", "that of the node, in anchor version 1")
    anchor = Anchor(
        name=name,
        version=fields.integer("version", 1),
        created=fields.moment("created"),
        expires=fields.moment("expires"),
        endpoint=fields.text("endpoint", _MAX_URL),
        tls_certificate=fields.base64("tls", MAX_ANCHOR_BYTES),
        keys=(*_keys(fields, fields.objects("keys", _MAX_KEYS), more=False), *_keys(fields, more, more=True)),
        suite=fields.integer("suite", 1),
        min_suite=fields.integer("min_suite", 1),
        profile=fields.hash("profile"),
    )
    if anchor.created >= anchor.expires:
        raise PeerError(ANCHOR_TIME.because(node=str(name), expires=format_rfc3339(anchor.expires)))
    if len({key.id for key in anchor.keys}) != len(anchor.keys):
        raise fields.wrong("keys", "keys that serve one purpose each")
    return anchor


def _key_json(key: PublicKey) -> dict[str, Json]:
    return {
        "purpose": key.purpose,
        "algorithm": key.algorithm,
        "raw": base64.b64encode(key.raw).decode(),
        "not_before": format_rfc3339(key.not_before),
        "not_after": format_rfc3339(key.not_after),
    }


def _keys(fields: Fields, entries: Sequence[Mapping[str, Json]], *, more: bool) -> tuple[PublicKey, ...]:
    keys = tuple(_key(entry) for entry in entries)
    if any((key.algorithm in _MORE) is not more for key in keys):
        raise fields.wrong("more_keys" if more else "keys", "algorithms where they belong (docs/spec/anchor.md)")
    return keys


def _key(entry: Mapping[str, Json]) -> PublicKey:
    fields = Fields(entry, "anchor")
    return public_key(
        purpose=fields.text("purpose", 16),
        algorithm=fields.text("algorithm", 32),
        raw=fields.base64("raw", MAX_ANCHOR_BYTES),
        not_before=fields.moment("not_before"),
        not_after=fields.moment("not_after"),
    )
