# SPDX-License-Identifier: MIT
"""The fourteen invariants: what must hold after any run, whatever happened in it.

Each compares what the bench saw with what the nodes remember, once everything has healed and come to rest, and returns
a sentence for each thing that is wrong. Source: threat model of the project, row "nature".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.errors import TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.core.ledger.evidence import verify_evidence
from tasuki.core.ledger.mirror import HELD, ISSUED, SENT
from tasuki.core.ledger.model import Leaf, mirror_log, pair_log
from tasuki.core.partners.identity import read_identity
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.envelope.receipt import read_receipt
from tasuki.services import channel, health, ledger
from tasuki.services.health.reasons import DEAD_LETTERS
from tasuki.services.node import Node
from tasuki.sim.records import EVERYBODY, Acknowledged, Records
from tasuki.store import holdings
from tasuki.store import ledger as logs
from tasuki.store.channel import ENVELOPES_IN, ENVELOPES_OUT, OUTBOX

LONGEST_QUEUE: Final = 400
"""Envelopes and acts that one nation may have waiting: what its people do in the longest time a partner is away."""

PROVED: Final = 2
"""Leaves of each pair log that are exported and verified: the newest of each kind would be too many for every run."""

Verifier = Callable[[bytes, bytes, bytes], bool]
"""Whether another verifier accepts an evidence file, given the trust files of both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A run at its end.

    Attributes:
        nodes: of every nation, up, by participant.
        trust: the trust file of each, by whose it is and for whom: it tells that one where keys of the other died.
        second: a verifier that shares no code with the first; None where there is none at hand.
    """

    nodes: Mapping[str, Node]
    records: Records
    trust: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    second: Verifier | None = None

    def pairs(self) -> Iterator[tuple[str, Node, str, Node]]:
        """Yield every two nations, each way round."""
        for one, node in self.nodes.items():
            for other, peer in self.nodes.items():
                if one != other:
                    yield one, node, other, peer


def _rows(node: Node, query: sa.Select[Any]) -> list[Any]:
    with node.database.read() as connection:
        return list(connection.execute(query))


def _out(node: Node, partner: str) -> list[Any]:
    return _rows(node, ENVELOPES_OUT.select().where(ENVELOPES_OUT.c.partner == partner).order_by(ENVELOPES_OUT.c.id))


def _in(node: Node, partner: str) -> list[Any]:
    return _rows(node, ENVELOPES_IN.select().where(ENVELOPES_IN.c.partner == partner).order_by(ENVELOPES_IN.c.id))


def _leaves(node: Node, log: str) -> list[Leaf]:
    with node.database.read() as connection:
        return logs.leaves(connection, log, 0, logs.size(connection, log))


def acknowledged_is_there(scene: Scene) -> Iterator[str]:
    """I1: nothing that was acknowledged is missing, to people or to partners; what a partner refused is an alarm."""
    for done in scene.records.imported:
        if not _history(scene.nodes[done.nation], done.stix_id):
            yield f"{done.nation} acknowledged {done.stix_id} and does not hold it"
    over = {(each.nation, each.stix_id, each.to) for each in scene.records.forbidden}
    over |= {(each.nation, each.stix_id, EVERYBODY) for each in scene.records.withdrawn}
    for done in scene.records.shared:
        still = not {(done.nation, done.stix_id, EVERYBODY), (done.nation, done.stix_id, done.to)} & over
        there = {each.source for each in _history(scene.nodes[done.to], done.stix_id)}
        if still and done.nation not in there and not _is_dead_letter(scene.nodes[done.nation], done):
            yield f"{done.nation} acknowledged that {done.stix_id} goes to {done.to}, which does not hold it"
    for one, node, other, peer in scene.pairs():
        taken = {row.env_id: row.hash for row in _in(peer, one)}
        for row in _out(node, other):
            if row.receipt is not None and taken.get(row.env_id) != row.hash:
                yield f"{other} gave {one} a receipt for {row.env_id} and does not have it"


def _is_dead_letter(node: Node, done: Acknowledged) -> bool:
    """Whether an envelope with an id was refused by its partner, by its number and for a reason, and people are told.

    A nation whose clock runs ahead seals what its partners may not take.
    """
    positions = {each.position for each in _history(node, done.stix_id)}
    queued = _rows(node, OUTBOX.select().where(OUTBOX.c.partner == done.to, OUTBOX.c.kind == "objects"))
    carried = {row.env_id for row in queued if positions & set(orjson.loads(row.body)["positions"])}
    refused = {row.env_id for row in _out(node, done.to) if row.state in ("refused", "expired", "unsupported")}
    told = any(
        each.reason.code == DEAD_LETTERS.code and each.reason.params["partner"] == done.to
        for each in health.alarms(node)
    )
    return bool(carried & refused) and told


def _history(node: Node, stix_id: str) -> list[Any]:
    with node.database.read() as connection:
        return list(holdings.history(connection, stix_id))


def nothing_applied_twice(scene: Scene) -> Iterator[str]:
    """I2: nothing took effect twice: no envelope has two leaves, and no source's version is held twice."""
    held = holdings.HOLDINGS
    query = sa.select(held.c.id, held.c.source, held.c.digest)
    for code, node in scene.nodes.items():
        for key, count in Counter(map(tuple, _rows(node, query))).items():
            if count > 1:
                yield f"{code} holds one version of number {key[0]} of {key[1]} {count} times"
    for one, node, other, _ in scene.pairs():
        for kind in (ISSUED, HELD):
            seen = Counter(
                each.body.get("env_id")
                for each in _leaves(node, pair_log(other))
                if each.kind == kind and "again" not in each.body
            )
            for env_id, count in seen.items():
                if count > 1:
                    yield f"{one} logged {kind} of {env_id} from {other} {count} times"


def order_is_kept(scene: Scene) -> Iterator[str]:
    """I3: each lane was taken in without a gap, in the order in which it was sealed."""
    for one, node, other, peer in scene.pairs():
        lanes: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for row in _in(node, other):
            lanes.setdefault((row.lane, row.epoch), []).append((row.seq, row.env_id))
        sent = {(row.lane, row.epoch, row.seq): row.env_id for row in _out(peer, one)}
        # A sender that was put back knows of what it lost only what its partner told it.
        whole = other not in {code for code, _, _ in scene.records.restored}
        for (lane, epoch), taken in lanes.items():
            if [seq for seq, _ in taken] != list(range(1, len(taken) + 1)):
                yield f"{one} took {lane} of {other} in the order {[seq for seq, _ in taken]}"
            for seq, env_id in taken:
                known = sent.get((lane, epoch, seq))
                if known != env_id and (known is not None or whole):
                    yield f"{one} has {env_id} as {lane} {seq} of {other}, which sent another there"


def forbidden_never_leaves(scene: Scene) -> Iterator[str]:
    """I4: nothing was sealed for a participant after it was marked, recalled or kept from it; nor passed on unasked."""
    records = scene.records
    since: dict[tuple[str, str, str], int] = {}
    for each in records.forbidden:
        key = each.nation, each.stix_id, each.to
        since[key] = min(each.at, since.get(key, each.at))
    controlled = set(records.controlled)
    granted = {(each.nation, each.stix_id, each.to) for each in records.granted}
    for arrived in records.arrived:
        sealed = records.sealed.get(arrived.env_id, 0)
        for stix_id in arrived.ids:
            for to in (EVERYBODY, arrived.receiver):
                at = since.get((arrived.sender, stix_id, to))
                if at is not None and sealed > at:
                    yield f"{arrived.sender} sealed {stix_id} for {arrived.receiver} after it was forbidden"
            maker = _maker(scene, stix_id)
            onward = stix_id in controlled and maker not in (None, arrived.sender, arrived.receiver)
            if onward and (arrived.sender, stix_id, arrived.receiver) not in granted:
                yield f"{arrived.sender} passed {stix_id} of {maker} on to {arrived.receiver}, and nobody consented"


def _maker(scene: Scene, stix_id: str) -> str | None:
    return next((each.nation for each in scene.records.imported if each.stix_id == stix_id), None)


def accepted_is_logged(scene: Scene) -> Iterator[str]:
    """I5: whatever was accepted has a receipt and a leaf that says the same."""
    for one, node, other, _ in scene.pairs():
        issued = {each.body.get("env_id"): each for each in _leaves(node, pair_log(other)) if each.kind == ISSUED}
        for row in _in(node, other):
            leaf, receipt = issued.get(row.env_id), read_receipt(row.receipt)
            if leaf is None:
                yield f"{one} accepted {row.env_id} of {other} and has no leaf of it"
            elif (leaf.body["env_hash"], leaf.body["receipt_hash"]) != (row.hash, receipt.hash):
                yield f"{one} logged another {row.env_id} of {other} than it accepted"
            elif receipt.receipt.env_hash != row.hash:
                yield f"{one} gave a receipt for another {row.env_id} of {other} than it accepted"


def receipts_match_leaves(scene: Scene) -> Iterator[str]:
    """I6: each receipt held stands where it says in the log of whoever gave it."""
    for one, node, other, peer in scene.pairs():
        theirs = {each.index: each for each in _leaves(peer, pair_log(one))}
        for row in _out(node, other):
            if row.receipt is None:
                continue
            signed = read_receipt(row.receipt)
            leaf = theirs.get(signed.receipt.log_index)
            if leaf is None or leaf.kind != ISSUED or leaf.body.get("receipt_hash") != signed.hash:
                yield f"{other} gave {one} a receipt for {row.env_id} that does not stand at {signed.receipt.log_index}"


def cosigned_is_one_chain(scene: Scene) -> Iterator[str]:
    """I7: what a witness cosigned of a log, in the order it did, is one growing history, and the log's own."""
    for (witness, name), cosigned in scene.records.cosigned.items():
        for (size, root), (later, other) in pairwise(cosigned):
            if later < size or (later == size and other != root):
                yield f"{witness} cosigned {name} at {later} after {size}"
        owner = next((code for code in scene.nodes if f"/{code}/" in name), None)
        if owner is None:
            yield f"{witness} cosigned {name}, which is nobody's"
            continue
        node, log = scene.nodes[owner], pair_log(witness)
        with node.database.read() as connection:
            held = logs.size(connection, log)
            for size, root in cosigned:
                if size > held or logs.root_at(connection, log, size) != root:
                    yield f"{witness} cosigned {name} at {size}, which is not what {owner} has"


def one_root_a_size(scene: Scene) -> Iterator[str]:
    """I8: no nation ever signed two roots of one size."""
    for name, sizes in scene.records.signed.items():
        for size, roots in sizes.items():
            if len(roots) > 1:
                yield f"{len(roots)} roots of {name} were signed at {size}"


def clocks_never_stop(scene: Scene) -> Iterator[str]:
    """I9: the clock of an open request for help never stops or moves, and somebody is told when it has run out."""
    yield from scene.records.silent


def both_sides_agree(scene: Scene) -> Iterator[str]:
    """I10: once healed, both sides tell the same story: nothing waits, and each log fits the other."""
    for one, node, other, peer in scene.pairs():
        for lane in channel.lanes(node):
            if lane.partner == other and (lane.waiting or lane.unanswered):
                yield f"{one} still has {lane.waiting} + {lane.unanswered} waiting for {other} on {lane.lane}"
        sent = {(lane.lane, lane.sent) for lane in channel.lanes(node) if lane.partner == other}
        taken = {(lane.lane, lane.received) for lane in channel.lanes(peer) if lane.partner == one}
        if sent != taken:
            yield f"{one} sent {sorted(sent - taken)} to {other}, which has {sorted(taken - sent)}"
        found = ledger.compare(node, ParticipantId(other))
        for reason in found.differences:
            yield f"{one} and {other} differ: {reason.sentence()}"
        with node.database.read() as connection, peer.database.read() as beyond:
            ours, theirs = logs.size(connection, pair_log(other)), logs.size(beyond, mirror_log(one))
            same = ours == theirs and logs.root(connection, pair_log(other)) == logs.root(beyond, mirror_log(one))
        if not same:
            yield f"{other} mirrors {theirs} leaves of the {ours} that {one} has"


def dead_keys_are_refused(scene: Scene) -> Iterator[str]:
    """I11: nothing signed with a revoked key was accepted from the place in the log on at which it is dead."""
    for one, node, other, peer in scene.pairs():
        dead = {key: where.get(other, 0) for (who, key), where in scene.records.revoked.items() if who == one}
        if not dead:
            continue
        taken = {row.env_id for row in _in(peer, one) if row.status == "stored"}
        headers = {row.env_id: read_envelope(row.raw).header for row in _out(node, other) if row.env_id in taken}
        for leaf in _leaves(node, pair_log(other)):
            header = headers.get(str(leaf.body.get("env_id")))
            if header is None or leaf.kind != SENT:
                continue
            for key in header.sig_keys:
                if leaf.index >= dead.get(key, leaf.index + 1):
                    yield f"{other} accepted {header.env_id} of {one}, signed with {key}, dead since {dead[key]}"


def queues_are_bounded(scene: Scene) -> Iterator[str]:
    """I12: no queue and no list of names grows without end."""
    if scene.records.longest_queue > LONGEST_QUEUE:
        yield f"{scene.records.longest_queue} acts and envelopes waited at one nation"
    for code, node in scene.nodes.items():
        loops = len(node.pulses.all())
        if loops > 16 * len(scene.nodes):
            yield f"{code} remembers {loops} loops"


def refusals_leave_a_leaf(scene: Scene) -> Iterator[str]:
    """I13: every refusal left an entry with the code of its reason."""
    for each in scene.records.refused:
        if not each.audited:
            yield f"{each.nation} refused with {each.code} and logged nothing of it"
    for one, node, other, _ in scene.pairs():
        for row in _in(node, other):
            receipt = read_receipt(row.receipt).receipt
            if row.status != receipt.status or (receipt.status != "stored" and not receipt.reason):
                yield f"{one} took {row.env_id} of {other} as {row.status} and gave no reason"


def proofs_are_accepted(scene: Scene) -> Iterator[str]:
    """I14: every proof that is exported holds for both verifiers."""
    for one, node, other, _ in scene.pairs():
        ours, theirs = scene.trust[one, other], scene.trust[other, one]
        anchors = [*read_identity(ours, other).past, *read_identity(theirs, one).past]
        with node.database.read() as connection:
            last = logs.checkpoint(connection, pair_log(other), cosigned=True)
        covered = 0 if last is None else last.size
        leaves = [each for each in _leaves(node, pair_log(other)) if each.index < covered]
        env_ids = [str(each.body["env_id"]) for each in leaves if "env_id" in each.body]
        for env_id in list(dict.fromkeys(env_ids))[-PROVED:]:
            try:
                raw = ledger.export_evidence(node, ParticipantId(other), env_id, opened=True).body
            except TasukiError as error:
                yield f"{one} cannot prove {env_id} to {other}: {error}"
                continue
            for check in verify_evidence(raw, anchors).checks:
                if not check.holds:
                    yield f"{one}'s proof of {env_id} does not hold: {check.reason.sentence()}"
            if scene.second is not None and not scene.second(raw, ours, theirs):
                yield f"the second verifier refuses {one}'s proof of {env_id}"


def nobody_is_surprised(scene: Scene) -> Iterator[str]:
    """Nothing happened that nobody foresaw: no loop, act or request ended in an error without a reason."""
    yield from scene.records.surprises


INVARIANTS: Final[Mapping[str, Callable[[Scene], Iterator[str]]]] = {
    "I1": acknowledged_is_there,
    "I2": nothing_applied_twice,
    "I3": order_is_kept,
    "I4": forbidden_never_leaves,
    "I5": accepted_is_logged,
    "I6": receipts_match_leaves,
    "I7": cosigned_is_one_chain,
    "I8": one_root_a_size,
    "I9": clocks_never_stop,
    "I10": both_sides_agree,
    "I11": dead_keys_are_refused,
    "I12": queues_are_bounded,
    "I13": refusals_leave_a_leaf,
    "I14": proofs_are_accepted,
    "surprise": nobody_is_surprised,
}
"""Every invariant by its number in the threat model."""


def violations(scene: Scene) -> list[str]:
    """Return everything that is wrong, each with the number of what it breaks."""
    return [f"{name}: {said}" for name, check in INVARIANTS.items() for said in check(scene)]
