# SPDX-License-Identifier: MIT
"""The witness: what must hold before a node cosigns another node's checkpoint.

Source: C2SP tlog-witness (add-checkpoint).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tasuki.base.errors import InputError
from tasuki.base.reasons import Reason
from tasuki.core.ledger import reasons as why
from tasuki.formats.tlog.base64s import decode, encode
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.merkle import EMPTY_ROOT, verify_consistency
from tasuki.formats.tlog.note import Note, VerifierKey, parse_note, verify_note
from tasuki.formats.tlog.numbers import decimal

MAX_PROOF_LINES = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An add-checkpoint request, parsed.

    Attributes:
        old: the size the log believes this witness cosigned last.
    """

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the witness answers: 200 and then the cosignature, or the status and the reason.

    Attributes:
        size: with 409 the size cosigned last, which is the body then.
        checkpoint: what may be cosigned; None unless the status is 200.
        signed: the note as its log signed it, with that one signature; None unless the signature holds.
    """

    status: int
    reason: Reason | None
    size: int
    checkpoint: Checkpoint | None = None
    signed: Note | None = None


def write_request(old: int, proof: tuple[bytes, ...], note: bytes) -> bytes:
    """Return the body of an add-checkpoint request."""
    lines = "".join(encode(each) + "\n" for each in proof)
    return f"old {old}\n{lines}\n".encode() + note


def parse_request(body: bytes) -> Request:
    """Return the request in `body`.

    Raises:
        InputError: another form.
    """
    head, separator, rest = body.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    word, _, number = lines[0].partition(" ")
    if not separator or word != "old" or len(lines) > MAX_PROOF_LINES + 1:
        raise InputError(why.WITNESS_BODY.because(found=lines[0][:40]))
    try:
        old, proof = decimal(number), tuple(decode(line) for line in lines[1:])
    except ValueError as error:
        raise InputError(why.WITNESS_BODY.because(found=str(error))) from error
    note = parse_note(rest)
    return Request(old=old, proof=proof, note=note, checkpoint=parse_checkpoint(note.text))


def judge(body: bytes, logs: Mapping[str, VerifierKey], known: Mapping[str, tuple[int, bytes]]) -> Answer:
    """Return what to answer; 200 means: persist size and root, then cosign. Nothing is remembered here.

    Args:
        body: the request as it came.
        logs: key of each log this witness knows, by origin.
        known: last size and root cosigned, by origin; none means nothing yet.
    """
    try:
        request = parse_request(body)
    except InputError as error:
        return _refuse(400, error.reason)
    checkpoint = request.checkpoint
    key = logs.get(checkpoint.origin)
    if key is None:
        return _refuse(404, why.WITNESS_UNKNOWN.because(origin=checkpoint.origin[:120]))
    try:
        line = verify_note(request.note, key)
    except InputError:
        return _refuse(403, why.WITNESS_SIGNATURE.because(origin=checkpoint.origin))
    # Only the line that was verified is kept: whoever else signed the note vouches for nothing here.
    signed = Note(text=request.note.text, lines=(line,))
    if request.old > checkpoint.size:
        return _refuse(400, why.WITNESS_SIZE.because(old=request.old, size=checkpoint.size), signed)
    size, root = known.get(checkpoint.origin, (0, EMPTY_ROOT))
    if request.old != size:
        reason = why.WITNESS_OLD.because(expected=size, found=request.old)
        return Answer(status=409, reason=reason, size=size, signed=signed)
    return _grown(request, size, root, signed)


def _grown(request: Request, size: int, root: bytes, signed: Note) -> Answer:
    checkpoint = request.checkpoint
    if checkpoint.size == size and checkpoint.root != root:
        reason = why.WITNESS_FORK.because(size=size, origin=checkpoint.origin)
        return Answer(status=409, reason=reason, size=size, signed=signed)
    if checkpoint.extensions:
        return _refuse(400, why.WITNESS_BODY.because(found="extension lines"), signed)
    try:
        if size:
            verify_consistency(
                old=size, new=checkpoint.size, old_root=root, new_root=checkpoint.root, proof=request.proof
            )
        elif request.proof:
            return _refuse(422, why.WITNESS_PROOF.because(found="hashes where none are needed"), signed)
    except InputError as error:
        found = str(error.reason.params.get("found", "?"))
        return _refuse(422, why.WITNESS_PROOF.because(found=found), signed)
    return Answer(status=200, reason=None, size=checkpoint.size, checkpoint=checkpoint, signed=signed)


def _refuse(status: int, reason: Reason, signed: Note | None = None) -> Answer:
    return Answer(status=status, reason=reason, size=0, signed=signed)
