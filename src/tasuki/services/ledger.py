# SPDX-License-Identifier: MIT
"""The logs at work: sign what was logged, have the partner mirror and cosign it, cosign the partner's, compare both."""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
import sqlalchemy as sa
import structlog

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, PeerError, TasukiError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.evidence import Evidence, write_evidence
from tasuki.core.ledger.model import AUDIT, SALT_BYTES, Leaf, hash_of, origin, pair_log
from tasuki.core.ledger.witness import judge, write_request
from tasuki.core.release.released import Released, release_document, release_notice, release_protocol
from tasuki.core.release.rules import of_the_node
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.cosignature import cosigned_message
from tasuki.formats.tlog.note import (
    COSIGNATURE_ED25519,
    ED25519,
    Note,
    SignatureLine,
    VerifierKey,
    make_key,
    parse_note,
    verify_note,
)
from tasuki.services.channel import partner_anchor, trusted
from tasuki.services.node import Node
from tasuki.services.signals import ARRIVED, SEALED
from tasuki.store import channel as channel_store
from tasuki.store import ledger as store

_LOG = structlog.get_logger("tasuki.ledger")

ADD_CHECKPOINT: Final = "/exchange/v1/add-checkpoint"
MIRROR: Final = "/exchange/v1/mirror"
CADENCE_S: Final = 1.0
"""At most one checkpoint a second and log: leaves of one second share a signature and a cosignature."""

_MIRROR_PART: Final = 500


def audit(node: Node, connection: sa.Connection, kind: str, detail: Mapping[str, Json]) -> None:
    """Add an entry to the private audit log, in the transaction of the act it records."""
    store.append(connection, AUDIT, kind, detail, node.clock.now(), node.entropy.draw(SALT_BYTES))


def log_key(anchor: Anchor, log: str, node: Node) -> VerifierKey:
    """Return the key under which a node signs the checkpoints of one of its logs."""
    key = anchor.current(Purpose.LOG, Algorithm.ED25519, node.clock.now())
    return make_key(origin(str(anchor.name), log), ED25519, key.raw)


def witness_key(anchor: Anchor, node: Node) -> VerifierKey:
    """Return the key under which a node cosigns other nodes' logs."""
    key = anchor.current(Purpose.WITNESS, Algorithm.ED25519, node.clock.now())
    return make_key(f"tasuki/{anchor.name}/witness", COSIGNATURE_ED25519, key.raw)


def checkpoint(node: Node, log: str) -> store.SignedSize | None:
    """Sign the log as it stands if it grew since the last checkpoint; return the newest checkpoint.

    Raises:
        WorldError: a stored leaf is not what was logged; nothing is signed.
    """
    with node.locks.hold(f"checkpoint:{log}"):
        with node.database.read() as connection:
            size, root = store.root(connection, log)
            last = store.checkpoint(connection, log)
            start = last.size if last else 0
            if size == start:
                return last
            _rehash(log, store.leaves(connection, log, start, size), store.leaf_hashes(connection, log, start, size))
        signed = _signed(node, log, Checkpoint(origin=origin(str(node.me), log), size=size, root=root))
        # A crash before this commit signs the same size and root again; after it, the note stands.
        node.database.write(lambda connection: store.keep_checkpoint(connection, log, size, signed, node.clock.now()))
    return store.SignedSize(size=size, note=signed, cosigned=None)


def _rehash(log: str, leaves: Sequence[Leaf], hashes: Sequence[bytes]) -> None:
    """Compute every new leaf once more from what is stored: a flipped bit is found before it is signed."""
    for leaf, known in zip(leaves, hashes, strict=True):
        if hash_of(leaf.salt, leaf.kind, leaf.body) != known:
            raise WorldError(why.STORE_ALTERED.because(index=leaf.index, log=log), retry=False)


def _signed(node: Node, log: str, state: Checkpoint) -> bytes:
    key = log_key(node.anchor, log, node)
    signature = node.signer.sign_checkpoint(state.text.encode())
    line = SignatureLine(name=key.name, key_id=key.id, signature=signature)
    return Note(text=state.text, lines=(line,)).raw


def cosign_with(node: Node, partner: ParticipantId) -> bool:
    """Have the partner mirror and cosign the log kept with it; return whether there was anything to cosign.

    Raises:
        WorldError: the partner was not reached.
        PeerError: it refused, or its cosignature does not hold.
    """
    log = pair_log(partner)
    newest = checkpoint(node, log)
    if newest is None or newest.cosigned is not None:
        return False
    anchor = partner_anchor(node, partner)
    _push_mirror(node, anchor, log, newest.size)
    with node.database.read() as connection:
        last = store.checkpoint(connection, log, cosigned=True)
    old = last.size if last else 0
    answer = _ask(node, anchor, log, old, newest)
    if answer["status"] == _CONFLICT:
        # The partner cosigned further than we remember: its answer went astray. Start from what it knows.
        answer = _ask(node, anchor, log, int(str(answer["size"])), newest)
    if answer["status"] != _OK:
        raise PeerError(why.REFUSED.because(partner=partner, said=str(answer.get("said"))[:200]))
    cosigned = newest.note + str(answer["line"]).encode()
    verify_note(parse_note(cosigned), witness_key(anchor, node))
    # A crash before this commit asks again; the witness cosigns the same size again.
    node.database.write(lambda connection: store.keep_cosigned(connection, log, newest.size, cosigned))
    return True


_OK: Final = 200
_CONFLICT: Final = 409


def _ask(node: Node, partner: Anchor, log: str, old: int, newest: store.SignedSize) -> dict[str, Json]:
    with node.database.read() as connection:
        proof = merkle.consistency_proof(old, newest.size, _ranges(connection, log, newest.size))
    body = write_request(old, tuple(proof), newest.note)
    released = release_protocol("checkpoint", body, str(partner.name), node.gate.rules.digest)
    return _read(node.link.post(partner, ADD_CHECKPOINT, released))


def _ranges(connection: sa.Connection, log: str, size: int) -> merkle.Range:
    hashes = store.leaf_hashes(connection, log, 0, size)
    return lambda start, end: merkle.root(hashes[start:end])


def _push_mirror(node: Node, partner: Anchor, log: str, size: int) -> None:
    start = int(str(_post_leaves(node, partner, log, 0, [])["size"]))
    while start < size:
        with node.database.read() as connection:
            leaves = store.leaves(connection, log, start, min(size, start + _MIRROR_PART))
        answer = _post_leaves(node, partner, log, start, leaves)
        if answer["status"] != _OK:
            raise PeerError(why.REFUSED.because(partner=str(partner.name), said=str(answer.get("said"))[:200]))
        start = int(str(answer["size"]))


def _post_leaves(node: Node, partner: Anchor, log: str, start: int, leaves: Sequence[Leaf]) -> dict[str, Json]:
    rows: list[Json] = [
        {"kind": leaf.kind, "salt": base64.b64encode(leaf.salt).decode(), "body": dict(leaf.body)} for leaf in leaves
    ]
    message: dict[str, Json] = {"log": origin(str(node.me), log), "start": start, "leaves": rows}
    released = release_notice("mirror", message, str(partner.name), node.gate.rules.digest)
    return _read(node.link.post(partner, MIRROR, released))


def _read(raw: bytes) -> dict[str, Json]:
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise PeerError(why.REFUSED.because(partner="?", said="an answer that is no JSON")) from error
    if not isinstance(answer, dict) or "status" not in answer:
        raise PeerError(why.REFUSED.because(partner="?", said="an answer without status"))
    return answer


def receive_mirror(node: Node, partner: Anchor, body: bytes) -> Released:
    """Take in leaves of the partner's log; return our size of the mirror, and why leaves were refused."""
    participant = partner.name.participant
    try:
        start, leaves = _mirror_request(body, origin(str(partner.name), pair_log(node.me.participant)))
        size = node.database.write(lambda connection: _keep_mirror(connection, participant, start, leaves))
    except InputError as error:
        with node.database.read() as connection:
            size = store.mirror_size(connection, participant)
        answer: dict[str, Json] = {"status": 422, "size": size, "said": str(error)}
    else:
        answer = {"status": _OK, "size": size}
    return release_protocol("cosignature", canonical(answer), str(partner.name), node.gate.rules.digest)


def _mirror_request(body: bytes, expected: str) -> tuple[int, list[Leaf]]:
    try:
        message = orjson.loads(body)
        start = int(message["start"])
        if message["log"] != expected:
            raise InputError(why.WITNESS_UNKNOWN.because(origin=str(message["log"])[:120]))
        leaves = [
            Leaf(index=start + i, kind=str(row["kind"]), salt=base64.b64decode(row["salt"]), body=dict(row["body"]))
            for i, row in enumerate(message["leaves"])
        ]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(why.MIRROR_LEAF.because(found=type(error).__name__)) from error
    return start, leaves


def _keep_mirror(connection: sa.Connection, partner: ParticipantId, start: int, leaves: list[Leaf]) -> int:
    size = store.mirror_size(connection, partner)
    if not leaves:
        return size
    if start != size:
        raise InputError(why.MIRROR_GAP.because(expected=size, found=start))
    for leaf in leaves:
        if not _is_true_here(connection, leaf):
            found = str(leaf.body.get("env_id"))[:60]
            raise InputError(why.MIRROR_FALSE.because(index=leaf.index, partner=partner, env_id=found))
    store.keep_mirror(connection, partner, leaves)
    return size + len(leaves)


def _is_true_here(connection: sa.Connection, leaf: Leaf) -> bool:
    """Whether a leaf about us says what we know: a receipt it issued names our envelope, one it holds is ours."""
    env_id, env_hash = str(leaf.body.get("env_id")), str(leaf.body.get("env_hash"))
    if leaf.kind == "receipt-issued":
        return channel_store.sent_hash(connection, env_id) == env_hash
    if leaf.kind == "receipt-held":
        return channel_store.received_hash(connection, env_id) == env_hash
    return leaf.kind == "envelope-sent"


def add_checkpoint(node: Node, partner: Anchor, body: bytes) -> Released:
    """Answer a witness request: check, remember durably, and only then cosign."""
    name = origin(str(partner.name), pair_log(node.me.participant))
    logs = {name: log_key(partner, pair_log(node.me.participant), node)}
    answer = node.database.write(lambda connection: _witness(connection, partner, body, logs, name))
    if answer["status"] == _OK:
        # Remembered before this line: a crash here loses only the answer, and the partner asks again.
        answer["line"] = _cosignature(node, body)
    return release_protocol("cosignature", canonical(answer), str(partner.name), node.gate.rules.digest)


def _witness(
    connection: sa.Connection, partner: Anchor, body: bytes, logs: Mapping[str, VerifierKey], name: str
) -> dict[str, Json]:
    last = store.witnessed(connection, name)
    judged = judge(body, logs, {} if last is None else {name: last})
    if judged.checkpoint is None:
        return {
            "status": judged.status,
            "size": judged.size,
            "said": str(judged.reason.sentence()) if judged.reason else "",
        }
    hashes = store.mirror_hashes(connection, partner.name.participant, judged.size)
    if len(hashes) != judged.size or merkle.root(hashes) != judged.checkpoint.root:
        reason = why.MIRROR_ROOT.because(origin=name, size=judged.size)
        return {"status": 422, "size": judged.size, "said": reason.sentence()}
    store.keep_witnessed(connection, name, judged.size, judged.checkpoint.root)
    return {"status": _OK, "size": judged.size}


def _cosignature(node: Node, body: bytes) -> str:
    note = parse_note(body.partition(b"\n\n")[2])
    stamp = int(node.clock.now().timestamp())
    key = witness_key(node.anchor, node)
    signature = node.signer.cosign(cosigned_message(note.text, stamp))
    return SignatureLine(name=key.name, key_id=key.id, signature=stamp.to_bytes(8, "big") + signature).text


def run_checkpoints(node: Node, stop: threading.Event) -> None:
    """Sign the audit log and have every partner cosign its pair log whenever they grew, until `stop` is set."""
    while not stop.is_set():
        seen = node.signals.seen(ARRIVED), node.signals.seen(SEALED)
        checkpoint(node, AUDIT)
        for partner in trusted(node):
            try:
                cosign_with(node, partner)
            except TasukiError as error:
                _LOG.warning("ledger.not-cosigned", partner=partner, reason=error.reason.code)
        stop.wait(CADENCE_S)
        node.signals.wait(ARRIVED, seen[0], CADENCE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Whether our log and the partner's, as mirrored here, tell the same story.

    Attributes:
        sent: envelopes we sent; `receipted` of them have a receipt we hold.
        issued: receipts we issued; `acknowledged` of them the partner logged as held.
        differences: what does not fit, as sentences.
    """

    partner: str
    leaves: int
    mirrored: int
    cosigned: int
    sent: int
    receipted: int
    issued: int
    acknowledged: int
    differences: tuple[str, ...]


def compare(node: Node, partner: ParticipantId) -> Comparison:
    """Compare our pair log with the partner's as mirrored here, envelope by envelope and receipt by receipt."""
    log = pair_log(partner)
    with node.database.read() as connection:
        size = store.size(connection, log)
        ours = _by_kind(store.leaves(connection, log, 0, size))
        theirs = _by_kind(store.mirror(connection, partner))
        mirrored = store.mirror_size(connection, partner)
        last = store.checkpoint(connection, log, cosigned=True)
    differences = [
        *_differ(ours["receipt-held"], theirs["receipt-issued"], "receipt_hash"),
        *_differ(theirs["receipt-held"], ours["receipt-issued"], "receipt_hash"),
        *_differ(theirs["receipt-issued"], ours["envelope-sent"], "env_hash"),
    ]
    return Comparison(
        partner=partner,
        leaves=size,
        mirrored=mirrored,
        cosigned=last.size if last else 0,
        sent=len(ours["envelope-sent"]),
        receipted=len(ours["receipt-held"]),
        issued=len(ours["receipt-issued"]),
        acknowledged=len(theirs["receipt-held"]),
        differences=tuple(differences),
    )


_KINDS: Final = ("envelope-sent", "receipt-issued", "receipt-held")


def _by_kind(leaves: Sequence[Leaf]) -> dict[str, dict[str, Mapping[str, Json]]]:
    found: dict[str, dict[str, Mapping[str, Json]]] = {kind: {} for kind in _KINDS}
    for leaf in leaves:
        if leaf.kind in found:
            found[leaf.kind][str(leaf.body.get("env_id"))] = leaf.body
    return found


def _differ(
    claimed: Mapping[str, Mapping[str, Json]], known: Mapping[str, Mapping[str, Json]], member: str
) -> list[str]:
    """Return every claim about an envelope that the other log contradicts; what it does not have yet is no lie."""
    return [
        f"{env_id}: {member} {body.get(member)} against {known[env_id].get(member)}"
        for env_id, body in claimed.items()
        if env_id in known and known[env_id].get(member) != body.get(member)
    ]


def export_evidence(node: Node, partner: ParticipantId, env_id: str, *, opened: bool = False) -> Released:
    """Return an evidence file about one envelope: leaf, inclusion proof, cosigned checkpoint, envelope header, receipt.

    The leaf stays closed unless `opened`; the file is a document through the gate.

    Raises:
        InputError: no such leaf, or no cosigned checkpoint covers it yet.
    """
    log = pair_log(partner)
    with node.database.read() as connection:
        leaf = store.find(connection, log, "env_id", env_id)
        if leaf is None:
            raise InputError(why.NO_LEAF.because(partner=partner, env_id=env_id))
        signed = store.checkpoint(connection, log, cosigned=True)
        if signed is None or signed.cosigned is None or signed.size <= leaf.index:
            raise InputError(why.NOT_COSIGNED.because(partner=partner, index=leaf.index))
        proof = merkle.inclusion_proof(leaf.index, signed.size, _ranges(connection, log, signed.size))
        envelope, receipt = channel_store.exchanged(connection, env_id)
    evidence = Evidence(
        index=leaf.index,
        commitment=leaf.commitment,
        proof=proof,
        checkpoint=signed.cosigned,
        opening=(leaf.salt, leaf.kind, leaf.body) if opened else None,
        head=None if envelope is None else envelope[: len(envelope) - read_envelope(envelope).header.ct_len],
        receipt=receipt,
    )
    body = write_evidence(evidence)
    rules = node.gate.rules
    verdict = of_the_node(node.home, rules)
    return release_document("evidence", body, [verdict], str(node.home), rules.digest)
