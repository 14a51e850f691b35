# SPDX-License-Identifier: MIT
"""Makes evidence of many shapes: of real nodes, and of logs whose keys, letters or anchors are unusual or wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA65PrivateKey

import making_trust as trust
from making_channel import GBR, JPN, NOW, Party, letter, party
from making_evidence import (
    AT,
    HELD,
    ISSUED,
    SENT,
    Case,
    case,
    checkpoint,
    cosigned_line,
    evidence,
    head,
    unsigned_receipt,
)
from making_ledger import cosigned, joined, send, sent_ids
from making_nodes import anchor_file
from tasuki.core.channel.model import START, STATEMENT_TYPES
from tasuki.core.channel.sending import address, close
from tasuki.core.ledger.evidence import Opening, write_evidence
from tasuki.core.ledger.model import witness_name
from tasuki.core.partners.identity import read_identity
from tasuki.formats.envelope.anchor import Anchor, anchor_statement, write_anchor
from tasuki.formats.envelope.envelope import read_envelope, write_envelope
from tasuki.formats.envelope.header import write_header
from tasuki.formats.envelope.receipt import STATEMENT_TYPE, read_receipt, receipt_statement, write_receipt
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose
from tasuki.formats.suites.signatures import Signatures, context, signing_input
from tasuki.formats.tlog.cosignature import cosigned_message, cosigned_message_v2
from tasuki.formats.tlog.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    ED25519,
    Note,
    SignatureLine,
    make_key,
    parse_note,
)
from tasuki.formats.trust.file import write_parts
from tasuki.services import ledger

OTHER_GBR, OTHER_JPN = party("GBR/gbr-1", 2), party("JPN/jpn-1", 2)
"""The same names with other keys: another version after every key was changed, or somebody else who claims the name."""

WHOLE = party("JPN/jpn-1", without=None)
"""Japan's node as this release makes it: the same keys, and one of ML-DSA-44 to witness with."""

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
    statement = receipt_statement(replace(unsigned_receipt(raw, JPN, 2), **changes))
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


def of_two_witness_keys() -> Iterator[Shape]:
    """Make evidence whose witness has keys of two algorithms, and signed with both, with one, or wrongly."""
    made = case()
    whole = parse_note(checkpoint(made))
    log, first = whole.lines
    second = second_line(whole.text)
    anchors = signed(GBR), signed(WHOLE)
    later = fingered(WHOLE, Purpose.WITNESS, timedelta(days=1), AGE)
    for name, lines, known in (
        ("both", (log, first, second), anchors),
        ("both, the other way round", (log, second, first), anchors),
        ("the first alone", (log, first), anchors),
        ("the second alone", (log, second), anchors),
        ("both, nobody asked for the second", (log, first, second), BOTH),
        ("the first alone, and an anchor of before", (log, first), (*anchors, BOTH[1])),
        ("the second broken", (log, first, broken(second)), anchors),
        ("the second broken as well", (log, first, second, broken(second)), anchors),
        ("the second of another size", (log, first, second_line(whole.text.replace("11", "12"))), anchors),
        ("the second of another name", (log, first, second_line(whole.text, "tasuki/JPN/jpn-2/witness")), anchors),
        ("the second of a time without keys", (log, first, second_line(whole.text, days=4000)), anchors),
        ("the second earlier", (log, first, second_line(whole.text, days=-1)), anchors),
        ("the first later than the second key", (log, first, second), (anchors[0], later)),
    ):
        raw = write_evidence(evidence(made, HELD, checkpoint=Note(text=whole.text, lines=lines).raw))
        yield Shape(name=f"two witness keys: {name}", raw=raw, anchors=known)


def broken(line: SignatureLine) -> SignatureLine:
    """Return a line with one bit of its signature turned."""
    return replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))


def second_line(text: str, name: str = "tasuki/JPN/jpn-1/witness", days: int = 0) -> SignatureLine:
    """Return a cosignature of Japan's node with its ML-DSA-44 key."""
    key = MLDSA44PrivateKey.from_seed_bytes(secret(WHOLE, Purpose.WITNESS, Algorithm.ML_DSA_44))
    note_key = make_key("tasuki/JPN/jpn-1/witness", COSIGNATURE_MLDSA44, key.public_key().public_bytes_raw())
    stamp = int((AT + timedelta(days=days)).timestamp())
    signature = stamp.to_bytes(8, "big") + key.sign(cosigned_message_v2(text, stamp, name))
    return SignatureLine(name=note_key.name, key_id=note_key.id, signature=signature)


def of_later_periods() -> Iterator[Shape]:
    """Make evidence of periods of a log: what a receipt promised counts over all of them."""
    key = Ed25519PrivateKey.from_private_bytes(secret(GBR, Purpose.LOG, Algorithm.ED25519))
    raw = key.public_key().public_bytes_raw()
    for suffix, start in (
        ("/2027/18204", 18204),
        ("/2027/18204", 0),
        ("/0000/1", 1),
        ("/2027/0", 0),
        ("/2027/01", 1),
        ("/2027", 0),
        ("/27/5", 5),
        ("/2027/9007199254740991", 9007199254740991),
        ("/2027/9007199254740992", 0),
        ("/2027/99999999999999999", 0),
    ):
        made = about(envelope(), log_index=start + ISSUED if start + ISSUED < 2**53 else 0, by=JPN.anchor.name)
        for number in made.attached:
            text = parse_note(checkpoint(made)).text.replace("pair/JPN\n", f"pair/JPN{suffix}\n", 1)
            named = make_key(text.split("\n", 1)[0], ED25519, raw)
            lines = (
                SignatureLine(name=named.name, key_id=named.id, signature=key.sign(text.encode())),
                cosigned_by_hand(text, JPN, int(AT.timestamp())),
            )
            proof = write_evidence(evidence(made, number, checkpoint=Note(text=text, lines=lines).raw))
            yield Shape(name=f"period {suffix} {start} leaf {number}", raw=proof, anchors=BOTH)


def issued_in_a_period() -> Iterator[Shape]:
    """Make evidence of a receipt of the log's own node, in a later period of its log."""
    made = case()
    raw = case_receipt(made, 18204 + ISSUED)
    key = Ed25519PrivateKey.from_private_bytes(secret(GBR, Purpose.LOG, Algorithm.ED25519))
    leaf = made.leaves[ISSUED]
    body = {**leaf.body, "receipt_hash": hashlib.sha256(raw).hexdigest()}
    leaves = list(made.leaves)
    leaves[ISSUED] = replace(leaf, body=body)
    moved = Case(leaves=tuple(leaves), attached={ISSUED: (None, raw)})
    for suffix in ("", "/2027/18204", "/2027/18205"):
        text = parse_note(checkpoint(moved)).text.replace("pair/JPN\n", f"pair/JPN{suffix}\n", 1)
        named = make_key(text.split("\n", 1)[0], ED25519, key.public_key().public_bytes_raw())
        lines = (
            SignatureLine(name=named.name, key_id=named.id, signature=key.sign(text.encode())),
            cosigned_by_hand(text, JPN, int(AT.timestamp())),
        )
        proof = write_evidence(evidence(moved, ISSUED, checkpoint=Note(text=text, lines=lines).raw))
        yield Shape(name=f"a receipt given in the period '{suffix}'", raw=proof, anchors=BOTH)


def case_receipt(made: Case, index: int) -> bytes:
    """Return the receipt of a made log for what came in, promising another place."""
    read = read_receipt(made.attached[ISSUED][1] or b"")
    statement = receipt_statement(replace(read.receipt, log_index=index))
    return write_receipt(statement, by_hand(GBR, STATEMENT_TYPE, statement))


def trust_file(of: Party, *, rotated: bool = False, former: Party | None = None, **wrong: object) -> bytes:
    """Return the trust file of a party: perhaps with two roots, keys it had before, or something wrong with it."""
    node = of.anchor.name
    first = trust.root(head=trust.head("root", 1, node))
    roots = [trust.signed_root(first)]
    if rotated:
        people = trust.roles(trust.ANNA, trust.DAN, trust.EMI) | {"keys": trust.role(trust.CHIE)}
        second = trust.root(head=trust.head("root", 2, node), roles=people)
        by = wrong.get("second_by", (trust.ANNA, trust.BEN, trust.DAN))
        roots.append(trust.signed_root(second, *by))
    statements = []
    if former is not None:
        old = trust.keys(head=trust.head("keys", 1, node), keys=node_keys(former))
        statements.append(trust.signed_keys(old, *wrong.get("old_by", (trust.OFFICE,))))
    newest = trust.keys(
        head=trust.head("keys", wrong.get("version", 2), node),
        keys=node_keys(of),
        beside=wrong.get("beside", {"root": len(roots), "peers": 0}),
    )
    by = wrong.get("keys_by", (trust.CHIE if rotated else trust.OFFICE,))
    statements.append(trust.signed_keys(newest, *by))
    return write_parts(trust.parts(wrong.get("roots", roots), statements)) + wrong.get("behind", b"")


def node_keys(of: Party) -> tuple[PublicKey, ...]:
    """Return the keys of a party that stand in its statement of keys."""
    return tuple(key for key in of.anchor.keys if key.purpose is not Purpose.ROOT)


def trust_files() -> dict[str, bytes]:
    """Return trust files, good and wrong: both sides have to take the same ones, and read the same keys in them."""
    good = trust_file(GBR)
    return {
        "one root": good,
        "two roots": trust_file(GBR, rotated=True),
        "older keys": trust_file(GBR, former=OTHER_GBR),
        "older keys under an older root": trust_file(GBR, rotated=True, former=OTHER_GBR),
        "a second witness key": trust_file(WHOLE),
        "older keys signed by nobody who may": trust_file(GBR, former=OTHER_GBR, old_by=(trust.BEN,)),
        "older keys signed by whom a later root names": trust_file(
            GBR, rotated=True, former=OTHER_GBR, old_by=(trust.CHIE,)
        ),
        "newest keys signed by whom an older root named": trust_file(GBR, rotated=True, keys_by=(trust.OFFICE,)),
        "newest keys signed by nobody": trust_file(GBR, keys_by=(trust.ANNA,)),
        "a second root signed by one of the old": trust_file(GBR, rotated=True, second_by=(trust.ANNA, trust.DAN)),
        "a second root signed by the old alone": trust_file(GBR, rotated=True, second_by=(trust.ANNA, trust.BEN)),
        "a version that falls": trust_file(GBR, former=OTHER_GBR, version=1),
        "a root that is not there": trust_file(GBR, beside={"root": 2, "peers": 0}),
        "peers that are not there": trust_file(GBR, beside={"root": 1, "peers": 1}),
        "no root": trust_file(GBR, roots=[]),
        "bytes behind": trust_file(GBR, behind=b"\0"),
        "an opening of nothing behind": trust_file(GBR, behind=b"TASUKIO\x01\0\0\0\2{}"),
        "cut short": good[:-1],
        "a bit of a signature": good[:-1] + bytes([good[-1] ^ 1]),
        "nothing": b"",
        "twice": good + good,
        "of two nodes": good + trust_file(JPN),
    }


def of_trust_files() -> Iterator[Shape]:
    """Make evidence to be checked under trust files, also where the keys that count are of before."""
    made = case()
    for name, anchors in (
        ("both", (trust_file(GBR), trust_file(JPN))),
        ("one, and an anchor", (trust_file(GBR), BOTH[1])),
        ("rotated roots", (trust_file(GBR, rotated=True), trust_file(JPN, rotated=True))),
        ("keys of before", (trust_file(OTHER_GBR, former=GBR), trust_file(OTHER_JPN, former=JPN, rotated=True))),
        ("other keys", (trust_file(OTHER_GBR), trust_file(OTHER_JPN))),
    ):
        for number in made.attached:
            yield Shape(
                name=f"leaf {number}, trust files: {name}", raw=write_evidence(evidence(made, number)), anchors=anchors
            )


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
    """Return anchors as the product reads them, with those of before."""
    return [anchor for raw in anchors for anchor in read_identity(raw, "").past]
