# SPDX-License-Identifier: MIT
"""Making: what this node states to a partner, read from its store and signed; a version is never given twice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.core.assistance.model import ENDED
from tasuki.core.ledger.model import mirror_log, pair_log
from tasuki.core.reconciliation.sets import Items, Span, Tally, Way, is_narrow, leaf, tally
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.statement import (
    Head,
    ReceivedRow,
    SentRow,
    Statement,
    read_signed_statement,
    statement_bytes,
    write_statement,
)
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import SUITE
from tasuki.formats.tlog import merkle
from tasuki.services.assistance import hear
from tasuki.services.channel.peers import policy
from tasuki.services.closing import require_open
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.sets import NOTHING, Edge
from tasuki.store import ledger
from tasuki.store import reconciliation as store

_DIRECTIONS: Final[dict[Way, store.Direction]] = {"sent": "out", "received": "in"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A statement of ours and its wire form."""

    statement: Statement
    raw: bytes


def make(node: Node, partner: Anchor, least: int = 1) -> Made:
    """Make, sign and keep the next statement for a partner; its version is `least` or higher.

    Its version is durable before anybody can have seen it: what is made after a crash is newer.
    """
    participant = partner.name.participant
    # A node that was put back would state less than it stated before.
    require_open(node)
    while True:
        with node.locks.hold(f"statement:{participant}"):
            statement = picture(node, partner, least)
            signed = statement_bytes(statement)
            raw = write_statement(signed, node.signer.sign_statement(signed))
            if _keep(node, participant, statement, raw):
                return Made(statement=statement, raw=raw)
        # Another process of the node was faster: the next version is free.


def _keep(node: Node, participant: str, statement: Statement, raw: bytes) -> bool:
    now = node.clock.now()
    kept = store.Stated(version=statement.version, stated_at=statement.at, kept_at=now, raw=raw)
    detail: dict[str, Json] = {
        "partner": participant,
        "version": statement.version,
        "hash": read_signed_statement(raw).hash,
    }

    def work(connection: sa.Connection) -> bool:
        if not store.keep_stated(connection, participant, "out", kept):
            return False
        audit(node, connection, "statement-made", detail)
        return True

    return node.database.write(work)


def picture(node: Node, partner: Anchor, least: int = 1) -> Statement:
    """Return what this node would state to a partner now; nothing is signed or kept."""
    participant, now = partner.name.participant, node.clock.now()
    requests = _requests(node, participant)
    with node.database.read() as connection:
        last = store.stated(connection, participant, "out")
        log_size, log_root = ledger.root(connection, pair_log(participant))
        mirror_size, mirror_root = ledger.root(connection, mirror_log(participant))
        return Statement(
            by=node.me,
            to=partner.name,
            version=max(least, 1 if last is None else last.version + 1),
            # A clock that was set back must not make a statement older than the one before.
            at=now if last is None else max(now, last.stated_at),
            metadata={"keys": node.anchor.version, "partner_keys": partner.version},
            rules=policy(node),
            log=Head(size=log_size, root=log_root.hex()),
            mirror=Head(size=mirror_size, root=mirror_root.hex()),
            sent=tuple(_sent(node, connection, participant)),
            received=tuple(_received(node, connection, participant)),
            requests=requests,
            suite=SUITE,
            sig_keys=node.anchor.current_pair(Purpose.ENVELOPE, now).ids,
        )


def _sent(node: Node, connection: sa.Connection, partner: str) -> list[SentRow]:
    return [
        SentRow(
            lane=each.lane,
            epoch=each.epoch,
            sealed=each.last,
            answered=each.answered,
            root=prefix(node, connection, partner, "sent", (each.lane, each.epoch), each.last).root,
        )
        for each in store.heights(connection, partner, "out")
    ]


def _received(node: Node, connection: sa.Connection, partner: str) -> list[ReceivedRow]:
    return [
        ReceivedRow(
            lane=each.lane,
            epoch=each.epoch,
            received=each.last,
            root=prefix(node, connection, partner, "received", (each.lane, each.epoch), each.last).root,
        )
        for each in store.heights(connection, partner, "in")
    ]


def _requests(node: Node, partner: str) -> str:
    """Return the hash over the requests open between the two, each by who asked and its id."""
    both = {str(node.me.participant), partner}
    lines = [
        f"{case.asker} {case.id}\n"
        for case in hear(node).cases
        if case.state not in ENDED and case.request is not None and {case.asker, case.asked} == both
    ]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def prefix(node: Node, connection: sa.Connection, partner: str, way: Way, place: tuple[str, int], last: int) -> Tally:
    """Return count and root over the envelopes of a lane and epoch up to a number, from where it was left last time."""
    lane = partner, way, *place
    known = node.sets.edge(lane)
    edge = known if known.last <= last else NOTHING
    top, count, frontier = edge.last, edge.count, list(edge.frontier)
    for seq, envelope_hash in store.items(connection, partner, _DIRECTIONS[way], place, (edge.last + 1, last)):
        frontier = merkle.grow(frontier, count, leaf(*place, seq, envelope_hash))
        top, count = seq, count + 1
    # Only as far as there is something: whoever asks beyond must not make us compute anew what we know.
    node.sets.keep(lane, Edge(last=top, count=count, frontier=tuple(frontier)))
    return Tally(count=count, root=merkle.root_of_frontier(frontier).hex())


def held(node: Node, connection: sa.Connection, partner: str, span: Span) -> tuple[Tally, Items]:
    """Return what this node holds of a span, item by item where it is narrow."""
    place = span.lane, span.epoch
    if span.first == 1 and not is_narrow(span):
        return prefix(node, connection, partner, span.way, place, span.last), ()
    found = list(store.items(connection, partner, _DIRECTIONS[span.way], place, (span.first, span.last)))
    return tally(span, found), found if is_narrow(span) else ()
