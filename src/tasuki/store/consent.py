# SPDX-License-Identifier: MIT
"""What was agreed to: grants, each for one version of one object, one audience, one purpose, until a moment.

Beside them where they come from: requests with what was said to them, and agreements of this node's own people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.ids import Audience, ParticipantId, StixId, participant
from tasuki.base.time import from_micros, to_micros
from tasuki.core.channel.model import Arrival
from tasuki.core.markings.lattice import meet
from tasuki.core.release.circumstances import Grant, GrantKind, Part
from tasuki.store import holdings
from tasuki.store.database import METADATA, parts
from tasuki.store.holdings import HANDLING, HOLDINGS, IDS
from tasuki.store.markings import MARKS
from tasuki.store.release import Labels, reachable

GRANTS: Final = sa.Table(
    "grants",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=True),
    sa.Column("stix_id", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, index=True),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    sa.Column("under", sa.Text, nullable=False, index=True),
)
"""What counts for the gate; who asked, who said it and why stands with the request or agreement that `under` names."""


REQUESTS: Final = sa.Table(
    "consent_requests",
    METADATA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("asker", sa.Text, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("decision", sa.Text, nullable=True),
    sa.Column("decided_at", sa.BigInteger, nullable=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.UniqueConstraint("asker", "request", name="consent_requests_asker"),
)
"""Requests both ways, each with the decision that counts; `body` is the notice. Askers choose the ids."""

SAID: Final = sa.Table(
    "consent_said",
    METADATA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("flag", sa.Text, nullable=True),
)
"""Every notice about consent that came, as it came; `flag` says as JSON why one changed nothing."""

AGREEMENTS: Final = sa.Table(
    "agreements",
    METADATA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("stix_id", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", sa.BigInteger, nullable=True),
    sa.Column("why", sa.Text, nullable=False),
)
"""What victims agreed to, and overrides from their proposal on; what each is for stands in `body`."""

RELIED: Final = sa.Table(
    "relied",
    METADATA,
    sa.Column("grant", sa.BigInteger, primary_key=True),
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)
"""Which grants each departure needed, so that a withdrawal finds what left under them."""


def grants(connection: sa.Connection, digests: Iterable[str]) -> list[Grant]:
    """Return the grants for versions by their digests in lower-case hex, less those withdrawn."""
    found: list[Grant] = []
    for part in parts([bytes.fromhex(each) for each in digests]):
        query = sa.select(GRANTS).where(GRANTS.c.digest.in_(part), GRANTS.c.withdrawn.is_(False))
        found.extend(_grant(row) for row in connection.execute(query))
    return found


def _grant(row: Any) -> Grant:
    return Grant(
        kind=GrantKind(row.kind),
        by=None if row.by is None else participant(row.by),
        digest=row.digest.hex(),
        audience=Audience.parse(row.audience),
        purpose=row.purpose,
        until=from_micros(row.until),
        number=row.id,
    )


def is_anything_granted(connection: sa.Connection) -> bool:
    """Whether any grant may count at this node: where none does, nobody need look further."""
    query = sa.select(GRANTS.c.id).where(GRANTS.c.withdrawn.is_(False)).limit(1)
    return connection.execute(query).first() is not None


def question(connection: sa.Connection, labels: Labels, position: int, stix_id: str) -> list[Part]:
    """Return the parts of a question: the holding asked about, and the newest live ones of all it hangs together with.

    Source: docs/policy/release.md, section 2.5.
    """
    return parts_at(connection, labels, asked_about(connection, position, stix_id))


def asked_about(connection: sa.Connection, position: int, stix_id: str) -> set[int]:
    """Return the positions of the parts of a question."""
    numbers = holdings.numbers(connection, [name for name, _ in reachable(connection, stix_id)])
    newest = holdings.newest(connection, numbers.values())
    return {position, *(each.position for sources in newest.values() for each in sources)}


def parts_at(connection: sa.Connection, labels: Labels, positions: Iterable[int]) -> list[Part]:
    """Return the holdings at positions as parts of a question."""
    columns = (
        IDS.c.stix_id,
        HOLDINGS.c.digest,
        HOLDINGS.c.source,
        HOLDINGS.c.own_label,
        HOLDINGS.c.addressed,
        HANDLING.c.body.label("handling"),
        MARKS.c.label.label("mark"),
    )
    found: list[Part] = []
    for part in parts(sorted(positions)):
        query = sa.select(*columns).join(HANDLING, HANDLING.c.id == HOLDINGS.c.handling)
        query = query.join(IDS, IDS.c.number == HOLDINGS.c.id).outerjoin(MARKS, MARKS.c.id == HOLDINGS.c.id)
        rows = connection.execute(query.where(HOLDINGS.c.position.in_(part)))
        found.extend(_part(connection, labels, row) for row in rows)
    return found


def _part(connection: sa.Connection, labels: Labels, row: Any) -> Part:
    own = labels.label(connection, row.own_label)
    return Part(
        stix_id=row.stix_id,
        # What people marked an id with holds for every version of it, whichever came first.
        own=own if row.mark is None else meet(own, labels.label(connection, row.mark)),
        digest=row.digest.hex(),
        purpose=holdings.purpose_of(row.handling),
        giver=None if row.source == holdings.LOCAL else participant(row.source),
        addressed=frozenset(Audience.parse(each) for each in row.addressed.split()),
    )


def add_grants(connection: sa.Connection, grants: Iterable[tuple[str, Grant]], under: str) -> None:
    """Keep grants, each with the id of its object, under the request or agreement that they come from."""
    rows = [
        {
            "kind": grant.kind.value,
            "by": grant.by,
            "stix_id": stix_id,
            "digest": bytes.fromhex(grant.digest),
            "audience": str(grant.audience),
            "purpose": grant.purpose,
            "until": to_micros(grant.until),
            "withdrawn": False,
            "under": under,
        }
        for stix_id, grant in grants
    ]
    connection.execute(GRANTS.insert(), rows)


def withdraw_grants(connection: sa.Connection, under: str) -> list[int]:
    """Let the grants under a request or agreement count no more; return those that did until now."""
    at = GRANTS.c.under == under, GRANTS.c.withdrawn.is_(False)
    return list(connection.execute(GRANTS.update().where(*at).values(withdrawn=True).returning(GRANTS.c.id)).scalars())


def note_reliance(connection: sa.Connection, audience: str, position: int, grants: Iterable[int]) -> None:
    """Remember that a holding is in an envelope to an audience because of these grants."""
    known = sa.select(RELIED.c.grant).where(RELIED.c.audience == audience, RELIED.c.position == position)
    before = set(connection.execute(known).scalars())
    rows = [{"grant": each, "audience": audience, "position": position} for each in grants if each not in before]
    if rows:
        connection.execute(RELIED.insert(), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed:
    """A holding that left under grants that count no more, and under no other in their place."""

    audience: Audience
    position: int
    stix_id: StixId


def left_under(connection: sa.Connection, withdrawn: Iterable[int]) -> list[Departed]:
    """Return what left under these grants, or under others of the same say that were withdrawn before, and no other.

    The same say is that of one originator for one version: what stayed out because another grant of it still counted is
    found again when that one goes.
    """
    now, mine, other = (GRANTS.alias(name) for name in ("now", "mine", "other"))
    theirs = RELIED.alias("theirs")
    beside = (
        sa.exists()
        .where(
            theirs.c.audience == RELIED.c.audience,
            theirs.c.position == RELIED.c.position,
            other.c.id == theirs.c.grant,
            other.c.digest == mine.c.digest,
            other.c.by == mine.c.by,
            other.c.withdrawn.is_(False),
        )
        .correlate(RELIED, mine)
    )
    found: dict[tuple[str, int], Departed] = {}
    for part in parts(list(withdrawn)):
        query = (
            sa.select(RELIED.c.audience, RELIED.c.position, IDS.c.stix_id)
            .join(mine, mine.c.id == RELIED.c.grant)
            .join(now, sa.and_(now.c.digest == mine.c.digest, now.c.by == mine.c.by))
            .join(HOLDINGS, HOLDINGS.c.position == RELIED.c.position)
            .join(IDS, IDS.c.number == HOLDINGS.c.id)
            .where(now.c.id.in_(part), mine.c.withdrawn, ~beside)
            .order_by(RELIED.c.audience, RELIED.c.position)
        )
        for row in connection.execute(query):
            departed = Departed(
                audience=Audience.parse(row.audience), position=row.position, stix_id=StixId(row.stix_id)
            )
            found[row.audience, row.position] = departed
    return list(found.values())


def forget_reliance(connection: sa.Connection, departed: Departed) -> None:
    """Forget on what a departure rested, once it was called back."""
    at = RELIED.c.audience == str(departed.audience), RELIED.c.position == departed.position
    connection.execute(RELIED.delete().where(*at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it is kept; `body` is the notice."""

    number: int
    asker: ParticipantId
    asked: ParticipantId
    request: str
    body: bytes
    at: datetime
    decision: str | None
    decided_at: datetime | None
    why: str


def keep_request(
    connection: sa.Connection, *, asker: ParticipantId, asked: ParticipantId, request: str, body: bytes, at: datetime
) -> None:
    """Keep a request that nobody decided on yet."""
    row = {"asker": asker, "asked": asked, "request": request, "body": body, "at": to_micros(at), "why": ""}
    connection.execute(REQUESTS.insert().values(row))


def decide(connection: sa.Connection, number: int, decision: str, at: datetime, why: str) -> None:
    """Keep the decision on a request that counts from now on."""
    values = {"decision": decision, "decided_at": to_micros(at), "why": why}
    connection.execute(REQUESTS.update().where(REQUESTS.c.number == number).values(values))


def request(connection: sa.Connection, name: str) -> list[Asked]:
    """Return the requests of an id; more than one where several askers chose it."""
    query = sa.select(REQUESTS).where(REQUESTS.c.request == name).order_by(REQUESTS.c.number)
    return [_asked(row) for row in connection.execute(query)]


def requests(connection: sa.Connection, limit: int) -> list[Asked]:
    """Return the newest requests both ways, newest first."""
    query = sa.select(REQUESTS).order_by(REQUESTS.c.number.desc()).limit(limit)
    return [_asked(row) for row in connection.execute(query)]


def undecided(connection: sa.Connection, asked: str) -> list[Asked]:
    """Return the requests put to a participant on which nothing was decided, oldest first."""
    query = sa.select(REQUESTS).where(REQUESTS.c.asked == asked, REQUESTS.c.decision.is_(None))
    return [_asked(row) for row in connection.execute(query.order_by(REQUESTS.c.number))]


def _asked(row: Any) -> Asked:
    return Asked(
        number=row.number,
        asker=row.asker,
        asked=row.asked,
        request=row.request,
        body=row.body,
        at=from_micros(row.at),
        decision=row.decision,
        decided_at=None if row.decided_at is None else from_micros(row.decided_at),
        why=row.why,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A notice of a partner about consent; `flag` is the JSON of the reason for which it changed nothing."""

    partner: ParticipantId
    type: str
    request: str
    body: bytes
    at: datetime
    flag: str | None


def keep_said(connection: sa.Connection, arrival: Arrival, request: str, at: datetime, flag: str | None) -> None:
    """Keep what a partner said, as it came."""
    connection.execute(
        SAID.insert().values(
            partner=arrival.partner,
            env_id=arrival.env_id,
            type=arrival.type,
            request=request,
            body=arrival.payload,
            at=to_micros(at),
            flag=flag,
        )
    )


def said(connection: sa.Connection, request: str | None, limit: int) -> list[Said]:
    """Return what partners said to one request or to all, newest first."""
    query = sa.select(SAID).order_by(SAID.c.number.desc()).limit(limit)
    if request is not None:
        query = query.where(SAID.c.request == request)
    return [
        Said(
            partner=row.partner,
            type=row.type,
            request=row.request,
            body=row.body,
            at=from_micros(row.at),
            flag=row.flag,
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a victim agreed to, or an override; `body` says for what.

    Attributes:
        state: `proposed`, `in-force`, `rejected` or `ended`.
        decided_by: who confirmed, rejected or ended it.
    """

    number: int
    kind: GrantKind
    stix_id: StixId
    body: bytes
    made_by: str
    made_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    why: str


def add_agreement(  # noqa: PLR0913 the columns
    connection: sa.Connection, *, kind: GrantKind, stix_id: str, body: bytes, by: str, at: datetime, state: str
) -> int:
    """Keep an agreement; return its number."""
    row = {"kind": kind.value, "stix_id": stix_id, "body": body, "made_by": by, "made_at": to_micros(at)}
    insert = AGREEMENTS.insert().values(**row, state=state, decided_by="", why="")
    return int(connection.execute(insert.returning(AGREEMENTS.c.number)).scalar_one())


def move_agreement(connection: sa.Connection, number: int, state: str, *, by: str, at: datetime, why: str) -> None:
    """Let an agreement stand elsewhere, and keep who moved it and why."""
    values = {"state": state, "decided_by": by, "decided_at": to_micros(at), "why": why}
    connection.execute(AGREEMENTS.update().where(AGREEMENTS.c.number == number).values(values))


def agreement(connection: sa.Connection, number: int) -> Agreement | None:
    """Return an agreement by its number."""
    row = connection.execute(sa.select(AGREEMENTS).where(AGREEMENTS.c.number == number)).one_or_none()
    return None if row is None else _agreement(row)


def agreements(connection: sa.Connection, limit: int, stix_id: str | None = None) -> list[Agreement]:
    """Return the newest agreements, of one id or of all, newest first."""
    query = sa.select(AGREEMENTS).order_by(AGREEMENTS.c.number.desc()).limit(limit)
    if stix_id is not None:
        query = query.where(AGREEMENTS.c.stix_id == stix_id)
    return [_agreement(row) for row in connection.execute(query)]


def _agreement(row: Any) -> Agreement:
    return Agreement(
        number=row.number,
        kind=GrantKind(row.kind),
        stix_id=StixId(row.stix_id),
        body=row.body,
        made_by=row.made_by,
        made_at=from_micros(row.made_at),
        state=row.state,
        decided_by=row.decided_by,
        decided_at=None if row.decided_at is None else from_micros(row.decided_at),
        why=row.why,
    )
