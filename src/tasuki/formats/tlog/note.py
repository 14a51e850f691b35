# SPDX-License-Identifier: MIT
"""Signed notes: a text, and lines of signatures by named keys under it.

Source: C2SP signed-note, tlog-cosignature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from tasuki.base.errors import InputError
from tasuki.formats.tlog.base64s import decode, encode
from tasuki.formats.tlog.cosignature import cosigned_message, cosigned_message_v2
from tasuki.formats.tlog.reasons import KEY, NOTE, SIGNATURE

ED25519: Final = 0x01
COSIGNATURE_ED25519: Final = 0x04
COSIGNATURE_MLDSA44: Final = 0x06
MAX_NOTE_BYTES: Final = 1 << 20
MAX_SIGNATURES: Final = 100
_KEY_BYTES: Final = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_MLDSA44: 1312}
_LINE: Final = re.compile("— (\\S+) ([A-Za-z0-9+/]+={0,2})")
_ID_BYTES: Final = 4
_STAMP_BYTES: Final = 8
_LAST_STAMP: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A named public key.

    Attributes:
        kind: signature type: `ED25519`, `COSIGNATURE_ED25519` or `COSIGNATURE_MLDSA44`.
        id: four bytes, the start of the hash over name, type and key.
    """

    name: str
    kind: int
    key: bytes
    id: bytes

    @property
    def text(self) -> str:
        """The written form `name+hash+key`."""
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.kind]) + self.key)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """One signature line: who says to have signed, which key, and the bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """The line as written, with its newline."""
        return f"— {self.name} {encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text (ending in a newline) and the lines under it, none of them checked yet."""

    text: str
    lines: tuple[SignatureLine, ...]

    @property
    def raw(self) -> bytes:
        """The note as written."""
        return (self.text + "\n" + "".join(line.text for line in self.lines)).encode()


def make_key(name: str, kind: int, key: bytes) -> VerifierKey:
    """Return the verifier key of a name and a public key.

    Raises:
        InputError: the name has a space or `+`, or the key has another length than its type says.
    """
    if not name or "+" in name or any(each.isspace() for each in name) or len(key) != _KEY_BYTES.get(kind):
        raise InputError(KEY.because(found=name[:60] or "nothing"))
    digest = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()
    return VerifierKey(name=name, kind=kind, key=key, id=digest[:_ID_BYTES])


def parse_key(text: str) -> VerifierKey:
    """Return the verifier key `name+hash+key`.

    Raises:
        InputError: another form, or a hash that does not fit.
    """
    name, _, rest = text.strip().partition("+")
    stated, _, encoded = rest.partition("+")
    try:
        blob = decode(encoded)
    except ValueError as error:
        raise InputError(KEY.because(found=text[:60])) from error
    if not blob:
        raise InputError(KEY.because(found=text[:60]))
    key = make_key(name, blob[0], blob[1:])
    if key.id.hex() != stated:
        raise InputError(KEY.because(found=text[:60]))
    return key


def parse_note(raw: bytes) -> Note:
    """Return the note in `raw`, signatures unchecked.

    Raises:
        InputError: no UTF-8, a control character, no signature block, a line that is none.
    """
    if len(raw) > MAX_NOTE_BYTES:
        raise InputError(NOTE.because(found=f"{len(raw)} bytes"))
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(NOTE.because(found="bytes that are no UTF-8")) from error
    if any(ord(each) < ord(" ") and each != "\n" for each in whole):
        raise InputError(NOTE.because(found="a control character"))
    text, separator, block = whole.rpartition("\n\n")
    if not text or not separator or not block.endswith("\n"):
        raise InputError(NOTE.because(found="no signatures"))
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise InputError(NOTE.because(found=f"{len(lines)} signatures"))
    return Note(text=text + "\n", lines=tuple(_line(line) for line in lines))


def _line(line: str) -> SignatureLine:
    match = _LINE.fullmatch(line)
    if match is None or "+" in match[1]:
        raise InputError(NOTE.because(found=f"the line {line[:40]!r}"))
    try:
        # Stray bits are let pass here, as every reader of notes does: the signature decides.
        blob = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise InputError(NOTE.because(found="a signature that is no base64")) from error
    if len(blob) <= _ID_BYTES:
        raise InputError(NOTE.because(found="an empty signature"))
    return SignatureLine(name=match[1], key_id=blob[:_ID_BYTES], signature=blob[_ID_BYTES:])


def verify_note(note: Note, key: VerifierKey) -> SignatureLine:
    """Return the line by `key`, once its signature holds; other lines are ignored.

    Raises:
        InputError: no line by this key, or one that does not hold.
    """
    for line in note.lines:
        if line.name == key.name and line.key_id == key.id:
            _verify(note, line, key)
            return line
    raise InputError(SIGNATURE.because(name=key.name))


def cosignature(key: VerifierKey, stamp: int, signature: bytes) -> SignatureLine:
    """Return the line of a cosignature made at `stamp`, in seconds since 1970."""
    stamped = stamp.to_bytes(_STAMP_BYTES, "big") + signature
    return SignatureLine(name=key.name, key_id=key.id, signature=stamped)


def cosigned_at(line: SignatureLine) -> int:
    """Return when a cosignature was made, in seconds since 1970."""
    return int.from_bytes(line.signature[:_STAMP_BYTES], "big")


def _verify(note: Note, line: SignatureLine, key: VerifierKey) -> None:
    if key.kind != ED25519 and cosigned_at(line) > _LAST_STAMP:
        raise InputError(SIGNATURE.because(name=key.name))
    try:
        if key.kind == ED25519:
            Ed25519PublicKey.from_public_bytes(key.key).verify(line.signature, note.text.encode())
        elif key.kind == COSIGNATURE_ED25519:
            message = cosigned_message(note.text, cosigned_at(line))
            Ed25519PublicKey.from_public_bytes(key.key).verify(line.signature[_STAMP_BYTES:], message)
        else:
            message = cosigned_message_v2(note.text, cosigned_at(line), key.name)
            MLDSA44PublicKey.from_public_bytes(key.key).verify(line.signature[_STAMP_BYTES:], message)
    except (InvalidSignature, ValueError) as error:
        raise InputError(SIGNATURE.because(name=key.name)) from error
