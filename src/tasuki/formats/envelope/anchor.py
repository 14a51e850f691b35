# SPDX-License-Identifier: MIT
"""The anchor: what a node is known by, exchanged out of band and compared by people before anything is trusted."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.base.time import format_rfc3339
from tasuki.formats.envelope.reasons import ANCHOR_TIME, NO_KEY
from tasuki.formats.suites.fields import Fields, read_statement
from tasuki.formats.suites.frames import read_frame, write_frame
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose, check_validity, public_key
from tasuki.formats.suites.signatures import Signatures, SigningPair, require_suite, verify

MAGIC: Final = b"TASUKIA\x01"
"""First eight bytes of an anchor file."""

STATEMENT_TYPE: Final = "anchor"
"""The statement type an anchor is signed under; no envelope may have this type."""

MAX_ANCHOR_BYTES: Final = 64 << 10
"""An anchor statement: a certificate and a dozen keys take about 12 KiB."""

_MAX_KEYS = 64
_MAX_URL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A node's identity at one version. TUF-shaped roles may replace it: they would carry the same values.

    Attributes:
        version: rises by one with each new anchor of the node.
        endpoint: URL of its exchange face.
        tls_certificate: DER of the one certificate it presents and is pinned to.
        min_suite: the lowest suite it takes.
        profile: digest of the partnership profile it runs.
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
        """Return the newest key of a purpose and algorithm that is valid at `at`.

        Raises:
            PeerError: there is none.
        """
        fit = [
            key
            for key in self.keys
            if key.purpose is purpose and key.algorithm is algorithm and key.not_before <= at <= key.not_after
        ]
        if not fit:
            raise PeerError(NO_KEY.because(node=str(self.name), purpose=purpose, key=algorithm))
        return max(fit, key=lambda key: (key.not_before, key.id))

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
    keys: list[Json] = [_key_json(key) for key in anchor.keys]
    return canonical(
        {
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
    frame = read_frame(MAGIC, raw, MAX_ANCHOR_BYTES)
    fields = Fields(read_statement(frame.statement, "anchor"), "anchor")
    if frame.rest:
        raise fields.wrong("end", "nothing after the signatures")
    anchor = _anchor(fields)
    require_suite(anchor.suite)
    root = anchor.current_pair(Purpose.ROOT, anchor.created)
    verify(STATEMENT_TYPE, frame.statement, frame.signatures, root, Purpose.ROOT)
    return SignedAnchor(anchor=anchor, statement=frame.statement)


def _anchor(fields: Fields) -> Anchor:
    name = fields.node("node")
    if fields.integer("v", 1) != 1 or fields.text("participant", 3) != name.participant:
        raise fields.wrong("participant", "that of the node, in anchor version 1")
    anchor = Anchor(
        name=name,
        version=fields.integer("version", 1),
        created=fields.moment("created"),
        expires=fields.moment("expires"),
        endpoint=fields.text("endpoint", _MAX_URL),
        tls_certificate=_base64(fields, "tls"),
        keys=tuple(_key(entry) for entry in fields.objects("keys", _MAX_KEYS)),
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


def _key(entry: Mapping[str, Json]) -> PublicKey:
    fields = Fields(entry, "anchor")
    return public_key(
        purpose=fields.text("purpose", 16),
        algorithm=fields.text("algorithm", 32),
        raw=_base64(fields, "raw"),
        not_before=fields.moment("not_before"),
        not_after=fields.moment("not_after"),
    )


def _base64(fields: Fields, field: str) -> bytes:
    text = fields.text(field, MAX_ANCHOR_BYTES)
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise fields.wrong(field, "base64") from error
    if base64.b64encode(raw).decode() != text:
        raise fields.wrong(field, "base64 in its one spelling")
    return raw
