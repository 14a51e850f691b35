# SPDX-License-Identifier: MIT
"""Makes evidence of many shapes: of real nodes, and of logs whose keys, letters or anchors are unusual or wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from making_channel import GBR, JPN, NOW, Party, letter, party
from making_evidence import AT, HELD, ISSUED, SENT, Case, case, checkpoint, cosigned_line, evidence, head
from making_ledger import cosigned, joined, send, sent_ids
from making_nodes import anchor_file
from tasuki.core.channel.model import START, STATEMENT_TYPES
from tasuki.core.channel.sending import address, close
from tasuki.core.ledger.evidence import Opening, write_evidence
from tasuki.core.ledger.model import witness_name
from tasuki.formats.envelope.anchor import Anchor, anchor_statement, read_anchor, write_anchor
from tasuki.formats.envelope.envelope import read_envelope, write_envelope
from tasuki.formats.envelope.header import write_header
from tasuki.formats.envelope.receipt import STATEMENT_TYPE, Receipt, receipt_statement, write_receipt
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.suites.signatures import Signatures, context, signing_input
from tasuki.formats.tlog.cosignature import cosigned_message
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, Note, SignatureLine, make_key, parse_note
from tasuki.services import ledger

OTHER_GBR, OTHER_JPN = party("GBR/gbr-1", 2), party("JPN/jpn-1", 2)
"""The same names with other keys: another version after every key was changed, or somebody else who claims the name."""

SEEDS = {id(each): 1 for each in (GBR, JPN)} | {id(each): 2 for each in (OTHER_GBR, OTHER_JPN)}
SECOND = party("JPN/jpn-2")
THIRD = party("FRA/fra-1")


@dataclass(frozen=True)
class Shape:
    """An evidence file and the anchors it is made for."""

    name: str
    raw: bytes
    anchors: tuple[bytes, ...]


def signed(of: Party, **changes: object) -> bytes:
    """Return the anchor file of a party, changed before its root signs it."""
    anchor = replace(of.anchor, **changes)
    statement = anchor_statement(anchor)
    return write_anchor(statement, of.signer.sign_anchor(statement))


def fingered(of: Party, purpose: Purpose, start: timedelta, end: timedelta) -> bytes:
    """Return the anchor file of a party whose keys of one purpose are valid from `start` to `end` around NOW."""
    keys = tuple(
        replace(key, not_before=NOW + start, not_after=NOW + end) if key.purpose is purpose else key
        for key in of.anchor.keys
    )
    return signed(of, keys=keys)


def secret(of: Party, purpose: Purpose, algorithm: Algorithm) -> bytes:
    """Return a secret key as `making_channel.party` draws it: a signer would not sign what this module has to make."""
    seed = SEEDS.get(id(of), 1)
    return hashlib.shake_256(f"{of.anchor.name} {seed} {purpose} {algorithm}".encode()).digest(32)


def by_hand(of: Party, kind: str, statement: bytes) -> Signatures:
    """Sign a statement of any type, whoever it says has made it."""
    message = signing_input(kind, statement)
    ed25519 = Ed25519PrivateKey.from_private_bytes(secret(of, Purpose.ENVELOPE, Algorithm.ED25519))
    ml_dsa = MLDSA65PrivateKey.from_seed_bytes(secret(of, Purpose.ENVELOPE, Algorithm.ML_DSA_65))
    return Signatures(ed25519=ed25519.sign(message), ml_dsa_65=ml_dsa.sign(message, context(kind)))


def envelope(sender: Party = GBR, **changes: object) -> bytes:
    """Return an envelope with any header, and nothing readable inside."""
    header = replace(close(address(letter(), START, sender.anchor, JPN.anchor, NOW), b"sealed"), **changes)
    statement = write_header(header)
    return write_envelope(statement, by_hand(sender, header.type, statement), b"sealed")


def answer_to(raw: bytes, **changes: object) -> bytes:
    """Return a receipt of Japan's node for an envelope, changed before it is signed."""
    read = read_envelope(raw)
    header = read.header
    made = Receipt(
        by=JPN.anchor.name,
        to=header.sender,
        env_id=header.env_id,
        env_hash=read.hash,
        lane=header.lane,
        epoch=header.epoch,
        seq=header.seq,
        contiguous=header.seq,
        status="stored",
        reason=None,
        params={},
        log_index=2,
        at=NOW + timedelta(seconds=1),
        suite=1,
        sig_keys=JPN.anchor.current_pair(Purpose.ENVELOPE, NOW).ids,
    )
    statement = receipt_statement(replace(made, **changes))
    return write_receipt(statement, by_hand(JPN, STATEMENT_TYPE, statement))


def cosigned_by_hand(text: str, of: Party, stamp: int) -> SignatureLine:
    """Return the cosignature of a node that may be the log's own, at any second."""
    key = Ed25519PrivateKey.from_private_bytes(secret(of, Purpose.WITNESS, Algorithm.ED25519))
    note_key = make_key(witness_name(str(of.anchor.name)), COSIGNATURE_ED25519, key.public_key().public_bytes_raw())
    signature = stamp.to_bytes(8, "big") + key.sign(cosigned_message(text, stamp))
    return SignatureLine(name=note_key.name, key_id=note_key.id, signature=signature)


BOTH = signed(GBR), signed(JPN)
AGE = timedelta(days=30)
ANCHORS: dict[str, tuple[bytes, ...]] = {
    "both": BOTH,
    "both, the other way round": BOTH[::-1],
    "with later versions that have other keys": (*BOTH, signed(OTHER_GBR, version=2), signed(OTHER_JPN, version=2)),
    "later versions alone": (signed(OTHER_GBR, version=2), signed(OTHER_JPN, version=2)),
    "one alone": BOTH[:1],
    "the partner alone": BOTH[1:],
    "with a second node of the partner": (*BOTH, signed(SECOND)),
    "a second node in place of the partner's": (BOTH[0], signed(SECOND)),
    "a third in place of the partner": (BOTH[0], signed(THIRD)),
    "an expired anchor": (signed(GBR, expires=NOW), BOTH[1]),
    **{
        f"{purpose} keys of {who} {when}": tuple(
            fingered(of, purpose, start, end) if of.anchor.name.participant == who else signed(of) for of in (GBR, JPN)
        )
        for purpose in (Purpose.LOG, Purpose.WITNESS, Purpose.ENVELOPE)
        for who in ("GBR", "JPN")
        for when, start, end in (
            ("that ended before", -AGE, -timedelta(days=1)),
            ("that began after", timedelta(days=1), AGE),
            ("valid at that moment alone", timedelta(0), timedelta(minutes=1)),
        )
    },
}


def of_real_nodes(folder: Path) -> Iterator[Shape]:
    """Make evidence of everything that two whole nodes exchanged, both ways, opened and closed."""
    with joined(folder) as (gbr, jpn):
        send(gbr, "JPN", 5)
        send(jpn, "GBR", 3)
        cosigned(gbr, jpn)
        send(gbr, "JPN", 2)
        cosigned(gbr, jpn)
        anchors = anchor_file(gbr), anchor_file(jpn)
        for node, partner, ids in (
            (gbr, "JPN", sent_ids(gbr) + sent_ids(jpn)),
            (jpn, "GBR", sent_ids(jpn) + sent_ids(gbr)),
        ):
            for number, env_id in enumerate(ids):
                for opened in (True, False):
                    raw = ledger.export_evidence(node, partner, env_id, opened=opened).body
                    name = f"{node.me} envelope {number} {'opened' if opened else 'closed'}"
                    yield Shape(name=name, raw=raw, anchors=anchors)


def of_made_logs() -> Iterator[Shape]:
    """Make evidence of logs written by hand, where what no node of ours would do can be done."""
    made = case()
    for number in (0, SENT, HELD, ISSUED):
        for opened in (True, False):
            raw = write_evidence(evidence(made, number, opened=opened))
            for name, anchors in ANCHORS.items():
                yield Shape(name=f"leaf {number} opened={opened}, anchors: {name}", raw=raw, anchors=anchors)
    for name, strange in (*_strange_letters(), *_strange_leaves(made)):
        for number in strange.attached:
            yield Shape(name=f"{name} {number}", raw=write_evidence(evidence(strange, number)), anchors=BOTH)
    for name, note in _strange_checkpoints(made):
        raw = write_evidence(evidence(made, SENT, checkpoint=note))
        yield Shape(name=name, raw=raw, anchors=(*BOTH, signed(SECOND), signed(OTHER_JPN)))


def _strange_letters() -> Iterator[tuple[str, Case]]:
    """Yield logs about letters that are signed well, and say something that matters."""
    old = {"created": NOW - timedelta(days=400)}
    for name, changes in (
        ("another suite", {"suite": 2}),
        ("the next version", {"version": 2}),
        *((f"the type {kind} of another statement", {"type": kind}) for kind in sorted(STATEMENT_TYPES)),
        ("an unknown type", {"type": "something-later"}),
        ("critical members", {"crit": ("min_suite", "something")}),
        ("no label", {"label": None}),
        ("made when no key was valid", old),
        ("to a second node", {"recipient": SECOND.anchor.name}),
        ("to a third", {"recipient": THIRD.anchor.name}),
        ("to itself", {"recipient": GBR.anchor.name}),
        ("keys the other way round", {"sig_keys": GBR.anchor.current_pair(Purpose.ENVELOPE, NOW).ids[::-1]}),
    ):
        yield f"an envelope with {name}", about(envelope(**changes))
    for name, changes in (
        ("refused", {"status": "refused", "reason": "channel.expired", "params": {"a": 1, "b": "c"}}),
        ("with a number and a truth among its params", {"params": {"a": 2**53 - 1, "b": True}}),
        ("another suite", {"suite": 2}),
        ("of the future", {"at": NOW + timedelta(days=4000)}),
        ("another place", {"log_index": 7}),
        ("another lane", {"lane": "exercise"}),
        ("by another node", {"by": SECOND.anchor.name}),
        ("to another node", {"to": SECOND.anchor.name}),
    ):
        yield f"a receipt {name}", about(envelope(), **changes)
    yield "an envelope of somebody else", about(envelope(OTHER_GBR))


def about(raw: bytes, **changes: object) -> Case:
    """Return a log of the usual size whose leaves speak of one envelope and its receipt, whatever they say."""
    made = case()
    answer = answer_to(raw, **changes)
    header = read_envelope(raw).header
    said = {"status": "stored", "log_index": 2, **changes}
    place = {
        "env_id": header.env_id,
        "env_hash": read_envelope(raw).hash,
        "lane": header.lane,
        "epoch": header.epoch,
        "seq": header.seq,
    }
    status = {"status": said["status"], "receipt_hash": hashlib.sha256(answer).hexdigest()}
    leaves = list(made.leaves)
    bodies = {
        SENT: ("envelope-sent", {**place, "type": header.type, "policy": header.policy}),
        HELD: ("receipt-held", {**place, **status, "log_index": said["log_index"]}),
        ISSUED: ("receipt-issued", {**place, **status}),
    }
    for number, (kind, body) in bodies.items():
        leaves[number] = Opening(salt=leaves[number].salt, kind=kind, body=body)
    return Case(leaves=tuple(leaves), attached=dict.fromkeys(bodies, (head(raw), answer)))


def _strange_leaves(made: Case) -> Iterator[tuple[str, Case]]:
    """Yield logs whose leaves say less, more or otherwise than letters do."""
    for name, change in (
        ("with a member nobody knows", lambda body: {**body, "note": [1.5, 1e21, 1e-7, "é\u2028"]}),
        ("with a truth for a number", lambda body: {**body, "seq": True}),
        ("with a fraction", lambda body: {**body, "seq": 1.5}),
        ("without its lane", lambda body: {key: value for key, value in body.items() if key != "lane"}),
        ("without hashes", lambda body: {key: value for key, value in body.items() if not key.endswith("_hash")}),
        ("without anything", lambda _: {}),
    ):
        leaves = tuple(replace(leaf, body=change(dict(leaf.body))) for leaf in made.leaves)
        yield f"leaves {name}", replace(made, leaves=leaves)
    kinds = ("envelope-sent", "receipt-held", "receipt-issued", "something-later")
    for kind in kinds:
        leaves = tuple(replace(leaf, kind=kind) for leaf in made.leaves)
        yield f"leaves all called {kind}", replace(made, leaves=leaves)


def _strange_checkpoints(made: Case) -> Iterator[tuple[str, bytes]]:
    """Yield checkpoints with other lines than the two that belong there."""
    whole = parse_note(checkpoint(made))
    log, witness = whole.lines
    later = cosigned_line(whole.text, JPN, AT + timedelta(days=400))
    other = cosigned_line(whole.text, SECOND)
    broken = replace(witness, signature=witness.signature[:-1] + bytes([witness.signature[-1] ^ 1]))
    wrong = replace(log, signature=log.signature[:-1] + bytes([log.signature[-1] ^ 1]))
    stranger = replace(log, name="example.org/somebody", key_id=b"abcd")
    past = cosigned_line(whole.text, JPN, NOW - timedelta(days=9000))
    for name, lines in (
        ("the witness first", (witness, log)),
        ("a stranger's line as well", (log, stranger, witness)),
        ("the same cosignature twice", (log, witness, witness)),
        ("the same signature twice", (log, log, witness)),
        ("a broken cosignature as well, behind", (log, witness, broken)),
        ("a broken cosignature as well, before", (log, broken, witness)),
        ("a broken signature as well, behind", (log, witness, wrong)),
        ("a broken signature as well, before", (wrong, log, witness)),
        ("a cosignature of a time without keys as well, behind", (log, witness, later)),
        ("a cosignature of a time without keys as well, before", (log, later, witness)),
        ("a cosignature of long ago as well", (log, past, witness)),
        ("a cosignature of a time without keys alone", (log, later)),
        ("two witnesses", (log, witness, other)),
        ("two witnesses, the other first", (log, other, witness)),
        ("the second node alone", (log, other)),
        ("somebody with the partner's name alone", (log, cosigned_line(whole.text, OTHER_JPN))),
        ("somebody with the partner's name first", (log, cosigned_line(whole.text, OTHER_JPN), witness)),
        ("the log's own cosignature", (log, cosigned_by_hand(whole.text, GBR, int(AT.timestamp())))),
        ("a cosignature of 1970", (log, cosigned_by_hand(whole.text, JPN, 0))),
        ("a cosignature of no moment there is", (log, cosigned_by_hand(whole.text, JPN, 2**64 - 1))),
        ("a cosignature of no moment there is as well", (log, cosigned_by_hand(whole.text, JPN, 2**63), witness)),
        ("100 lines", (log, witness, *[stranger] * 98)),
        ("101 lines", (log, witness, *[stranger] * 99)),
        ("a short signature", (replace(log, signature=b""), witness)),
    ):
        yield f"a checkpoint with {name}", Note(text=whole.text, lines=lines).raw


def anchor_values(anchors: tuple[bytes, ...]) -> list[Anchor]:
    """Return anchors as the product reads them."""
    return [read_anchor(raw).anchor for raw in anchors]
