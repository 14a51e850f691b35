# SPDX-License-Identifier: MIT
"""Who a partner is: every private key of a node, its certificate, and anchors that say what it likes."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.x509.oid import NameOID

from tasuki.adapters import sealing
from tasuki.base.canonical import canonical
from tasuki.base.ids import NodeName
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.formats.envelope.anchor import MAGIC, STATEMENT_TYPE, Anchor, read_anchor
from tasuki.formats.suites.frames import write_frame
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose
from tasuki.formats.suites.signatures import Signatures, context, signing_input

LIFE: Final = timedelta(days=80)
"""How long keys and anchors of a partner hold, unless a move says otherwise."""

_SEED_BYTES: Final = {Algorithm.ED25519: 32, Algorithm.ML_DSA_65: 32, Algorithm.MLKEM768_X25519: 96}
_ML_KEM_SEED: Final = 64
_SETS: Final[tuple[tuple[Purpose, Algorithm], ...]] = (
    (Purpose.ROOT, Algorithm.ED25519),
    (Purpose.ROOT, Algorithm.ML_DSA_65),
    (Purpose.ENVELOPE, Algorithm.ED25519),
    (Purpose.ENVELOPE, Algorithm.ML_DSA_65),
    (Purpose.KEM, Algorithm.MLKEM768_X25519),
    (Purpose.LOG, Algorithm.ED25519),
    (Purpose.WITNESS, Algorithm.ED25519),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A private key and what is known of it.

    Attributes:
        secret: raw seed; ML-KEM-768 (64 bytes) and X25519 (32) one after the other for the KEM.
    """

    public: PublicKey
    secret: bytes

    def sign(self, message: bytes, within: bytes = b"") -> bytes:
        """Sign whatever is given; ML-DSA under the context `within`."""
        if self.public.algorithm is Algorithm.ED25519:
            return Ed25519PrivateKey.from_private_bytes(self.secret).sign(message)
        return MLDSA65PrivateKey.from_seed_bytes(self.secret).sign(message, within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A TLS certificate and its key, as DER and as one PEM file."""

    der: bytes
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A node's name and everything it can sign with.

    Attributes:
        profile: digest of the partnership profile it claims to run.
        began: from when its keys are valid.
    """

    name: NodeName
    keys: tuple[Key, ...]
    certificate: Certificate
    endpoint: str
    profile: str
    began: datetime

    def key(self, purpose: Purpose, algorithm: Algorithm = Algorithm.ED25519) -> Key:
        """Return its key of that purpose and algorithm."""
        return next(each for each in self.keys if (each.public.purpose, each.public.algorithm) == (purpose, algorithm))

    def pair(self, purpose: Purpose = Purpose.ENVELOPE) -> tuple[Key, Key]:
        """Return its Ed25519 and ML-DSA-65 keys of one purpose."""
        return self.key(purpose), self.key(purpose, Algorithm.ML_DSA_65)

    def sign(self, statement_type: str, statement: bytes, purpose: Purpose = Purpose.ENVELOPE) -> Signatures:
        """Sign any statement under any type with the pair of any purpose."""
        return sign_with(self.pair(purpose), statement_type, statement)

    def open(self, info: bytes, ciphertext: bytes) -> bytes:
        """Open what was sealed to it.

        Raises:
            PeerError: it was not, or it is damaged.
        """
        secret = self.key(Purpose.KEM, Algorithm.MLKEM768_X25519).secret
        return sealing.open_sealed(sealing.private_key(secret), info, ciphertext)

    def statement(self, version: int = 1, **changes: Any) -> dict[str, Any]:
        """Return what its anchor says, with members changed."""
        keys = [key_json(each.public) for each in self.keys]
        said: dict[str, Any] = {
            "v": 1,
            "participant": self.name.participant,
            "node": str(self.name),
            "version": version,
            "created": format_rfc3339(self.began + timedelta(seconds=version)),
            "expires": format_rfc3339(self.began + LIFE),
            "endpoint": self.endpoint,
            "tls": base64.b64encode(self.certificate.der).decode(),
            "keys": keys,
            "suite": 1,
            "min_suite": 1,
            "profile": self.profile,
        }
        return {**said, **changes}

    def anchor_file(self, version: int = 1, **changes: Any) -> bytes:
        """Return an anchor file with members changed, signed by its root keys as it is."""
        statement = canonical(self.statement(version, **changes))
        return write_frame(MAGIC, statement, self.sign(STATEMENT_TYPE, statement, Purpose.ROOT))

    @property
    def anchor(self) -> Anchor:
        """Return what an honest reader takes from its anchor."""
        return read_anchor(self.anchor_file()).anchor

    def named(self, name: str) -> Identity:
        """Return the same keys under another name."""
        return replace(self, name=NodeName.parse(name))


def sign_with(pair: tuple[Key, Key], statement_type: str, statement: bytes) -> Signatures:
    """Sign with two keys of any owner and purpose."""
    message = signing_input(statement_type, statement)
    return Signatures(ed25519=pair[0].sign(message), ml_dsa_65=pair[1].sign(message, context(statement_type)))


def key_json(key: PublicKey) -> Mapping[str, Any]:
    """Return a key as an anchor lists it."""
    return {
        "purpose": key.purpose.value,
        "algorithm": key.algorithm.value,
        "raw": base64.b64encode(key.raw).decode(),
        "not_before": format_rfc3339(key.not_before),
        "not_after": format_rfc3339(key.not_after),
    }


def make_identity(name: str, endpoint: str, profile: str, shown: Certificate, *, seed: int, now: datetime) -> Identity:
    """Make a partner whose keys follow from `seed` and that shows a certificate; its anchor names an endpoint."""
    me = NodeName.parse(name)
    # Whole seconds, an hour back: a node whose clock runs a little behind is no part of a move.
    began = parse_rfc3339(format_rfc3339(now.replace(microsecond=0) - timedelta(hours=1)))
    keys = tuple(make_key(f"{name} {seed}", *each, validity=(began, began + LIFE)) for each in _SETS)
    return Identity(name=me, keys=keys, certificate=shown, endpoint=endpoint, profile=profile, began=began)


def make_key(owner: str, purpose: Purpose, algorithm: Algorithm, *, validity: tuple[datetime, datetime]) -> Key:
    """Make the key that follows from a text naming its owner."""
    material = f"{owner} {purpose} {algorithm}".encode()
    secret = hashlib.shake_256(material).digest(_SEED_BYTES[algorithm])
    public = PublicKey(
        purpose=purpose,
        algorithm=algorithm,
        raw=_raw(algorithm, secret),
        not_before=validity[0],
        not_after=validity[1],
    )
    return Key(public=public, secret=secret)


def _raw(algorithm: Algorithm, secret: bytes) -> bytes:
    if algorithm is Algorithm.ED25519:
        return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    if algorithm is Algorithm.ML_DSA_65:
        return MLDSA65PrivateKey.from_seed_bytes(secret).public_key().public_bytes_raw()
    ml_kem = MLKEM768PrivateKey.from_seed_bytes(secret[:_ML_KEM_SEED]).public_key().public_bytes_raw()
    return ml_kem + X25519PrivateKey.from_private_bytes(secret[_ML_KEM_SEED:]).public_key().public_bytes_raw()


def make_certificate(name: str, endpoint: str, folder: Path, now: datetime) -> Certificate:
    """Make a self-signed certificate on loopback and keep it with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.UniformResourceIdentifier(endpoint)]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    der = made.public_bytes(serialization.Encoding.DER)
    file = folder / f"tls-{hashlib.sha256(der).hexdigest()[:16]}.pem"
    file.touch(mode=0o600)
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return Certificate(der=der, file=file)
