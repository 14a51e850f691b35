# SPDX-License-Identifier: MIT
"""The people of the bench: what they bring in, share, mark, take back, ask and answer, as the seed says.

Beside each act stands what it forbids from then on, in the bench's own words: the gate is never asked what it should
have said.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import orjson

from tasuki.base.errors import TasukiError
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.assistance.acts import Answering, Asking, Office
from tasuki.formats.suites.keys import Purpose
from tasuki.services import assistance, consent, holdings, importing, release, trust, withdrawal
from tasuki.services.importing import Statement
from tasuki.services.intake import home_identity
from tasuki.sim.nation import Nation
from tasuki.sim.partnership import team
from tasuki.sim.records import EVERYBODY, Acknowledged, Forbidden, Records

_LEVELS: Final = ("clear", "green", "green", "amber", "amber", "red")
_ROLES: Final = ("envelope", "kem", "log", "witness")
_OFFICE: Final = Office(office="Duty desk")
_WHY: Final = "The seed says so."
_LATER: Final = timedelta(seconds=1)
_MOST: Final = 50
_CONTROLLED: Final = 0.4
"""How much of what they bring in goes on only with their consent."""

_CLOSED: Final = 0.5
"""How much of what is marked later goes to nobody; the rest to one participant alone."""

_REFUSED: Final = 0.3
"""How often consent is refused."""

_ALONE: Final = 0.2
"""How much of it is for one participant alone."""

_NOTHING: Final = "nothing"
_TRIES: Final = 8
"""Draws until there is something to do: most acts need that something came before them."""

_WEIGHTS: Final = {
    "bring in": 6,
    "share": 6,
    "mark": 2,
    "recall": 1,
    "narrow": 1,
    "revoke": 1,
    "correct": 1,
    "ask for consent": 3,
    "answer for consent": 3,
    "pass on": 3,
    "withdraw consent": 1,
    "ask for help": 1,
    "answer for help": 3,
    "end help": 1,
    "rotate keys": 0.5,
    "revoke a key": 0.5,
}
"""How often people do what, against each other."""


class People:
    """The people of every nation."""

    def __init__(self, dice: random.Random, records: Records, commits: Callable[[], int]) -> None:
        """Act by `dice`; note in `records` what was answered with success, as of the commit then."""
        self._dice = dice
        self._records = records
        self._commits = commits
        self._made = 0
        self._acts: Mapping[str, Callable[[Nation, Nation], str]] = {
            "bring in": self._bring_in,
            "share": self._share,
            "mark": self._mark,
            "recall": self._recall,
            "narrow": self._narrow,
            "revoke": self._revoke,
            "correct": self._correct,
            "ask for consent": self._ask_consent,
            "answer for consent": self._answer_consent,
            "pass on": self._pass_on,
            "withdraw consent": self._withdraw_consent,
            "ask for help": self._ask_help,
            "answer for help": self._answer_help,
            "end help": self._end_help,
            "rotate keys": self._rotate,
            "revoke a key": self._revoke_key,
        }

    def act(self, nation: Nation, others: list[Nation]) -> str:
        """Let somebody of a nation do something; return what, and what it came to."""
        for _ in range(_TRIES):
            name = self._dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
            other = self._dice.choice(others)
            try:
                done = self._acts[name](nation, other)
            except TasukiError as error:
                done = f"refused {error.reason.code}"
            if done != _NOTHING:
                return f"{name}: {done}"
        return _NOTHING

    def _one(self, ids: list[str]) -> str:
        # What is newest is spoken of most.
        return ids[-1 - int(len(ids) * self._dice.random() ** 3)]

    def _forbid(self, nation: Nation, ids: Iterable[str], to: str = EVERYBODY) -> None:
        self._records.forbid(nation.code, ids, to, self._commits())

    def _bring_in(self, nation: Nation, other: Nation) -> str:
        count = self._dice.randint(1, 3)
        values = []
        for _ in range(count):
            self._made += 1
            values.append(f"n{self._made}.{nation.code.lower()}.example")
        level = self._dice.choice(_LEVELS)
        alone = self._dice.random() < _ALONE
        audiences = (str(team(other.code)), str(nation.node.home)) if alone else ()
        statement = Statement(tlp=level, releasable_to=audiences, basis="own-analysis")
        terms = importing.terms_of(nation.node, statement)
        text = "\n".join(values).encode() + b"\n"
        report = importing.import_stream(nation.node, "list.csv", [text], terms, keep_ids=True)
        ids = [each for each in report.ids if each.startswith("indicator--")]
        nation.known += ids
        at = self._commits()
        self._records.imported += [Acknowledged(nation=nation.code, stix_id=each, at=at) for each in ids]
        if level == "red":
            self._forbid(nation, ids)
        if alone:
            self._only(nation, ids, other)
        if level == "amber" or self._dice.random() < _CONTROLLED:
            release.mark(nation.node, ids, level=None, besides=release.Besides(consent_of=(nation.code,)))
            self._records.controlled += ids
        return f"{len(ids)} {level} {'to ' + other.code if alone else ''}"

    def _only(self, nation: Nation, ids: list[str], other: Nation) -> None:
        for code in _others(nation, other):
            self._forbid(nation, ids, code)

    def _share(self, nation: Nation, other: Nation) -> str:
        if not nation.known:
            return _NOTHING
        stix_id = self._one(nation.known)
        lane = self._dice.choice(("urgent", "bulk", "bulk"))
        # With whoever made it: what refers to something that is not held may not be passed on.
        wanted = [home_identity(nation.node)[0], stix_id]
        report = release.share(nation.node, wanted, team(other.code), lane=lane)
        if not report.withheld:
            at = self._commits()
            self._records.shared.append(Acknowledged(nation=nation.code, stix_id=stix_id, at=at, to=other.code))
        return f"{stix_id} to {other.code} {report.released}/{report.already}/{sum(report.withheld.values())}"

    def _mark(self, nation: Nation, other: Nation) -> str:
        if not nation.known:
            return _NOTHING
        stix_id = self._one(nation.known)
        if self._dice.random() < _CLOSED:
            release.mark(nation.node, [stix_id], level="red")
            self._forbid(nation, [stix_id])
            return f"{stix_id} red"
        release.mark(nation.node, [stix_id], level=None, audiences=[str(team(other.code))])
        self._only(nation, [stix_id], other)
        return f"{stix_id} to {other.code} alone"

    def _recall(self, nation: Nation, _other: Nation) -> str:
        if not nation.known:
            return _NOTHING
        stix_id = self._one(nation.known)
        withdrawal.recall(nation.node, [stix_id], why=_WHY)
        self._forbid(nation, [stix_id])
        return stix_id

    def _narrow(self, nation: Nation, other: Nation) -> str:
        if not nation.known:
            return _NOTHING
        stix_id = self._one(nation.known)
        withdrawal.narrow(nation.node, [stix_id], level=None, audiences=[str(team(other.code))], why=_WHY)
        self._only(nation, [stix_id], other)
        return f"{stix_id} to {other.code} alone"

    def _revoke(self, nation: Nation, _other: Nation) -> str:
        if not nation.known:
            return _NOTHING
        stix_id = self._one(nation.known)
        withdrawal.revoke(nation.node, [stix_id], why=_WHY)
        self._records.withdrawn.append(Acknowledged(nation=nation.code, stix_id=stix_id, at=self._commits()))
        return stix_id

    def _correct(self, nation: Nation, _other: Nation) -> str:
        if not nation.known:
            return _NOTHING
        stix_id = self._one(nation.known)
        held = holdings.show(nation.node, stix_id)[-1].body
        if held is None:
            return "gone"
        withdrawal.correct(nation.node, stix_id, _corrected(held, self._dice.randint(1, 99)), why=_WHY)
        return stix_id

    def _ask_consent(self, nation: Nation, other: Nation) -> str:
        theirs = [(stix_id, code) for stix_id, code in nation.got if code != other.code]
        if not theirs:
            return _NOTHING
        stix_id, _ = self._dice.choice(theirs)
        until = nation.node.clock.now() + timedelta(days=self._dice.randint(1, 5))
        made = consent.ask(nation.node, consent.Asking(ids=(stix_id,), to=team(other.code), until=until, why=_WHY))
        return f"{stix_id} for {other.code}, {len(made)}"

    def _answer_consent(self, nation: Nation, _other: Nation) -> str:
        asked = self._requests(nation, "in", "asked")
        if not asked:
            return _NOTHING
        request = self._dice.choice(asked)
        if self._dice.random() < _REFUSED:
            consent.refuse(nation.node, request.request, why=_WHY, partner=request.asker)
            return "refuse"
        consent.grant(nation.node, request.request, why=_WHY, partner=request.asker)
        at, to = self._commits(), request.audience.partition("/")[0]
        self._records.granted += [
            Forbidden(nation=request.asker, stix_id=each["id"], to=to, at=at) for each in request.objects
        ]
        return "grant"

    def _withdraw_consent(self, nation: Nation, _other: Nation) -> str:
        granted = self._requests(nation, "in", "granted")
        if not granted:
            return _NOTHING
        request = self._dice.choice(granted)
        consent.withdraw(nation.node, request.request, why=_WHY, partner=request.asker)
        return "withdrawn"

    def _requests(self, nation: Nation, direction: str, state: str) -> list[consent.Shown]:
        found = consent.listed(nation.node, limit=_MOST).requests
        return [each for each in found if (each.direction, each.state) == (direction, state)]

    def _pass_on(self, nation: Nation, other: Nation) -> str:
        theirs = [stix_id for stix_id, code in nation.got if code != other.code]
        if not theirs:
            return _NOTHING
        stix_id = self._one(theirs)
        report = release.share(nation.node, [stix_id], team(other.code))
        return f"{stix_id} to {other.code} {report.released}/{report.already}/{sum(report.withheld.values())}"

    def _ask_help(self, nation: Nation, other: Nation) -> str:
        asking = Asking(
            to=team(other.code),
            trigger="ransomware",
            severity=self._dice.choice(("3", "1")),
            wanted=("indicators", "hunt"),
            consent="anonymous",
            summary=f"Case {self._dice.randint(1, 999)}: a plant stands still.",
        )
        return str(assistance.ask(nation.node, asking)["id"])

    def _answer_help(self, nation: Nation, _other: Nation) -> str:
        waiting = [each for each in assistance.listed(nation.node) if each.get("we") == "asked"]
        if not waiting:
            return _NOTHING
        case = self._dice.choice(waiting)
        stix_id, asker = str(case["id"]), str(case["asker"])
        if case["state"] == "requested":
            assistance.acknowledge(nation.node, stix_id, _OFFICE, asker=asker)
            return f"acknowledged {stix_id}"
        answering = (
            Answering(accepted=("indicators", "hunt")) if case["state"] == "acknowledged" else Answering(done=True)
        )
        assistance.answer(nation.node, stix_id, answering, _OFFICE, asker=asker)
        return f"answered {stix_id}"

    def _end_help(self, nation: Nation, _other: Nation) -> str:
        ours = [each for each in assistance.listed(nation.node) if each.get("we") == "asker"]
        if not ours:
            return _NOTHING
        case = self._dice.choice(ours)
        assistance.close(nation.node, str(case["id"]), "fulfilled", _OFFICE)
        return f"closed {case['id']}"

    def _rotate(self, nation: Nation, _other: Nation) -> str:
        role = self._dice.choice(_ROLES)
        trust.rotate(nation.node, [role])
        return role

    def _revoke_key(self, nation: Nation, _other: Nation) -> str:
        key = nation.node.own.anchor.current_pair(Purpose.ENVELOPE, nation.node.clock.now()).ids[
            self._dice.randint(0, 1)
        ]
        done = trust.revoke(nation.node, key, None, ("First", "Second"))
        self._records.revoked[nation.code, key] = dict(done.indexes)
        return f"{key} {sorted(done.indexes.items())}"


def _others(nation: Nation, other: Nation) -> list[str]:
    codes = [each.id for each in nation.node.profile.participants]
    return [code for code in codes if code not in (nation.code, other.code)]


def _corrected(held: Mapping[str, Any], number: int) -> bytes:
    later = format_rfc3339(parse_rfc3339(held["modified"]) + _LATER)
    return orjson.dumps({**held, "modified": later, "description": f"Corrected {number}."})
