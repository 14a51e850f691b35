# SPDX-License-Identifier: MIT
"""Weighing: what is held of an id, and the gate's verdict on it, the same for sharing, explaining and sealing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import orjson
import sqlalchemy as sa

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.base.verdict import Verdict
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.core.release import reasons as why
from tasuki.core.release.circumstances import LIFTABLE, Circumstances, Grant, Part, circumstances
from tasuki.core.release.released import verdict_on
from tasuki.core.release.rules import absent
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.services.reasons import UNKNOWN_PARTNER
from tasuki.store import channel, consent, holdings, sending, withdrawal
from tasuki.store.holdings import Newest
from tasuki.store.sending import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One live holding and whether it may go to somebody now.

    Attributes:
        own: its own label with what people marked here; it travels with the object.
        at: what was agreed to, as far as it mattered.
    """

    standing: Standing
    own: Label
    closure: Label
    verdict: Verdict
    at: Circumstances


def check_audience(node: Node, audience: Audience) -> None:
    """Refuse an audience to which nothing can be sent.

    Raises:
        CallerError: the profile does not have it, it belongs to this node's own participant, or its node is not
            trusted yet.
    """
    if audience.desk not in node.gate.rules.readers:
        raise CallerError(why.UNKNOWN_READER.because(profile=node.profile.id, reader=str(audience)))
    if audience.participant == node.me.participant:
        raise CallerError(why.OWN_PARTICIPANT.because(reader=str(audience)))
    with node.database.read() as connection:
        partner = channel.partner(connection, audience.participant)
    if partner is None or partner.state != "trusted":
        raise CallerError(UNKNOWN_PARTNER.because(partner=audience.participant))


def audience_of(node: Node, text: str) -> Audience:
    """Return the audience a person named; whether anything can be sent to it is another question.

    Raises:
        CallerError: it is none.
    """
    try:
        return Audience.parse(text)
    except ValueError as error:
        raise CallerError(why.UNKNOWN_READER.because(profile=node.profile.id, reader=text[:60])) from error


def weigh(node: Node, connection: sa.Connection, positions: Iterable[int], audience: Audience) -> list[Weighed]:
    """Return the live holdings at positions with the verdict on each, in order of position."""
    scales = _Scales(node, connection, audience, Agreements(node, connection))
    rows = sending.standing(connection, positions)
    newest = _positions(holdings.newest(connection, {row.id for row in rows}))
    return [scales.weigh(row, absence) for row, absence in _standing(connection, rows, set(newest), scales.at.now)]


def _positions(newest: Mapping[int, Sequence[Newest]]) -> list[int]:
    return [each.position for sources in newest.values() for each in sources]


def _standing(
    connection: sa.Connection, rows: Sequence[Standing], current: set[int], now: datetime
) -> Iterator[tuple[Standing, Reason | None]]:
    """Yield live holdings, each with the reason why it is not there to be released, if any.

    `current` are the positions of the newest of each source.
    """
    buried = holdings.tombstoned(connection, LOCAL, {row.stix_id for row in rows})
    withdrawn = withdrawal.withdrawn(connection, (row.position for row in rows))
    moment = format_rfc3339(now)
    for row in rows:
        wrong = why.WITHDRAWN.because(stix_id=row.stix_id) if row.position in withdrawn else None
        yield row, _absence(row, current, buried, moment) or wrong


def weigh_ids(
    node: Node, connection: sa.Connection, stix_ids: Iterable[str], audience: Audience
) -> Mapping[str, Weighed]:
    """Return for each id held the holding that would go: our own before anybody else's, of the newest version."""
    positions = _positions(holdings.newest(connection, holdings.numbers(connection, stix_ids).values()))
    rows = sending.standing(connection, positions)
    scales = _Scales(node, connection, audience, Agreements(node, connection))
    found: dict[str, Weighed] = {}
    for row, absence in _standing(connection, rows, set(positions), scales.at.now):
        each = scales.weigh(row, absence)
        best = found.get(each.standing.stix_id)
        if best is None or _preference(each.standing) > _preference(best.standing):
            found[each.standing.stix_id] = each
    return found


def weigh_for(
    node: Node, connection: sa.Connection, stix_id: str, audiences: Iterable[Audience]
) -> dict[Audience, Weighed]:
    """Return the holding of an id that would go with the verdict for each of many; it is looked up once for all.

    Empty where nothing is held of the id.
    """
    positions = _positions(holdings.newest(connection, holdings.numbers(connection, [stix_id]).values()))
    rows = sending.standing(connection, positions)
    standing = list(_standing(connection, rows, set(positions), node.clock.now()))
    if not standing:
        return {}
    row, absence = max(standing, key=lambda each: _preference(each[0]))
    agreements = Agreements(node, connection)
    return {
        audience: _Scales(node, connection, audience, agreements).weigh(row, absence)
        for audience in dict.fromkeys(audiences)
    }


def not_held(node: Node, connection: sa.Connection, stix_ids: Iterable[str]) -> dict[str, Verdict]:
    """Return the verdict on ids of which nothing is held that could go."""
    wanted = list(stix_ids)
    buried = holdings.tombstoned(connection, LOCAL, wanted)
    rules = node.gate.rules
    return {
        each: absent((why.RECALLED if each in buried else why.NOT_HELD).because(stix_id=each), rules) for each in wanted
    }


def _preference(standing: Standing) -> tuple[bool, int, int]:
    return standing.source == LOCAL, standing.version, standing.position


def _absence(row: Standing, current: set[int], buried: set[str], now: str) -> Reason | None:
    if row.stix_id in buried:
        return why.RECALLED.because(stix_id=row.stix_id)
    if row.position not in current:
        return why.REPLACED.because(stix_id=row.stix_id)
    until = _dispose_by(row.handling)
    # Both are written in one form, in which the order of moments is that of their texts.
    if until is not None and until <= now:
        return why.DUE.because(stix_id=row.stix_id, until=until)
    return None


@lru_cache(maxsize=1024)
def _dispose_by(handling: str) -> str | None:
    """Return when what is held on a handling basis is to be disposed of; many are held on the same few."""
    until = orjson.loads(handling).get("dispose_by")
    return None if until is None else str(until)


class _Scales:
    """One reader at one moment; weighs holding after holding."""

    def __init__(self, node: Node, connection: sa.Connection, audience: Audience, agreements: Agreements) -> None:
        self.agreements = agreements
        self.node = node
        self.connection = connection
        self.audience = audience
        self.at = Circumstances(now=node.clock.now())
        self._labels: dict[int, Label] = {}

    def _label(self, number: int) -> Label:
        """Return the label of a number; one that this transaction made is remembered nowhere else."""
        label = self._labels.get(number)
        if label is None:
            label = self._labels[number] = self.node.labels.label(self.connection, number)
        return label

    @property
    def _is_within(self) -> bool:
        """Whether the reader belongs here: what is known to be wrong stays readable and goes no further."""
        return self.audience.participant == self.node.me.participant

    def weigh(self, row: Standing, absence: Reason | None) -> Weighed:
        """Return a holding with the verdict on it; `absence` says why it is not there to be released."""
        if absence is not None and absence.kind is why.WITHDRAWN and self._is_within:
            absence = None
        own, closure = self._label(row.own), self._label(row.closure)
        if row.mark is not None:
            own = meet(own, self._label(row.mark))
        if absence is not None:
            verdict = absent(absence, self.node.gate.rules)
            return Weighed(standing=row, own=own, closure=closure, verdict=verdict, at=self.at)
        # What hangs together with a holding lies with who runs the node already, and keeps nothing from them.
        is_home = self.audience.desk == self.node.home
        whole, number = (own, 0) if is_home else (closure, row.closure)
        at = self.at
        verdict = verdict_on(own, whole, number, self.audience, at, self.node.gate.verdict)
        if self._depends_on_consent(verdict, own.blocked | whole.blocked):
            at = self.agreements.about(row, self.audience, at.now)
            verdict = verdict_on(own, whole, number, self.audience, at, self.node.gate.verdict)
        return Weighed(standing=row, own=own, closure=closure, verdict=verdict, at=at)

    def _depends_on_consent(self, verdict: Verdict, blocked: frozenset[str]) -> bool:
        """Whether what somebody agreed to might turn this no, or its reason; where it cannot, nobody looks for it."""
        if verdict.rule != "R9" and not (verdict.rule == "R3" and blocked & LIFTABLE):
            return False
        return self._is_within or self.agreements.is_anything_granted()


def agreed_to(
    node: Node, connection: sa.Connection, standing: Standing, audience: Audience, now: datetime
) -> Circumstances:
    """Return what was agreed to for a release of one holding with all it hangs together with."""
    return Agreements(node, connection).about(standing, audience, now)


class Agreements:
    """What was agreed to about holdings, each with all it hangs together with; looked up once, whoever asks."""

    def __init__(self, node: Node, connection: sa.Connection) -> None:
        """Look up nothing yet."""
        self._node = node
        self._connection = connection
        self._known: dict[int, tuple[Sequence[Part], Sequence[Grant]]] = {}
        self._is_anything_granted: bool | None = None

    def is_anything_granted(self) -> bool:
        """Whether any grant may count at this node."""
        if self._is_anything_granted is None:
            self._is_anything_granted = consent.is_anything_granted(self._connection)
        return self._is_anything_granted

    def about(self, standing: Standing, audience: Audience, now: datetime) -> Circumstances:
        """Return the circumstances of a release of one holding to an audience."""
        known = self._known.get(standing.position)
        if known is None:
            parts = consent.question(self._connection, self._node.labels, standing.position, standing.stix_id)
            known = parts, consent.grants(self._connection, {part.digest for part in parts})
            self._known[standing.position] = known
        return circumstances(*known, audience, now)
