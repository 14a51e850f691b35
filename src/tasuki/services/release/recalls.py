# SPDX-License-Identifier: MIT
"""Recalls as people follow them: whom we told and who attested, what partners recalled here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from tasuki.services.node import Node
from tasuki.store import channel, sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What a partner stated about a recall: its statement, not a proof."""

    at: datetime
    counts: dict[str, int]
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallMade:
    """A recall of ours as one partner was told.

    Attributes:
        state: `waiting`, `sealed`, or what its receipt says.
        attested: None as long as the partner attested nothing.
    """

    partner: str
    ids: list[str]
    why: str
    at: datetime
    state: str
    attested: Attestation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallReceived:
    """A recall by a partner; what it had sent us is out of use."""

    partner: str
    ids: list[str]
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalls:
    """Recalls both ways, newest first."""

    made: list[RecallMade]
    received: list[RecallReceived]


def recalls(node: Node, *, limit: int) -> Recalls:
    """Return the newest recalls of ours with who attested, and the newest of partners."""
    with node.database.read() as connection:
        told = sending.told(connection, limit)
        attested = {
            (partner, said["recall"]): Attestation(at=at, counts=said["counts"], statement=said["statement"])
            for partner, body, at in channel.messages(connection, "attestation")
            for said in [orjson.loads(body)]
        }
        received = [
            RecallReceived(partner=partner, ids=said["ids"], why=said["reason"], at=at)
            for partner, body, at in reversed(channel.messages(connection, "recall")[-limit:])
            for said in [orjson.loads(body)]
        ]
    made = [
        RecallMade(
            partner=each.partner,
            ids=said["ids"],
            why=said["reason"],
            at=each.at,
            state=each.state,
            attested=attested.get((each.partner, each.env_id)),
        )
        for each in told
        for said in [orjson.loads(each.body)]
    ]
    return Recalls(made=made, received=received)
