# SPDX-License-Identifier: MIT
"""Reading strictly: each part is made anew from the values in it, and only a bundle that comes out the same counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError, TasukiError
from tasuki.core.bundle.reasons import PART, SPELLING
from tasuki.core.ledger.mirror import read_page, read_state, write_page, write_state
from tasuki.core.ledger.witness import parse_request, write_request
from tasuki.core.partners.trust import read_chain
from tasuki.formats.bundle.bundle import Bundle, Part, PartKind, read_bundle, write_bundle
from tasuki.formats.envelope.envelope import read_envelope, write_envelope
from tasuki.formats.envelope.header import WIRE_VERSION, write_header
from tasuki.formats.envelope.notice import read_notice, write_notice
from tasuki.formats.envelope.receipt import read_receipt, receipt_statement, write_receipt
from tasuki.formats.envelope.statement import read_signed_statement, statement_bytes, write_statement
from tasuki.formats.suites.fields import Fields, read_statement
from tasuki.formats.trust.file import read_parts, write_parts

MAX_COSIGNED: Final = 64 << 10
"""Text of an answer to a checkpoint: signature lines, or one line of a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """How a witness answered a checkpoint.

    Attributes:
        origin: the log of which `size` leaves were to be cosigned.
        status: as C2SP tlog-witness has it over HTTP.
    """

    origin: str
    size: int
    status: int
    body: str


def write_cosigned(said: Cosigned) -> bytes:
    """Return the part that carries a witness's answer."""
    return canonical({"body": said.body, "origin": said.origin, "size": said.size, "status": said.status})


def read_cosigned(raw: bytes) -> Cosigned:
    """Return a witness's answer.

    Raises:
        PeerError: another form.
    """
    fields = Fields(read_statement(raw, "cosigned"), "cosigned")
    return Cosigned(
        origin=fields.text("origin", 120),
        size=fields.integer("size", 0),
        status=fields.integer("status", 100),
        body=fields.text("body", MAX_COSIGNED),
    )


def read_strictly(raw: bytes) -> tuple[Bundle, bytes]:
    """Return the bundle in `raw` and the bytes that its values make; no signature is verified.

    Raises:
        PeerError: another form, a part that is not of its kind, is about another envelope or has another spelling.
    """
    bundle = read_bundle(raw)
    parts = [_remade(number, part) for number, part in enumerate(bundle.parts)]
    return bundle, write_bundle(bundle.statement, bundle.signatures, parts)


def _remade(number: int, part: Part) -> Part:
    try:
        raw, of = REMAKE[part.kind](part.raw)
    except (TasukiError, ValueError) as error:
        cause = error.reason.code if isinstance(error, TasukiError) else type(error).__name__
        raise PeerError(PART.because(part=number, what=part.kind, cause=cause)) from error
    if raw != part.raw or (part.of is not None and of is not None and of != part.of):
        raise PeerError(SPELLING.because(part=number, what=part.kind))
    return Part(kind=part.kind, raw=raw, of=part.of)


def _envelope(raw: bytes) -> tuple[bytes, str | None]:
    read = read_envelope(raw)
    # A later version may have members that this one does not know; nobody else may.
    known = read.header.version <= WIRE_VERSION
    header = write_header(read.header) if known else canonical(dict(read.header_json))
    return write_envelope(header, read.signatures, read.ciphertext), read.header.env_id


def _receipt(raw: bytes) -> tuple[bytes, str | None]:
    read = read_receipt(raw)
    return write_receipt(receipt_statement(read.receipt), read.signatures), read.receipt.env_id


def _notice(raw: bytes) -> tuple[bytes, str | None]:
    return write_notice(read_notice(raw)), None


def _statement(raw: bytes) -> tuple[bytes, str | None]:
    read = read_signed_statement(raw)
    return write_statement(statement_bytes(read.statement), read.signatures), None


def _trust(raw: bytes) -> tuple[bytes, str | None]:
    read_chain(raw)
    return write_parts(read_parts(raw)), None


def _leaves(raw: bytes) -> tuple[bytes, str | None]:
    page = read_page(raw)
    return canonical(write_page(page.log, page.start, page.leaves)), None


def _checkpoint(raw: bytes) -> tuple[bytes, str | None]:
    request = parse_request(raw)
    return write_request(request.old, request.proof, request.note.raw), None


def _mirrored(raw: bytes) -> tuple[bytes, str | None]:
    return canonical(write_state(read_state(raw, ""))), None


def _cosigned(raw: bytes) -> tuple[bytes, str | None]:
    return write_cosigned(read_cosigned(raw)), None


Remake = Callable[[bytes], tuple[bytes, str | None]]
"""Returns the bytes that the values in a part make, and the id of the envelope it is about, where it says one."""

REMAKE: Final[Mapping[PartKind, Remake]] = {
    PartKind.TRUST: _trust,
    PartKind.RECEIPT: _receipt,
    PartKind.NOTICE: _notice,
    PartKind.STATEMENT: _statement,
    PartKind.ENVELOPE: _envelope,
    PartKind.LEAVES: _leaves,
    PartKind.CHECKPOINT: _checkpoint,
    PartKind.MIRRORED: _mirrored,
    PartKind.COSIGNED: _cosigned,
}
