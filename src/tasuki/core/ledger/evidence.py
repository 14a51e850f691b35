# SPDX-License-Identifier: MIT
"""Evidence: one file that proves, with public keys alone, that something stood in a log both sides signed.

Format `tasuki-evidence@v1`, docs/spec/evidence.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import product
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, PeerError
from tasuki.base.ids import NodeName, ParticipantId
from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.core.channel.model import STATEMENT_TYPES
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.mirror import HELD, ISSUED, KIND, KNOWN, MAX_BODY_BYTES, SENT
from tasuki.core.ledger.model import SALT_BYTES, commit, origin, pair_log, witness_name
from tasuki.core.ledger.periods import period_named
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import MAGIC as ENVELOPE_MAGIC
from tasuki.formats.envelope.header import Header, read_header
from tasuki.formats.envelope.receipt import MAGIC as RECEIPT_MAGIC
from tasuki.formats.envelope.receipt import STATEMENT_TYPE as RECEIPT_TYPE
from tasuki.formats.envelope.receipt import Receipt, read_receipt
from tasuki.formats.json.strict import loads
from tasuki.formats.suites.frames import Frame, read_frame
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose
from tasuki.formats.suites.signatures import require_suite, verify
from tasuki.formats.tlog.base64s import decode, encode
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from tasuki.formats.tlog.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    ED25519,
    Note,
    SignatureLine,
    VerifierKey,
    cosigned_at,
    make_key,
    parse_note,
    verify_note,
)
from tasuki.formats.tlog.numbers import MAX_SIZE

FORMAT: Final = "tasuki-evidence@v1"
MAX_EVIDENCE_BYTES: Final = 128 << 10
"""An evidence file: header, receipt and proof take about 15 kB, the largest of each 60 kB."""

COSIGNATURES: Final = {Algorithm.ED25519: COSIGNATURE_ED25519, Algorithm.ML_DSA_44: COSIGNATURE_MLDSA44}
"""The kind of cosignature that a witness key of an algorithm makes."""

_KINDS: Final = {Purpose.LOG: {Algorithm.ED25519: ED25519}, Purpose.WITNESS: COSIGNATURES}
"""The kind of note signature that a key of a purpose makes, by its algorithm."""

_REQUIRED: Final = frozenset({"format", "index", "commitment", "proof", "checkpoint"})
_OPTIONAL: Final = frozenset({"opening", "envelope", "receipt"})
_MAX_PROOF = 63
_LAST_STAMP = 253_402_300_799
"""The last second of the year 9999: what a moment can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a leaf's commitment commits to."""

    salt: bytes
    kind: str
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an evidence file claims.

    Attributes:
        opening: None leaves the leaf closed.
        head: envelope without its ciphertext; only beside an opening.
        receipt: the signed receipt; only beside an opening.
    """

    index: int
    commitment: bytes
    proof: Sequence[bytes]
    checkpoint: bytes
    opening: Opening | None = None
    head: bytes | None = None
    receipt: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing an evidence file claims.

    Attributes:
        name: `form`, `log-signature`, `cosignature`, `inclusion`, `opening`, `envelope` or `receipt`.
        reason: what was found: the claim that holds, or why it does not.
    """

    name: str
    holds: bool
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an evidence file proves: every check, and what may be built upon because all of them hold.

    Attributes:
        meaning: origin, size, index, commitment and, where opened, what the leaf says; empty unless all hold.
    """

    checks: tuple[Check, ...]
    meaning: Mapping[str, Json] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(check.holds for check in self.checks)


def write_evidence(evidence: Evidence) -> bytes:
    """Return the evidence file."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "index": evidence.index,
        "commitment": encode(evidence.commitment),
        "proof": [encode(each) for each in evidence.proof],
        "checkpoint": evidence.checkpoint.decode(),
    }
    if evidence.opening is not None:
        opening = evidence.opening
        document["opening"] = {"salt": encode(opening.salt), "kind": opening.kind, "body": dict(opening.body)}
    for name, raw in (("envelope", evidence.head), ("receipt", evidence.receipt)):
        if raw is not None:
            document[name] = encode(raw)
    return canonical(document)


def read_evidence(raw: bytes) -> Evidence:
    """Return what an evidence file claims; nothing is verified.

    Raises:
        InputError: it is none, or not in its one spelling: what could be written two ways could be changed unnoticed.
    """
    value = loads(raw, max_bytes=MAX_EVIDENCE_BYTES)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise _none("another format")
    if not set(value) >= _REQUIRED or set(value) - _REQUIRED - _OPTIONAL:
        raise _none("other members")
    try:
        evidence = _evidence(value)
        respelled = canonical(value)
    except ValueError as error:
        raise _none(str(error)[:120]) from error
    if respelled != raw:
        raise _none("another spelling than the canonical one")
    return evidence


def _evidence(value: Mapping[str, Json]) -> Evidence:
    proof, index, checkpoint = value["proof"], value["index"], value["checkpoint"]
    if not isinstance(proof, list) or len(proof) > _MAX_PROOF:
        raise _none("a proof that is no list of up to 63 hashes")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index <= MAX_SIZE:
        raise _none("an index that is no number")
    if not isinstance(checkpoint, str):
        raise _none("a checkpoint that is no text")
    opening = _opening_of(value["opening"]) if "opening" in value else None
    attached = {name: _bytes(value[name]) for name in ("envelope", "receipt") if name in value}
    if attached and opening is None:
        # Beside a closed leaf they would look proved and be tied to nothing.
        raise _none("an envelope or receipt beside a closed leaf")
    return Evidence(
        index=index,
        commitment=_bytes(value["commitment"], HASH_BYTES),
        proof=tuple(_bytes(each, HASH_BYTES) for each in proof),
        checkpoint=checkpoint.encode(),
        opening=opening,
        head=attached.get("envelope"),
        receipt=attached.get("receipt"),
    )


def _opening_of(value: Json) -> Opening:
    if not isinstance(value, dict) or set(value) != {"salt", "kind", "body"}:
        raise _none("an opening with other members")
    kind, body = value["kind"], value["body"]
    if not isinstance(kind, str) or not KIND.fullmatch(kind) or not isinstance(body, dict):
        raise _none("an opening with another kind or body")
    if len(canonical(body)) > MAX_BODY_BYTES:
        raise _none("a leaf that is too large")
    return Opening(salt=_bytes(value["salt"], SALT_BYTES), kind=kind, body=body)


def _bytes(value: Json, length: int | None = None) -> bytes:
    if not isinstance(value, str):
        raise _none("bytes that are no base64")
    raw = decode(value)
    if length is not None and len(raw) != length:
        raise _none(f"{len(raw)} bytes where {length} belong")
    return raw


def _none(found: str) -> InputError:
    return InputError(why.EVIDENCE.because(found=found))


def leave_out(evidence: Evidence, keys: Collection[str]) -> tuple[Evidence, tuple[str, ...]]:
    """Return evidence without the letters that one of `keys` signed, and the names of the members left out.

    Source: docs/spec/evidence.md, Revoked keys.
    """
    head, receipt = evidence.head, evidence.receipt
    out: list[str] = []
    if head is not None:
        header, _ = read_header(read_frame(ENVELOPE_MAGIC, head, MAX_HEADER_BYTES).statement)
        if not frozenset(header.sig_keys).isdisjoint(keys):
            out.append("envelope")
    if receipt is not None and not frozenset(read_receipt(receipt).receipt.sig_keys).isdisjoint(keys):
        out.append("receipt")
    left = replace(evidence, head=None if "envelope" in out else head, receipt=None if "receipt" in out else receipt)
    return left, tuple(out)


def verify_evidence(raw: bytes, anchors: Sequence[Anchor]) -> Finding:
    """Return every claim of an evidence file with whether it holds; trust comes from `anchors` alone."""
    try:
        evidence = read_evidence(raw)
    except InputError as error:
        return Finding(checks=(Check(name="form", holds=False, reason=error.reason),))
    return _Verifier(evidence, anchors).run()


class _Verifier:
    """Checks one file claim by claim; what a later claim needs of an earlier one is there only if that one held."""

    def __init__(self, evidence: Evidence, anchors: Sequence[Anchor]) -> None:
        self._evidence = evidence
        self._anchors = anchors
        self._checkpoint: Checkpoint | None = None
        self._sides: _Sides | None = None
        self._log_keys: tuple[PublicKey, ...] = ()
        self._included = False
        self._leaf: Opening | None = None
        self._meaning: dict[str, Json] = {}

    def run(self) -> Finding:
        claims: list[tuple[str, Callable[[], Reason]]] = [
            ("log-signature", self._log_signature),
            ("cosignature", self._cosignature),
            ("inclusion", self._inclusion),
            ("opening", self._opening),
        ]
        if self._evidence.head is not None:
            claims.append(("envelope", self._envelope))
        if self._evidence.receipt is not None:
            claims.append(("receipt", self._receipt))
        checks = tuple(_check(name, claim) for name, claim in claims)
        holds = all(check.holds for check in checks)
        return Finding(checks=checks, meaning=self._meaning if holds else {})

    def _log_signature(self) -> Reason:
        note = parse_note(self._evidence.checkpoint)
        if note.raw != self._evidence.checkpoint:
            raise InputError(why.EVIDENCE.because(found="a checkpoint in another spelling"))
        checkpoint = parse_checkpoint(note.text)
        if checkpoint.extensions:
            raise InputError(why.EVIDENCE.because(found="a checkpoint with extension lines"))
        sides = _sides_of(checkpoint.origin, self._anchors)
        signed = sides.living(_signed_by(note, sides.owners, Purpose.LOG), checkpoint.size)
        self._checkpoint, self._sides = checkpoint, sides
        self._log_keys = tuple(each.key for each in signed)
        self._meaning |= {"origin": checkpoint.origin, "size": checkpoint.size, "root": encode(checkpoint.root)}
        return why.LOG_SIGNED.because(owner=str(sides.owner), partner=sides.partner, size=checkpoint.size)

    def _cosignature(self) -> Reason:
        checkpoint, sides = self._known()
        note = parse_note(self._evidence.checkpoint)
        signed = sides.living(_signed_by(note, sides.witnesses, Purpose.WITNESS), checkpoint.size)
        signed.sort(key=lambda each: (_moment(each), str(each.anchor.name)))
        first = [each for each in signed if each.key.algorithm is Algorithm.ED25519]
        if not first:
            raise InputError(why.NOT_SIGNED.because(node=str(signed[0].anchor.name)))
        fit = [each for each in first if self._both_valid(each.key, _moment(each))]
        if not fit:
            at = format_rfc3339(_moment(first[0]))
            raise InputError(why.KEY_TIME.because(node=str(first[0].anchor.name), at=at))
        whole = [each for each in fit if self._is_whole(each, signed)]
        if not whole:
            raise InputError(why.HALF_COSIGNED.because(node=str(fit[0].anchor.name)))
        node, at = str(whole[0].anchor.name), format_rfc3339(_moment(whole[0]))
        self._meaning |= {"witness": node, "cosigned_at": at}
        return why.COSIGNED.because(witness=node, at=at)

    def _is_whole(self, first: _Signed, signed: Sequence[_Signed]) -> bool:
        """Whether a witness that had an ML-DSA-44 key when it cosigned did so with that one too.

        Asked for only where the log's own node had one: a node of the previous release keeps no line of it.
        """
        _, sides = self._known()
        at = _moment(first)
        if not (_has_second_key([first.anchor], at) and _has_second_key(sides.owners, at)):
            return True
        return any(
            other.anchor == first.anchor
            and other.key.algorithm is Algorithm.ML_DSA_44
            and self._both_valid(other.key, _moment(other))
            for other in signed
        )

    def _both_valid(self, witness: PublicKey, at: datetime) -> bool:
        """Whether the key of the witness and one that signed for the log were valid at the time of a cosignature."""
        return _is_valid(witness, at) and any(_is_valid(key, at) for key in self._log_keys)

    def _inclusion(self) -> Reason:
        checkpoint, _ = self._known()
        evidence = self._evidence
        verify_inclusion(
            index=evidence.index,
            size=checkpoint.size,
            leaf=leaf_hash(evidence.commitment),
            proof=evidence.proof,
            root_hash=checkpoint.root,
        )
        self._included = True
        self._meaning |= {"index": evidence.index, "commitment": encode(evidence.commitment)}
        return why.INCLUDED.because(index=evidence.index)

    def _opening(self) -> Reason:
        opening = self._evidence.opening
        if opening is None:
            return why.CLOSED.because()
        if commit(opening.salt, opening.kind, opening.body) != self._evidence.commitment:
            raise InputError(why.OPENING_DIFFERS.because())
        self._leaf = opening
        self._meaning |= {"kind": opening.kind, "body": dict(opening.body)}
        stated = {name: opening.body.get(name) for name in ("env_id", "lane", "epoch", "seq")}
        shown = {name: value for name, value in stated.items() if isinstance(value, str | int)}
        if opening.kind not in KNOWN or len(shown) != len(stated):
            return why.OPENED_OTHER.because(kind=opening.kind[:40])
        return why.OPENED.because(kind=opening.kind, **shown)

    def _envelope(self) -> Reason:
        frame = read_frame(ENVELOPE_MAGIC, self._evidence.head or b"", MAX_HEADER_BYTES)
        header, value = read_header(frame.statement)
        if frame.rest or header.type in STATEMENT_TYPES:
            raise InputError(why.EVIDENCE.because(found="something else than the head of an envelope"))
        require_suite(header.suite)
        leaf, sides = self._logged()
        stated: dict[str, Json] = {**_place(header), "env_hash": hashlib.sha256(frame.head).hexdigest()}
        if leaf.kind == SENT:
            stated |= {"type": header.type, "policy": header.policy}
        _require_leaf(leaf, stated)
        sides.require(header.sender, header.recipient, from_owner=leaf.kind != ISSUED)
        _verify_pair(self._anchors, header.sender, header, frame)
        # Where an envelope stands in the log of its sender is known from that log alone.
        logged = sides.start + self._evidence.index if leaf.kind == SENT else None
        sides.require_living(self._anchors, header.sender, header.sig_keys, logged)
        self._meaning["envelope"] = dict(value)
        return why.ENVELOPE_SIGNED.because(
            sender=str(header.sender),
            recipient=str(header.recipient),
            type=header.type,
            label=header.label or "-",
            created=format_rfc3339(header.created),
        )

    def _receipt(self) -> Reason:
        raw = self._evidence.receipt or b""
        signed = read_receipt(raw)
        receipt = signed.receipt
        require_suite(receipt.suite)
        leaf, sides = self._logged()
        stated: dict[str, Json] = {**_place(receipt), "env_hash": receipt.env_hash}
        if leaf.kind != SENT:
            stated |= {"receipt_hash": signed.hash, "status": receipt.status}
        if leaf.kind == HELD:
            stated["log_index"] = receipt.log_index
        _require_leaf(leaf, stated)
        if leaf.kind == ISSUED and receipt.log_index != sides.start + self._evidence.index:
            raise InputError(why.NOT_THE_LEAF.because(member="log_index"))
        sides.require(receipt.by, receipt.to, from_owner=leaf.kind == ISSUED)
        _verify_pair(self._anchors, receipt.by, receipt, read_frame(RECEIPT_MAGIC, raw, MAX_HEADER_BYTES))
        logged = sides.start + self._evidence.index if leaf.kind == ISSUED else None
        sides.require_living(self._anchors, receipt.by, receipt.sig_keys, logged)
        self._meaning["receipt"] = loads(signed.statement)
        return why.RECEIPT_SIGNED.because(by=str(receipt.by), status=receipt.status, at=format_rfc3339(receipt.at))

    def _known(self) -> tuple[Checkpoint, _Sides]:
        if self._checkpoint is None or self._sides is None:
            raise InputError(why.NOTHING_SIGNED.because())
        return self._checkpoint, self._sides

    def _logged(self) -> tuple[Opening, _Sides]:
        """Return the leaf once it is known to stand in the log, and whose log it is."""
        if self._leaf is None or self._sides is None or not self._included or self._leaf.kind not in KNOWN:
            raise InputError(why.NOTHING_LOGGED.because())
        return self._leaf, self._sides


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Whose log it is and with whom it is kept, as far as the anchors given say.

    Attributes:
        owners: anchors of the node whose log it is, of whatever version.
        witnesses: anchors of nodes of the partner.
        start: leaves of the log before the period that the checkpoint is of.
    """

    owners: tuple[Anchor, ...]
    witnesses: tuple[Anchor, ...]
    start: int

    @property
    def owner(self) -> NodeName:
        return self.owners[0].name

    @property
    def partner(self) -> ParticipantId:
        return self.witnesses[0].name.participant

    def living(self, signed: list[_Signed], size: int) -> list[_Signed]:
        """Return the lines whose keys still counted for a tree of that size; a revoked one counts up to its place.

        Source: docs/spec/trust.md clause 5.2.
        """
        whole, anchors = self.start + size, (*self.owners, *self.witnesses)
        kept: list[_Signed] = []
        for each in signed:
            dead_from = _dead_from(anchors, each.anchor.name, each.key.id, self._reader_of(each.anchor.name))
            if dead_from is None or whole <= dead_from:
                kept.append(each)
        if not kept:
            dead = signed[0].key.id
            raise InputError(why.KEY_DEAD.because(node=str(signed[0].anchor.name), key=dead))
        return kept

    def require_living(
        self, anchors: Sequence[Anchor], author: NodeName, keys: Sequence[str], logged: int | None
    ) -> None:
        """Refuse what a revoked key signed, unless its leaf is known to stand before the place where it died."""
        for key in keys:
            dead_from = _dead_from(anchors, author, key, self._reader_of(author))
            if dead_from is not None and (logged is None or logged >= dead_from):
                raise InputError(why.KEY_DEAD.because(node=str(author), key=key))

    def _reader_of(self, author: NodeName) -> str:
        return self.partner if author == self.owner else self.owner.participant

    def require(self, author: NodeName, reader: NodeName, *, from_owner: bool) -> None:
        """Refuse a statement that did not go from the one side to the other."""
        ours, theirs = (author, reader) if from_owner else (reader, author)
        if ours != self.owner or theirs.participant != self.partner:
            raise InputError(why.NOT_THE_LEAF.because(member="from"))


def _sides_of(name: str, anchors: Sequence[Anchor]) -> _Sides:
    owners: dict[Anchor, None] = {}
    witnesses: dict[Anchor, None] = {}
    start = 0
    for owner, witness in product(anchors, repeat=2):
        log = pair_log(witness.name.participant)
        period = period_named(name, origin(str(owner.name), log), log)
        if period is not None and owner.name.participant != witness.name.participant:
            owners[owner], witnesses[witness] = None, None
            start = period.start
    if not owners:
        raise InputError(why.NO_ANCHORS.because(origin=name[:120]))
    return _Sides(owners=tuple(owners), witnesses=tuple(witnesses), start=start)


def _dead_from(anchors: Sequence[Anchor], node: NodeName, key: str, reader: str) -> int | None:
    """Return from which leaf on a key is dead by any anchor of its node; None where none says so."""
    places = [each.dead_from(key, reader) for each in anchors if each.name == node]
    return min((each for each in places if each is not None), default=None)


def _place(stated: Header | Receipt) -> dict[str, Json]:
    return {"env_id": stated.env_id, "lane": stated.lane, "epoch": stated.epoch, "seq": stated.seq}


def _require_leaf(leaf: Opening, stated: Mapping[str, Json]) -> None:
    for member, value in stated.items():
        stands = leaf.body.get(member)
        # Python holds 1 and True for equal; the wire does not.
        if type(stands) is not type(value) or stands != value:
            raise InputError(why.NOT_THE_LEAF.because(member=member))


def _verify_pair(anchors: Sequence[Anchor], author: NodeName, stated: Header | Receipt, frame: Frame) -> None:
    """Verify both signatures under the anchor of the author that has the keys, valid when it says it signed."""
    known = [anchor for anchor in anchors if anchor.name == author]
    if not known:
        raise InputError(why.NO_ANCHOR_OF.because(node=str(author)))
    at, statement_type = (stated.created, stated.type) if isinstance(stated, Header) else (stated.at, RECEIPT_TYPE)
    fit = [anchor for anchor in known if {key.id for key in anchor.keys} >= set(stated.sig_keys)]
    pair = (fit or known)[0].pair(stated.sig_keys, Purpose.ENVELOPE, at)
    verify(statement_type, frame.statement, frame.signatures, pair, Purpose.ENVELOPE)


def _check(name: str, claim: Callable[[], Reason]) -> Check:
    try:
        return Check(name=name, holds=True, reason=claim())
    except (InputError, PeerError) as error:
        return Check(name=name, holds=False, reason=error.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """A line of a note that verifies: whose key it is by."""

    anchor: Anchor
    key: PublicKey
    line: SignatureLine


def _signed_by(note: Note, anchors: Sequence[Anchor], purpose: Purpose) -> list[_Signed]:
    """Return the lines of a note by keys of these anchors, whatever their age: what is proved may be old.

    One that names such a key and does not verify spoils the note (C2SP signed-note, Signatures).
    """
    found = [
        _Signed(anchor=anchor, key=key, line=verify_note(replace(note, lines=(line,)), named))
        for anchor in anchors
        for key in anchor.keys
        if key.purpose is purpose and key.algorithm in _KINDS[purpose]
        for named in (_named(anchor, key, note),)
        for line in note.lines
        if (line.name, line.key_id) == (named.name, named.id)
    ]
    if not found:
        raise InputError(why.NOT_SIGNED.because(node=str(anchors[0].name)))
    return found


def _named(anchor: Anchor, key: PublicKey, note: Note) -> VerifierKey:
    """Return a key under the name by which it signs: a log under its origin, a witness under its own name."""
    witness = key.purpose is Purpose.WITNESS
    name = witness_name(str(anchor.name)) if witness else parse_checkpoint(note.text).origin
    return make_key(name, _KINDS[key.purpose][key.algorithm], key.raw)


def _moment(signed: _Signed) -> datetime:
    """Return when a cosignature was made; one of no moment there is counts as one that does not verify."""
    stamp = cosigned_at(signed.line)
    if stamp > _LAST_STAMP:
        raise InputError(why.KEY_TIME.because(node=str(signed.anchor.name), at=str(stamp)))
    return datetime.fromtimestamp(stamp, UTC)


def _has_second_key(anchors: Iterable[Anchor], at: datetime) -> bool:
    """Whether one of the anchors has a witness key of ML-DSA-44 that was valid at `at`."""
    return any(
        key.purpose is Purpose.WITNESS and key.algorithm is Algorithm.ML_DSA_44 and _is_valid(key, at)
        for anchor in anchors
        for key in anchor.keys
    )


def _is_valid(key: PublicKey, at: datetime) -> bool:
    return key.not_before <= at <= key.not_after
