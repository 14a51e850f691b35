# SPDX-License-Identifier: MIT
"""Legal holds: what a law keeps is sealed and used for nothing, by the word of two people, until two people lift it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.time import format_exact
from tasuki.core.holdings.reasons import HOLD_REASON, NOT_UNDER_HOLD
from tasuki.core.persons.two import both
from tasuki.core.release.forms import MAX_SENTENCE, sentence
from tasuki.core.release.reasons import NOT_HELD
from tasuki.services import journal
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED, OUTBOX
from tasuki.services.settling import settle
from tasuki.store import hold as store
from tasuki.store import holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A holding under hold.

    Attributes:
        then: what it is once the hold is lifted: `held`, or `recalled`.
    """

    id: str
    source: str
    then: str
    by: str
    at: datetime
    why: str


def place(node: Node, stix_ids: Sequence[str], *, by: Sequence[str], why: str) -> int:
    """Put ids under hold: every body held of them is kept, and nothing of it can be used, found, shared or destroyed.

    Versions that come later are no part of it. A partner that recalls one hears that it is sealed.

    Returns:
        How many holdings were sealed.

    Raises:
        CallerError: fewer than two people, or no reason.
        InputError: nothing of an id is held.
    """
    people, wanted = _asked(by, why), list(dict.fromkeys(stix_ids))

    def work(connection: sa.Connection) -> int:
        numbers = holdings.numbers(connection, wanted)
        now = node.clock.now()
        for stix_id in wanted:
            if not any(each.state.value in ("held", "recalled") for each in holdings.history(connection, stix_id)):
                raise InputError(NOT_HELD.because(stix_id=stix_id[:300]))
        done = store.place(connection, list(numbers.values()), by=", ".join(people), at=now, why=why)
        settle(node, connection, wanted)
        said: dict[str, Json] = {"ids": [*wanted], "by": ", ".join(people), "why": why, "at": format_exact(now)}
        journal.note(connection, journal.HELD, said)
        audit(node, connection, "hold:holding:place", {**said, "count": done})
        return done

    done = node.database.write(work)
    _wake(node)
    return done


def lift(node: Node, stix_ids: Sequence[str], *, by: Sequence[str], why: str) -> int:
    """Lift the hold on ids: each body is again what it was before, or recalled where that was said meanwhile.

    Returns:
        How many holdings are sealed no longer.

    Raises:
        CallerError: fewer than two people, or no reason.
        InputError: an id is not under hold.
    """
    people, wanted = _asked(by, why), list(dict.fromkeys(stix_ids))

    def work(connection: sa.Connection) -> int:
        numbers = holdings.numbers(connection, wanted)
        sealed = {each.stix_id for each in store.holds(connection, list(numbers.values()) or [0])}
        free = next((each for each in wanted if each not in sealed), None)
        if free is not None:
            raise InputError(NOT_UNDER_HOLD.because(stix_id=free[:300]))
        done = store.lift(connection, list(numbers.values()))
        settle(node, connection, wanted)
        said: dict[str, Json] = {"ids": [*wanted]}
        journal.note(connection, journal.LIFTED, said)
        audit(node, connection, "hold:holding:lift", {**said, "by": [*people], "why": why, "count": done})
        return done

    done = node.database.write(work)
    _wake(node)
    return done


def sealed(node: Node) -> list[Sealed]:
    """Return everything that is under hold."""
    with node.database.read() as connection:
        return [
            Sealed(
                id=each.stix_id,
                source=each.source,
                then=each.before,
                by=each.placed_by,
                at=each.placed_at,
                why=each.why,
            )
            for each in store.holds(connection)
        ]


def _asked(by: Sequence[str], why: str) -> list[str]:
    people = both(by)
    if not sentence(why):
        raise CallerError(HOLD_REASON.because(limit=MAX_SENTENCE))
    return people


def _wake(node: Node) -> None:
    node.signals.raise_(ARRIVED)
    node.signals.raise_(OUTBOX)
