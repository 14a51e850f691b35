# SPDX-License-Identifier: MIT
"""The product's side of the comparison, by its pure functions: labels, closure, circumstances, decision.

What lies between them, such as which holding is the newest of its source, is put together here; that it is put
together right in the product itself is asked of whole nodes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

import gate_worlds as worlds
from gate_worlds import OWN, Content, Held, Words, World

from tasuki.base.errors import InputError
from tasuki.base.ids import Audience, ParticipantId
from tasuki.core.markings.labels import LEVELS, blocking, label_of, stated
from tasuki.core.markings.lattice import audiences, caveat, meet, meet_all
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.partners.model import Profile
from tasuki.core.partners.profile import parse_profile
from tasuki.core.release.circumstances import Circumstances, Grant, GrantKind, Part, circumstances
from tasuki.core.release.closure import close
from tasuki.core.release.rules import Rules, decide, rules_for
from tasuki.formats.stix.markings import Markings, read_markings
from tasuki.formats.stix.tlp import OFFICIAL

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATIN = {"CLEAR": "clear", "GREEN": "green", "AMBER": "amber", "AMBER+STRICT": "amber+strict", "RED": "red"}
WITHOUT_DEFINITION = {*OFFICIAL, *worlds.PAP_IDS.values()}
TOMORROW = cast("Tlp", 9)
"""A level that is none: nothing must be allowed by it."""


def moment(micros: int) -> datetime:
    """Return a moment of the worlds."""
    return EPOCH + timedelta(microseconds=micros)


@cache
def read_audience(text: str) -> Audience:
    """Return an audience by its text."""
    return Audience.parse(text)


_PROFILES: dict[int, tuple[dict[str, object], Profile]] = {}


def profile_for(data: dict[str, object]) -> Profile:
    """Return the profile that a world states; those come from a small stock."""
    known = _PROFILES.get(id(data))
    if known is None or known[0] is not data:
        known = _PROFILES[id(data)] = (data, parse_profile(data))
    return known[1]


def rules_of(world: World) -> Rules:
    """Return the rules of a world's node."""
    return rules_for(profile_for(world.profile), read_audience(world.home), local_rules(world))


def local_rules(world: World) -> dict[str, object]:
    """Return the local rules as a parsed rules.toml."""
    if not world.rules:
        return {}
    said = {"tlp": LATIN, "pap": {each: each.lower() for each in worlds.PAP}}
    return {
        "deny": [
            {
                "id": f"rule-{number}",
                "by": world.home,
                "reason": {"en": "We do not.", "ja": "しません。"},
                **{
                    member: [said.get(member, {}).get(each, each) for each in values] for member, values in rule.items()
                },
            }
            for number, rule in enumerate(world.rules)
        ]
    }


def definition_of(identifier: str, content: Content) -> dict[str, Any]:
    """Return a marking definition as STIX."""
    made: dict[str, Any] = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": identifier,
        "created": "2026-01-01T00:00:00.000Z",
    }
    if content.definition_type is not None:
        made |= {"definition_type": content.definition_type, "definition": dict(content.definition)}
    if content.extensions:
        made["extensions"] = {
            extension: {member: _written(member, value) for member, value in members.items()}
            for extension, members in content.extensions.items()
        }
    return made


def _written(member: str, value: object) -> object:
    if member in ("embargo", "until", "start_date", "end_date") and isinstance(value, int):
        return f"{moment(value):%Y-%m-%dT%H:%M:%S.%fZ}"
    return json.loads(json.dumps(value))


def words_label(words: Words, *, everything: bool = True) -> Label:
    """Return the label that a manifest or a mark states; a caveat that cannot be read blocks."""
    named = None if words.caveat is None else caveat(words.caveat)
    besides = stated(
        paps=[words.pap.lower()] if words.pap else (),
        consent_of=words.consent_of,
        classifications=words.classifications,
        embargoes=[(moment(words.embargo), words.ahead)] if words.embargo is not None else (),
        untils=[moment(words.until)] if words.until is not None else (),
    )
    codes = {*words.blocked, *(("unknown-caveat",) if words.caveat is not None and named is None else ())}
    level = LEVELS[LATIN[words.tlp]] if words.tlp else None
    return meet(
        Label(
            tlp=level if everything or level is not None else Tlp.CLEAR,
            releasable_to=named,
            originators=frozenset(map(ParticipantId, words.originators)),
            blocked=frozenset(codes),
        ),
        besides,
    )


@dataclass(slots=True)
class Pure:
    """One world, put to the pure functions."""

    world: World
    rules: Rules
    now: datetime
    live: list[int] = field(default_factory=list)
    newest: dict[str, dict[str, int]] = field(default_factory=dict)
    own: dict[int, Label] = field(default_factory=dict)
    numbers: dict[Label, int] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)

    def number(self, label: Label) -> int:
        """Return the number of a label, as a node interns it."""
        if label not in self.numbers:
            self.numbers[label] = len(self.labels)
            self.labels.append(label)
        return self.numbers[label]

    def prepare(self) -> None:
        """Find what is live and newest, and label it."""
        world = self.world
        recalled = set(world.recalls)
        self.live = [
            number
            for number, each in enumerate(world.held)
            if not each.disposed and (each.id, each.source) not in recalled
        ]
        best: dict[tuple[str, str], int] = {}
        for number in self.live:
            each = world.held[number]
            before = best.get((each.id, each.source))
            if before is None or (each.version, each.arrival) > (
                world.held[before].version,
                world.held[before].arrival,
            ):
                best[each.id, each.source] = number
        self.newest = defaultdict(dict)
        for (identifier, source), number in best.items():
            self.newest[identifier][source] = number
        for number in self.live:
            self.own[number] = self.own_label(world.held[number])

    def counting(self, identifier: str, held: Held) -> list[dict[str, Any] | None]:
        """Return the definitions of a marking that counted for a holding, one after the other; None for none."""
        given = [
            each for each in self.world.held if each.id == identifier and each.content is not None and not each.disposed
        ]
        counted: list[Held] = []
        for moment_of_arrival in sorted({held.arrival, *(each.arrival for each in given)}):
            there = [each for each in given if each.arrival <= moment_of_arrival]
            if moment_of_arrival >= held.arrival and there:
                best = min(there, key=lambda each: (each.source != held.source, each.source != OWN, each.arrival))
                if best not in counted:
                    counted.append(best)
        return [definition_of(identifier, cast("Content", each.content)) for each in counted] or [None]

    def own_label(self, held: Held) -> Label:
        """Return the own label of a holding."""
        every = [
            read_markings([each], lambda _, one=one: one) for each in held.markings for one in self.counting(each, held)
        ]
        levels = {level for markings in every for level in markings.levels}
        levels |= {LATIN[words.tlp] for words in held.imports if words.tlp}
        caveats: list[Iterable[str]] = [caveat for markings in every for caveat in markings.caveats]
        if held.content is not None:
            itself = {**definition_of(held.id, held.content), "id": held.id}
            caveats += read_markings([held.id], lambda _: itself).caveats
            levels |= set() if held.markings else {"clear"}
        besides = meet_all([*map(self.beside, every), *(words_label(each, everything=False) for each in held.imports)])
        unknown = ("unknown-marking",) if any(markings.unknown for markings in every) else ()
        personal = ("personal-data",) if any(markings.personal_data for markings in every) else ()
        codes = {*held.intake_blocks, *self.handling(held), *unknown, *personal}
        own = label_of(
            levels=levels,
            caveats=caveats,
            blocked=(),
            originator=ParticipantId(held.source or self.world.here),
            besides=besides,
        )
        own = meet(own, Label(tlp=Tlp.CLEAR, releasable_to=None, originators=frozenset(), blocked=frozenset(codes)))
        if held.manifest is None:
            return own
        given = words_label(held.manifest)
        if own.tlp is None:
            own = _with_level(own, given.tlp)
        return meet(own, given)

    def beside(self, markings: Markings) -> Label:
        """Return what markings say beside levels and caveats."""
        return stated(
            paps=markings.paps,
            consent_of=markings.consent_of,
            classifications=markings.classifications,
            embargoes=markings.embargoes,
            untils=markings.untils,
        )

    def handling(self, held: Held) -> Iterator[str]:
        """Yield the codes of a handling basis."""
        basis = held.handling
        if None in (basis.collection, basis.purpose, basis.permitted_use, basis.personal_data):
            yield "unknown-handling"
        elif basis.personal_data == "yes":
            yield "personal-data"
        if basis.victim in worlds.KEPT_VICTIMS:
            yield "victim-consent"

    def marked(self, identifier: str, label: Label, source: str) -> Label:
        """Return a label of a source's holding with the marks on its id."""
        hand = [each.words for each in self.world.marks if each.id == identifier and not each.partner]
        said = [LEVELS[LATIN[each.tlp]] for each in hand if each.tlp]
        if label.tlp is None and source == OWN and said:
            label = _with_level(label, max(said))
        return meet_all([label, *self.marks(identifier, source)])

    def marks(self, identifier: str, source: str) -> Iterator[Label]:
        """Yield the labels of the marks on an id that speak of what a source gave."""
        for each in self.world.marks:
            if each.id == identifier and each.partner in (OWN, source):
                words = each.words
                label = words_label(words, everything=False)
                if not each.partner and words.caveat is not None and label.releasable_to is not None:
                    home = audiences((*map(str, label.releasable_to), self.world.home))
                    label = _with_caveat(label, home)
                yield label

    def id_label(self, identifier: str) -> Label:
        """Return the label of an id."""
        sources = self.newest.get(identifier)
        if not sources:
            return blocking("missing-reference")
        return meet_all(self.marked(identifier, self.own[number], source) for source, number in sources.items())

    def references(self, identifier: str) -> list[str]:
        """Return what an id refers to, its markings among it."""
        found: dict[str, None] = {}
        for number in self.newest.get(identifier, {}).values():
            held = self.world.held[number]
            strange = held.content.extensions.keys() - worlds.KNOWN_EXTENSIONS if held.content else ()
            marked = (each for each in held.markings if each not in WITHOUT_DEFINITION)
            found |= dict.fromkeys((*held.references, *marked, *strange))
        found.pop(identifier, None)
        return list(found)

    def closure(self, identifier: str) -> tuple[Label, set[str]]:
        """Return the closure's label, and the ids in it."""
        members = {identifier}
        ahead = [identifier]
        while ahead:
            fresh = set(self.references(ahead.pop())) - members
            members |= fresh
            ahead += fresh
        try:
            number = close(
                identifier,
                own=lambda each: self.number(self.id_label(each)),
                references=self.references,
                meet_numbers=lambda one, other: self.number(meet(self.labels[one], self.labels[other])),
                limit=self.world.limit,
            )
        except InputError:
            return meet(self.id_label(identifier), blocking("closure-too-large")), members
        return self.labels[number], members

    def grants(self) -> Iterator[Grant]:
        """Yield the grants that were not withdrawn."""
        for each in self.world.permits:
            if not each.withdrawn:
                yield Grant(
                    kind=GrantKind(each.kind),
                    by=ParticipantId(each.participant) if each.kind == "onward" else None,
                    digest=each.digest,
                    audience=read_audience(each.audience),
                    purpose=each.purpose,
                    until=moment(each.until),
                )

    def part(self, number: int) -> Part:
        """Return a holding as a part of a question."""
        held = self.world.held[number]
        return Part(
            stix_id=held.id,
            own=self.marked(held.id, self.own[number], held.source),
            digest=held.digest,
            purpose=held.handling.purpose,
            giver=ParticipantId(held.source) if held.source else None,
            addressed=frozenset(map(read_audience, held.addressed)),
        )

    def decide(self) -> Iterator[tuple[int, str, str, bool, str]]:
        """Yield holding, reader, rule, allowed and reason for every live holding and every reader."""
        if self.world.outright is not None:
            yield from self.outright()
            return
        self.prepare()
        grants = list(self.grants())
        known: dict[str, tuple[Label, set[str]]] = {}
        for number in self.live:
            held = self.world.held[number]
            if held.id not in known:
                known[held.id] = self.closure(held.id)
            closed, members = known[held.id]
            marked = self.marked(held.id, self.own[number], held.source)
            label = meet(marked, closed)
            parts = {number, *(each for member in members for each in self.newest.get(member, {}).values())}
            asked = [self.part(each) for each in sorted(parts)]
            for reader in self.world.readers:
                who = read_audience(reader)
                at_home = str(who.desk) == self.world.home
                found = decide(
                    marked if at_home else label, who, self.rules, circumstances(asked, grants, who, self.now)
                )
                yield number, reader, found.rule, found.allowed, found.reason.code

    def outright(self) -> Iterator[tuple[int, str, str, bool, str]]:
        """Yield the same for a label that is given outright."""
        words, agreed, lifted = cast("tuple[Words, tuple[str, ...], tuple[str, ...]]", self.world.outright)
        unknown = words.tlp is not None and words.tlp not in LATIN
        label = words_label(Words(**{**_members(words), "tlp": None}) if unknown else words)
        if unknown:
            label = _with_level(label, TOMORROW)
        at = Circumstances(now=self.now, agreed=frozenset(map(ParticipantId, agreed)), lifted=frozenset(lifted))
        for reader in self.world.readers:
            found = decide(label, read_audience(reader), self.rules, at)
            yield 0, reader, found.rule, found.allowed, found.reason.code


def _members(words: Words) -> Mapping[str, Any]:
    return {name: getattr(words, name) for name in words.__dataclass_fields__}


def _with_level(label: Label, level: Tlp | None) -> Label:
    return Label(**{**{name: getattr(label, name) for name in label.__dataclass_fields__}, "tlp": level})


def _with_caveat(label: Label, named: frozenset[Audience]) -> Label:
    return Label(**{**{name: getattr(label, name) for name in label.__dataclass_fields__}, "releasable_to": named})


def answers(world: World) -> Iterator[tuple[int, str, str, bool, str]]:
    """Yield what the product says about every live holding of a world and every reader."""
    return Pure(world, rules_of(world), moment(world.now)).decide()
