# SPDX-License-Identifier: MIT
"""Evidence: one file that proves, with public keys alone, that something stood in a log both sides signed.

Format `tasuki-evidence@v1`, docs/spec/evidence.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, PeerError
from tasuki.base.reasons import Reason
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.model import commit, origin, pair_log
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import MAGIC as ENVELOPE_MAGIC
from tasuki.formats.envelope.header import read_header
from tasuki.formats.envelope.receipt import STATEMENT_TYPE, read_receipt
from tasuki.formats.json.strict import loads
from tasuki.formats.suites.frames import read_frame
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.suites.signatures import verify
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.merkle import leaf_hash, verify_inclusion
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, ED25519, cosigned_at, make_key, parse_note, verify_note

FORMAT: Final = "tasuki-evidence@v1"
MAX_EVIDENCE_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing an evidence file claims, and whether it holds.

    Attributes:
        name: `log-signature`, `cosignature`, `inclusion`, `opening`, `envelope`, `receipt`.
        reason: why it does not hold; None when it does.
        says: what was found, such as the log and its size.
    """

    name: str
    reason: Reason | None
    says: str

    @property
    def holds(self) -> bool:
        """Whether the claim holds."""
        return self.reason is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What goes into an evidence file.

    Attributes:
        opening: (salt, kind, body) of the leaf; None leaves it closed.
        head: envelope without its ciphertext.
        receipt: the signed receipt.
    """

    index: int
    commitment: bytes
    proof: Sequence[bytes]
    checkpoint: bytes
    opening: tuple[bytes, str, Mapping[str, Json]] | None
    head: bytes | None
    receipt: bytes | None


def write_evidence(evidence: Evidence) -> bytes:
    """Return the evidence file."""
    proof: list[Json] = [_encode(each) for each in evidence.proof]
    document: dict[str, Json] = {
        "format": FORMAT,
        "index": evidence.index,
        "commitment": _encode(evidence.commitment),
        "proof": proof,
        "checkpoint": evidence.checkpoint.decode(),
    }
    if evidence.opening is not None:
        salt, kind, body = evidence.opening
        document["opening"] = {"salt": _encode(salt), "kind": kind, "body": dict(body)}
    for name, raw in (("envelope", evidence.head), ("receipt", evidence.receipt)):
        if raw is not None:
            document[name] = _encode(raw)
    return canonical(document)


def read_evidence(raw: bytes) -> Evidence:
    """Return what an evidence file claims; nothing is verified.

    Raises:
        InputError: it is none.
    """
    value = loads(raw, max_bytes=MAX_EVIDENCE_BYTES)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InputError(why.EVIDENCE.because(found="another format"))
    try:
        return _evidence(value)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise InputError(why.EVIDENCE.because(found=f"{type(error).__name__}: {error}"[:80])) from error


def _evidence(value: Mapping[str, Json]) -> Evidence:
    opening, proof, index = value.get("opening"), value["proof"], value["index"]
    if not isinstance(proof, list) or not isinstance(index, int) or isinstance(index, bool):
        message = "proof or index"
        raise TypeError(message)
    opened = None
    if isinstance(opening, dict):
        body = opening["body"]
        if not isinstance(body, dict):
            message = "opening"
            raise TypeError(message)
        opened = (_decode(opening["salt"]), str(opening["kind"]), body)
    return Evidence(
        index=index,
        commitment=_decode(value["commitment"]),
        proof=tuple(_decode(each) for each in proof),
        checkpoint=str(value["checkpoint"]).encode(),
        opening=opened,
        head=_decode(value["envelope"]) if "envelope" in value else None,
        receipt=_decode(value["receipt"]) if "receipt" in value else None,
    )


def verify_evidence(evidence: Evidence, anchors: Sequence[Anchor]) -> tuple[Check, ...]:
    """Return every claim of an evidence file with whether it holds; trust comes from `anchors` alone."""
    state: list[Checkpoint] = []
    checks = [
        _check("log-signature", lambda: _log_signature(evidence, anchors, state)),
        _check("cosignature", lambda: _cosignature(evidence, anchors)),
        _check("inclusion", lambda: _inclusion(evidence, state)),
    ]
    if evidence.opening is not None:
        checks.append(_check("opening", lambda: _opening(evidence)))
    if evidence.head is not None:
        checks.append(_check("envelope", lambda: _envelope(evidence.head or b"", anchors)))
    if evidence.receipt is not None:
        checks.append(_check("receipt", lambda: _receipt(evidence, anchors)))
    return tuple(checks)


def _check(name: str, claim: Callable[[], str]) -> Check:
    try:
        return Check(name=name, reason=None, says=claim())
    except (InputError, PeerError) as error:
        return Check(name=name, reason=error.reason, says=str(error))


def _log_signature(evidence: Evidence, anchors: Sequence[Anchor], state: list[Checkpoint]) -> str:
    note = parse_note(evidence.checkpoint)
    checkpoint = parse_checkpoint(note.text)
    owner, _ = _owner_and_witness(checkpoint.origin, anchors)
    verify_note(note, make_key(checkpoint.origin, ED25519, _only(owner, Purpose.LOG)))
    state.append(checkpoint)
    return f"{checkpoint.origin}, {checkpoint.size} leaves"


def _cosignature(evidence: Evidence, anchors: Sequence[Anchor]) -> str:
    note = parse_note(evidence.checkpoint)
    _, witness = _owner_and_witness(parse_checkpoint(note.text).origin, anchors)
    key = make_key(f"tasuki/{witness.name}/witness", COSIGNATURE_ED25519, _only(witness, Purpose.WITNESS))
    line = verify_note(note, key)
    return f"{witness.name}, {datetime.fromtimestamp(cosigned_at(line), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _inclusion(evidence: Evidence, state: list[Checkpoint]) -> str:
    if not state:
        raise InputError(why.EVIDENCE.because(found="no checkpoint to stand in"))
    verify_inclusion(
        index=evidence.index,
        size=state[0].size,
        leaf=leaf_hash(evidence.commitment),
        proof=evidence.proof,
        root_hash=state[0].root,
    )
    return f"leaf {evidence.index} of {state[0].size}"


def _opening(evidence: Evidence) -> str:
    salt, kind, body = evidence.opening or (b"", "", {})
    if commit(salt, kind, body) != evidence.commitment:
        raise InputError(why.EVIDENCE.because(found="an opening that does not fit its commitment"))
    if evidence.head is not None and body.get("env_hash") != hashlib.sha256(evidence.head).hexdigest():
        raise InputError(why.EVIDENCE.because(found="a leaf about another envelope"))
    return kind


def _envelope(head: bytes, anchors: Sequence[Anchor]) -> str:
    frame = read_frame(ENVELOPE_MAGIC, head, MAX_EVIDENCE_BYTES)
    header, _ = read_header(frame.statement)
    sender = _named(str(header.sender), anchors)
    pair = sender.pair(header.sig_keys, Purpose.ENVELOPE, header.created)
    verify(header.type, frame.statement, frame.signatures, pair, Purpose.ENVELOPE)
    return f"{header.env_id} from {header.sender} to {header.recipient}"


def _receipt(evidence: Evidence, anchors: Sequence[Anchor]) -> str:
    signed = read_receipt(evidence.receipt or b"")
    receipt = signed.receipt
    pair = _named(str(receipt.by), anchors).pair(receipt.sig_keys, Purpose.ENVELOPE, receipt.at)
    verify(STATEMENT_TYPE, signed.statement, signed.signatures, pair, Purpose.ENVELOPE)
    if evidence.head is not None and receipt.env_hash != hashlib.sha256(evidence.head).hexdigest():
        raise InputError(why.EVIDENCE.because(found="a receipt for another envelope"))
    return f"{receipt.status} by {receipt.by}"


def _owner_and_witness(name: str, anchors: Sequence[Anchor]) -> tuple[Anchor, Anchor]:
    for owner in anchors:
        for witness in anchors:
            if name == origin(str(owner.name), pair_log(witness.name.participant)) and owner is not witness:
                return owner, witness
    raise InputError(why.WITNESS_UNKNOWN.because(origin=name[:120]))


def _named(name: str, anchors: Sequence[Anchor]) -> Anchor:
    for anchor in anchors:
        if str(anchor.name) == name:
            return anchor
    raise InputError(why.EVIDENCE.because(found=f"a statement by {name[:60]}, whose anchor was not given"))


def _only(anchor: Anchor, purpose: Purpose) -> bytes:
    """Return the newest key of a purpose; a checkpoint names no time, so validity is the auditor's question."""
    keys = [key for key in anchor.keys if key.purpose is purpose and key.algorithm is Algorithm.ED25519]
    return max(keys, key=lambda key: key.not_before).raw


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: Json) -> bytes:
    return base64.b64decode(str(text), validate=True)
