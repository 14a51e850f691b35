# SPDX-License-Identifier: MIT
"""The product's side of the comparison, whole: real objects in a real node on SQLite, and the release service asked.

Many worlds lie in one node, since profile, home, clock, readers and local rules are those of a node. What happens to
them happens as it does to a node: objects come in one by one, marks are put, partners narrow and recall, grants are
kept, the node recalls and disposes of. What the node refuses to do is taken out of the world; everything else must
come to what the reference says.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from gate_product import LATIN, definition_of, local_rules, moment, profile_for, read_audience, words_label
from gate_worlds import BLOCKS, OWN, SECOND, Handling, Held, Maker, Mark, World

from making_nodes import Hands, make_node
from tasuki.base.errors import TasukiError
from tasuki.base.ids import NodeName, ParticipantId
from tasuki.core.channel.model import Arrival
from tasuki.core.holdings.model import HandlingBasis, PersonalData, Victim
from tasuki.core.markings.lattice import audiences, meet_all
from tasuki.core.release.circumstances import Grant, GrantKind
from tasuki.core.release.rules import Gate, rules_for
from tasuki.formats.json.pieces import Piece
from tasuki.services.holdings import dispose
from tasuki.services.intake import import_pieces
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.services.release import Besides, mark
from tasuki.services.release.weighing import not_held, weigh, weigh_ids
from tasuki.services.withdrawal import prepare_notice, recall
from tasuki.store import consent, holdings

Answer = tuple[str, bool, str]
WORLDS_OF_A_NODE = 40


def stamp(micros: int) -> str:
    """Return a moment as STIX writes it, with all of its microseconds."""
    return f"{moment(micros):%Y-%m-%dT%H:%M:%S.%fZ}"


def node_and_worlds(number: int, count: int) -> tuple[World, list[World]]:
    """Return what a node is, and worlds that lie in it."""
    stock = Maker(number).world
    more = [Maker(number + extra).world.readers for extra in range(1, 40)]
    known = {
        each for readers in more for each in readers if each[:3] in {one["id"] for one in stock.profile["participants"]}
    }
    chance = Random(number)
    people = chance.sample(sorted(known), min(len(known), 6))
    stock.readers = tuple(sorted({*stock.readers, *people, stock.home, f"{stock.home}@bell"}))
    stock.limit = 10_000
    ruled = next(each for each in (Maker(number + extra).make() for extra in range(200)) if each.rules)
    stock.rules = ruled.rules if chance.random() < 0.5 else []
    return stock, [possible(Maker(number + extra, stock).make()) for extra in range(count)]


def possible(world: World) -> World:
    """Take out of a world what no import says and no node does."""
    gone = {each.id for each in world.held if each.disposed}
    for each in world.held:
        each.intake_blocks = ()
        each.disposed = each.id in gone
        if each.manifest is not None:
            codes = tuple(code for code in each.manifest.blocked if code in BLOCKS)
            each.manifest = replace(each.manifest, caveat=_readable(each.manifest.caveat), blocked=codes)
    world.marks = [
        replace(each, words=replace(each.words, caveat=_readable(each.words.caveat))) for each in world.marks
    ]
    return world


def _readable(texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(each for each in texts if _is_readable(each))


def _is_readable(text: str) -> bool:
    try:
        read_audience(text)
    except ValueError:
        return False
    return True


def modified(version: int) -> str:
    """Return what a version says of when it was made."""
    return f"2026-01-{version:02}T12:00:00.000Z"


def body_of(number: int, held: Held, chance: Random) -> bytes:
    """Return a holding as STIX; what it refers to stands in any of the places where a reference can."""
    if held.content is not None:
        made = definition_of(held.id, held.content) | {"name": f"definition number {number}"}
    else:
        made = {
            "type": "indicator",
            "spec_version": "2.1",
            "id": held.id,
            "created": "2026-01-01T00:00:00.000Z",
            "modified": modified(held.version),
            "name": f"holding number {number}",
            "pattern": "[domain-name:value = 'n.example']",
            "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z",
        }
        if held.revoked:
            made["revoked"] = True
    for place, reference in enumerate(held.references):
        _refer(made, place, reference, chance)
    for marking in dict.fromkeys(held.markings):
        how = chance.random() if held.content is None else 1
        if how < 0.2:
            made.setdefault("granular_markings", []).append({"selectors": ["name"], "marking_ref": marking})
        elif how < 0.3:
            inside = {"type": "x-note", "object_marking_refs": [marking]}
            made.setdefault("x_inside", []).append(inside)
        else:
            made.setdefault("object_marking_refs", []).append(marking)
    return json.dumps(made, ensure_ascii=False).encode()


def _refer(made: dict[str, Any], place: int, reference: str, chance: Random) -> None:
    how = chance.randrange(5)
    if how == 0:
        made[f"x_link_{place}_ref"] = reference
    elif how == 1:
        made.setdefault("x_link_refs", []).append(reference)
    elif how == 2:
        made["description"] = f"{made.get('description', '')} See {reference}, please."
    elif how == 3:
        made.setdefault("x_seen", {})[reference] = True
    else:
        made.setdefault("external_references", []).append({"source_name": "notes", "description": f"({reference})"})


@dataclass(slots=True)
class Whole:
    """One node that worlds happen to."""

    node: Node
    hands: Hands
    stock: World
    chance: Random
    refused: Counter[str] = field(default_factory=Counter)
    bodies: dict[int, bytes] = field(default_factory=dict)

    def happen(self, worlds: list[World]) -> None:
        """Let everything in the worlds happen; what is refused is taken out of them."""
        self.hands.now = moment(self.stock.now) - timedelta(hours=1)
        for world in worlds:
            self._dress(world)
            defined = {each.id for each in world.held if each.content is not None}
            before = [
                each
                for each in world.recalls
                if each[1] != OWN and each[0] not in defined and self.chance.random() < 0.5
            ]
            withdrawn = [each for each in world.withdrawals if self.chance.random() < 0.5]
            world.withdrawals = [each for each in world.withdrawals if each not in withdrawn or self._withdrawn(*each)]
            narrowed = [each for each in world.marks if each.partner and self.chance.random() < 0.5]
            world.recalls = [each for each in world.recalls if each not in before or self._recalled(*each)]
            world.marks = [each for each in world.marks if each not in narrowed or self._narrowed(each)]
            self._hold(world, narrowed)
            self._permit(world)
            world.recalls = [each for each in world.recalls if each in before or self._recalled(*each)]
            world.withdrawals = [each for each in world.withdrawals if each in withdrawn or self._withdrawn(*each)]
            gone = sorted({each.id for each in world.held if each.disposed})
            if gone:
                dispose(self.node, gone)
        self.hands.now = moment(self.stock.now)

    def _dress(self, world: World) -> None:
        """Give every holding its bytes, and every grant the digest of the version it is for."""
        known = {}
        for number, each in enumerate(world.held):
            raw = body_of(number, each, self.chance)
            known[each.digest] = hashlib.sha256(raw).hexdigest()
            self.bodies[id(each)] = raw
        for each in world.held:
            each.digest = known[each.digest]
        world.permits = [replace(each, digest=known.get(each.digest, each.digest)) for each in world.permits]

    def _hold(self, world: World, narrowed: list[Mark]) -> None:
        waiting = [each for each in world.marks if each not in narrowed]
        done = [each for each in world.marks if each in narrowed]
        for each in sorted(world.held, key=lambda held: held.arrival):
            self.hands.now += timedelta(microseconds=1)
            for addressed in each.addressed or ("",):
                report = import_pieces(
                    self.node, [Piece(place="1", raw=self.bodies[id(each)])], self._terms(each, addressed)
                )
                if report.quarantined:
                    raise AssertionError(report.as_json())
            for one in [one for one in waiting if one.id == each.id]:
                waiting.remove(one)
                if self._narrowed(one) if one.partner else self._marked(one):
                    done.append(one)
        world.marks = done

    def _terms(self, held: Held, addressed: str) -> Terms:
        source = held.source or LOCAL
        if held.manifest is not None:
            given = words_label(held.manifest)
            given = replace(given, originators=given.originators | {ParticipantId(held.source)})
            return Terms(
                source=source,
                originator=ParticipantId(held.source),
                handling=_basis(held.handling),
                given=given,
                addressed=addressed,
            )
        besides = [words_label(replace(each, tlp=None, caveat=None), everything=False) for each in held.imports]
        return Terms(
            source=source,
            originator=self.node.me.participant,
            handling=_basis(held.handling),
            levels=tuple(LATIN[each.tlp] for each in held.imports if each.tlp),
            caveats=tuple(each.caveat for each in held.imports if each.caveat is not None),
            besides=meet_all(besides),
        )

    def _marked(self, one: Mark) -> bool:
        words = one.words
        besides = Besides(
            pap=words.pap and words.pap.lower(),
            consent_of=words.consent_of,
            classifications=words.classifications,
            embargo=words.embargo and stamp(words.embargo),
            ahead=words.ahead,
            until=words.until and stamp(words.until),
        )
        level = words.tlp and LATIN[words.tlp]
        try:
            mark(self.node, [one.id], level=level, audiences=words.caveat or (), besides=besides)
        except TasukiError as error:
            self.refused[f"mark: {error.reason.code}"] += 1
            return False
        return True

    def _narrowed(self, one: Mark) -> bool:
        label: dict[str, Any] = {}
        if one.words.tlp:
            label["tlp"] = one.words.tlp
        if one.words.caveat is not None:
            label["releasable_to"] = sorted(map(str, audiences(one.words.caveat)))
        return self._heard("narrow", one.partner, {"ids": [one.id], "label": label})

    def _recalled(self, identifier: str, partner: str) -> bool:
        if partner:
            return self._heard("recall", partner, {"ids": [identifier]})
        try:
            recall(self.node, [identifier], why="It should not have been sent.")
        except TasukiError as error:
            self.refused[f"recall: {error.reason.code}"] += 1
            return False
        return True

    def _withdrawn(self, identifier: str, partner: str, kind: str, version: int) -> bool:
        return self._heard(kind, partner, {"ids": [identifier], "at": modified(version)})

    def _heard(self, kind: str, partner: str, members: dict[str, Any]) -> bool:
        said = {"reason": "So it is.", "at": stamp(self.stock.now - 2 * SECOND), **members}
        arrival = Arrival(
            env_id=f"01900000-0000-7000-8000-{self.chance.randrange(16**12):012x}",
            partner=ParticipantId(partner),
            sender=NodeName.parse(f"{partner}/{partner.lower()}-1"),
            lane="urgent",
            type=kind,
            in_reply_to=None,
            created=self.hands.now,
            payload=json.dumps(said).encode(),
        )
        apply = prepare_notice(self.node, arrival)
        done = self.node.database.write(apply)
        if done.status != "stored" or done.reason is not None:
            self.refused[f"{kind}: {done.reason}"] += 1
            return False
        return True

    def _permit(self, world: World) -> None:
        def keep(connection: Any) -> None:
            for number, each in enumerate(world.permits):
                grant = Grant(
                    kind=GrantKind(each.kind),
                    by=ParticipantId(each.participant) if each.kind == "onward" else None,
                    digest=each.digest,
                    audience=read_audience(each.audience),
                    purpose=each.purpose,
                    until=moment(each.until),
                )
                under = f"{world.number}-{number}"
                consent.add_grants(connection, [(each.id, grant)], under)
                if each.withdrawn:
                    consent.withdraw_grants(connection, under)

        self.node.database.write(keep)

    def answers(self, worlds: list[World]) -> Iterator[tuple[tuple[int, int | str, str], Answer]]:
        """Yield the node's answer about every live holding and about every id, for every reader."""
        names = {}
        for index, world in enumerate(worlds):
            for number, held in enumerate(world.held):
                names[held.digest, held.source or LOCAL] = (index, number)
        ids = {each: index for index, world in enumerate(worlds) for each in ids_of(world)}
        with self.node.database.read() as connection:
            positions = {
                each.position: names[each.digest, each.source]
                for one in ids
                for each in holdings.history(connection, one)
            }
            for reader in self.stock.readers:
                who = read_audience(reader)
                for found in weigh(self.node, connection, list(positions), who):
                    yield (*positions[found.standing.position], reader), _answer(found.verdict)
                going = weigh_ids(self.node, connection, list(ids), who)
                for identifier, found in going.items():
                    yield (ids[identifier], identifier, reader), _answer(found.verdict)
                rest = [each for each in ids if each not in going]
                for identifier, verdict in not_held(self.node, connection, rest).items():
                    yield (ids[identifier], identifier, reader), _answer(verdict)


def ids_of(world: World) -> set[str]:
    """Return every id that a world holds, refers to or recalls."""
    return (
        {each.id for each in world.held}
        | {reference for each in world.held for reference in each.references}
        | {identifier for identifier, _ in world.recalls}
    )


def _answer(verdict: Any) -> Answer:
    return verdict.rule, verdict.allowed, verdict.reason.code


def _basis(handling: Handling) -> HandlingBasis:
    return HandlingBasis(
        collection=handling.collection,
        purpose=handling.purpose,
        permitted_use=(handling.permitted_use,) if handling.permitted_use else (),
        personal_data=PersonalData(handling.personal_data or "unknown"),
        dispose_by=None if handling.dispose_by is None else moment(handling.dispose_by),
        victim=Victim(handling.victim),
    )


def whole(folder: Path, stock: World) -> Whole:
    """Return a node as a world wants it; close its database after use."""
    hands = Hands(now=moment(stock.now) - timedelta(hours=2))
    under = profile_for(stock.profile)
    node = make_node(folder, f"{stock.here}/{stock.here.lower()}-1", lambda *_: b"", hands=hands, under=under)
    home = read_audience(stock.home)
    node = replace(node, home=home, gate=Gate(rules_for(under, home, local_rules(stock))))
    return Whole(node=node, hands=hands, stock=stock, chance=Random(stock.number))
