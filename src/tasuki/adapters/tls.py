# SPDX-License-Identifier: MIT
"""Mutual TLS between nodes: one self-signed certificate each, TLS 1.3 only, pinned certificate by certificate."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tasuki.adapters.reasons import TLS_MISSING
from tasuki.base.errors import WorldError
from tasuki.base.ids import NodeName

FOLDER: Final = "tls"
"""Folder of the certificate and its key inside a node's directory."""

LIFE: Final = timedelta(days=5 * 365)
"""How long a certificate is valid; the anchor that names it ends sooner and is renewed with it."""

_NOW = "identity.pem"
_NEXT = "next.pem"
"""Key and certificate in one file, so that one rename changes both."""


def create_certificate(directory: Path, me: NodeName, endpoint: str, now: datetime) -> bytes:
    """Make the node's TLS key and self-signed certificate on disk; return the certificate's DER.

    Raises:
        FileExistsError: there is one already.
    """
    folder = directory / FOLDER
    folder.mkdir(mode=0o700)
    return _create(folder / _NOW, me, endpoint, now)


def create_next(directory: Path, me: NodeName, endpoint: str, now: datetime) -> bytes:
    """Make the next TLS key and certificate beside the one in use; return the certificate's DER.

    One that was made before and is not in use yet is replaced: nobody relies on it.

    Raises:
        WorldError: the disk refused.
    """
    path = directory / FOLDER / _NEXT
    try:
        path.unlink(missing_ok=True)
        return _create(path, me, endpoint, now)
    except OSError as error:
        raise WorldError(TLS_MISSING.because(path=str(path)), retry=True) from error


def next_certificate(directory: Path) -> bytes | None:
    """Return the DER of the certificate that was made to come next; None where there is none."""
    path = directory / FOLDER / _NEXT
    return _der(path) if path.exists() else None


def switch(directory: Path) -> None:
    """Put the next key and certificate in the place of those in use, in one step.

    Raises:
        WorldError: there is none, or the disk refused.
    """
    folder = directory / FOLDER
    try:
        (folder / _NEXT).replace(folder / _NOW)
    except OSError as error:
        raise WorldError(TLS_MISSING.because(path=str(folder / _NEXT)), retry=True) from error


def stamp(directory: Path) -> int:
    """Return a number that changes with the certificate in use."""
    path = directory / FOLDER / _NOW
    try:
        return path.stat().st_ino
    except OSError as error:
        raise WorldError(TLS_MISSING.because(path=str(path)), retry=False) from error


def _create(path: Path, me: NodeName, endpoint: str, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, me, endpoint, now)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(path, secret + certificate.public_bytes(serialization.Encoding.PEM))
    return certificate.public_bytes(serialization.Encoding.DER)


def _certificate(key: ec.EllipticCurvePrivateKey, me: NodeName, endpoint: str, now: datetime) -> x509.Certificate:
    number = x509.random_serial_number()
    # A name of its own for each: TLS finds a certificate by its name, and while one takes over there are two.
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, str(me)), x509.NameAttribute(NameOID.SERIAL_NUMBER, f"{number:x}")]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(number)
        # An hour back: the partner's clock may run behind.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(_names(me, endpoint)), critical=False)
        # No authority: what this key signs is nobody's certificate (RFC 5280 section 4.2.1.9).
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )


def _names(me: NodeName, endpoint: str) -> list[x509.GeneralName]:
    host = urlsplit(endpoint).hostname or "localhost"
    try:
        address: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        address = x509.DNSName(host)
    return [x509.UniformResourceIdentifier(f"tasuki:{me}"), address]


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def load_certificate(directory: Path) -> bytes:
    """Return the DER of the node's own certificate.

    Raises:
        WorldError: it is missing or damaged.
    """
    return _der(directory / FOLDER / _NOW)


def _der(path: Path) -> bytes:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)
    except (OSError, ValueError) as error:
        raise WorldError(TLS_MISSING.because(path=str(path)), retry=False) from error


def client_context(directory: Path, partner: Iterable[bytes]) -> ssl.SSLContext:
    """Return a context that presents this node's certificate and trusts those of one partner alone.

    Raises:
        WorldError: this node's certificate or key is missing or damaged.
    """
    context = _context(ssl.PROTOCOL_TLS_CLIENT, directory)
    # The certificate itself is pinned; which name stands in it says nothing more.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    _trust(context, partner)
    return context


class Doorkeeper:
    """The server's side: lets in who presents one of the trusted certificates, and can be told anew at any time.

    A context that is listening cannot unlearn a certificate, so every handshake is moved to the newest inner one.
    """

    def __init__(self, directory: Path) -> None:
        """Start by letting nobody in.

        Raises:
            WorldError: this node's certificate or key is missing or damaged.
        """
        self._directory = directory
        self.context = _server_context(directory, ())
        self._inner = self.context
        self.context.sni_callback = self._redirect

    def trust(self, certificates: Iterable[bytes]) -> None:
        """Let in exactly these certificates (DER) from the next handshake on."""
        self._inner = _server_context(self._directory, certificates)

    def _redirect(self, handshake: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        handshake.context = self._inner


def _server_context(directory: Path, certificates: Iterable[bytes]) -> ssl.SSLContext:
    context = _context(ssl.PROTOCOL_TLS_SERVER, directory)
    context.verify_mode = ssl.CERT_REQUIRED
    # A resumed session would skip the certificate, and with it a partner's end.
    context.num_tickets = 0
    _trust(context, certificates)
    return context


def _context(protocol: int, directory: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    path = directory / FOLDER / _NOW
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        raise WorldError(TLS_MISSING.because(path=str(path)), retry=False) from error
    return context


def _trust(context: ssl.SSLContext, certificates: Iterable[bytes]) -> None:
    for certificate in certificates:
        context.load_verify_locations(cadata=certificate)
