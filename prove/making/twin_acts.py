# SPDX-License-Identifier: MIT
"""What happens to twins: visible acts to both alike, hidden ones to each in its own way."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from twins import HOME, POLICE, Dice, Nursery, Question, Twins, World

from making_nodes import NOW, Hands
from making_release import CREATED, indicator, raw_of, report, take_in, uid
from tasuki.base.errors import TasukiError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES, UNKNOWN
from tasuki.core.holdings.model import PersonalData
from tasuki.core.persons.model import Principal
from tasuki.core.release.circumstances import GrantKind
from tasuki.formats.json.pieces import Piece
from tasuki.services import (
    channel,
    consent,
    detection,
    health,
    holdings,
    ledger,
    persons,
    release,
    tearline,
    withdrawal,
)
from tasuki.services.intake import import_pieces
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.store.channel import ENVELOPES_OUT

OWN: Final = BASES["own-analysis"]
BBB_CERT: Final = Audience.parse("BBB/cert:csirt")
CCC_CERT: Final = Audience.parse("CCC/cert:csirt")
ASH, ELM = (Principal(replace(HOME, person=name), name) for name in ("ash", "elm"))
"""Two people of the home, whom acts need that two must do."""

KEPT: Final = 6
"""Visible objects 1 to 6 are never taken away."""

COPIED: Final = 3
"""Of the first of them CCC gives copies. What refers to those is CCC's too from then on, so nothing AMBER does."""

WORDS: Final = ("brewery", "harbour", "kujira", "麦酒", "攻撃者", "lock", "barrel", "signal")


def words(chance: random.Random) -> str:
    """Return a few words of a small list, so that hidden and visible texts hold the same."""
    return " ".join(chance.sample(WORDS, 3))


# --- hidden ---------------------------------------------------------------------------------------------------------


def _secret(world: World, chance: random.Random, **properties: Any) -> dict[str, Any]:
    """Return an object that no other world holds."""
    number = chance.randrange(10_000_000, 99_999_999)
    kinds = {
        "indicator": indicator(number, **properties),
        "report": report(number, object_refs=[uid("indicator", 1)], **properties),
        "note": _note(number, **properties),
        "identity": _identity(number, **properties),
        "domain-name": {"type": "domain-name", "id": uid("domain-name", number), "value": f"n{number}.example"},
        "x-custom": {**_identity(number, **properties), "type": "x-custom", "id": uid("x-custom", number)},
    }
    made = chance.choice(list(kinds.values()))
    if "name" in made or made["type"] in ("indicator", "report"):
        made = {**made, "name": words(chance)}
    world.hidden.append(made["id"])
    return made


def _note(number: int, **properties: Any) -> dict[str, Any]:
    base = _identity(number)
    del base["name"]
    note = {**base, "type": "note", "id": uid("note", number), "object_refs": [uid("indicator", 2)]}
    return {**note, "content": "brewery lock", **properties}


def _identity(number: int, **properties: Any) -> dict[str, Any]:
    return {
        "type": "identity", "spec_version": "2.1", "id": uid("identity", number), "created": CREATED,
        "modified": CREATED, "name": f"organisation {number}", **properties,
    }  # fmt: skip


def unmarked(_twins: Twins, world: World, chance: random.Random) -> None:
    """Objects without a TLP."""
    take_in(world.node, *(_secret(world, chance) for _ in range(chance.randrange(1, 4))))


def caveated(_twins: Twins, world: World, chance: random.Random) -> None:
    """Objects for our own response team alone."""
    take_in(world.node, _secret(world, chance), levels=("amber",), caveats=((str(HOME),),))


def for_somebody_else(_twins: Twins, world: World, chance: random.Random) -> None:
    """TLP:RED for another person of the same desk."""
    take_in(world.node, _secret(world, chance), levels=("red",), caveats=((f"{POLICE}@mori",),))


def unknown_handling(_twins: Twins, world: World, chance: random.Random) -> None:
    """GREEN objects of which nobody said how they were got."""
    take_in(world.node, _secret(world, chance), levels=("green",), handling=UNKNOWN)


def personal(_twins: Twins, world: World, chance: random.Random) -> None:
    """GREEN objects that carry personal data."""
    handling = replace(OWN, personal_data=PersonalData.YES)
    take_in(world.node, _secret(world, chance), levels=("green",), handling=handling)


def referring(_twins: Twins, world: World, chance: random.Random) -> None:
    """GREEN objects that refer to hidden ones, of ours or CCC's, or to what is not held, in each of several ways."""
    known = [
        *world.hidden[-10:],
        *(uid("indicator", 20_000 + n) for n in range(world.taken_from_ccc)),
        uid("malware", 1),
    ]
    target = chance.choice(known)
    how = chance.choice(
        [
            {"object_refs": [target]},
            {"object_refs": [uid("indicator", 1)], "description": f"see {target} too"},
            {"object_refs": [uid("indicator", 1)], "x_seen": {target: "brewery"}},
        ]
    )
    number = chance.randrange(10_000_000, 99_999_999)
    made = report(number, "green", **{**how, "name": words(chance)})
    world.hidden.append(made["id"])
    take_in(world.node, made)


def copying(twins: Twins, world: World, chance: random.Random) -> None:
    """Hidden objects with the very texts of visible ones."""
    shown = _held(world.node, chance.choice(twins.visible[:KEPT]))
    number = chance.randrange(10_000_000, 99_999_999)
    made = {**shown, "id": uid(shown["type"], number), "object_marking_refs": []}
    made.pop("object_marking_refs")
    world.hidden.append(made["id"])
    take_in(world.node, made)


def _held(node: Node, stix_id: str) -> dict[str, Any]:
    shown = holdings.show(node, stix_id)[-1].body
    assert shown is not None
    return dict(shown)


def older(twins: Twins, world: World, chance: random.Random) -> None:
    """An older version of a visible object comes late; it is replaced already."""
    shown = _held(world.node, chance.choice(twins.visible[:KEPT]))
    moment = NOW - timedelta(days=chance.randrange(40, 300), seconds=chance.randrange(86_400))
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    take_in(world.node, {**shown, "created": stamp, "modified": stamp, "name": f"older {words(chance)}"})


def broken(_twins: Twins, world: World, chance: random.Random) -> None:
    """Pieces that are set aside, and one above the ceiling."""
    pieces = [b'{"type": ', raw_of({**indicator(chance.randrange(10**7)), "x_note": "SECRET"}), b"[1, 2", b"{}"]
    chosen = chance.sample(pieces, chance.randrange(1, 4))
    terms = Terms(source=LOCAL, originator=world.node.me.participant, handling=OWN)
    import_pieces(world.node, [Piece(place=str(n), raw=raw) for n, raw in enumerate(chosen)], terms)


def recalled(_twins: Twins, world: World, chance: random.Random) -> None:
    """A recall of what was hidden."""
    if world.hidden:
        _tolerated(lambda: withdrawal.recall(world.node, [chance.choice(world.hidden)], why="Too early."))


def disposed(_twins: Twins, world: World, chance: random.Random) -> None:
    """Disposal of what was hidden."""
    if world.hidden:
        _tolerated(lambda: holdings.dispose(world.node, [chance.choice(world.hidden)]))


def marked(_twins: Twins, world: World, chance: random.Random) -> None:
    """A mark on what was hidden."""
    if world.hidden:
        audiences = [chance.choice([str(CCC_CERT), str(HOME)])]
        _tolerated(lambda: release.mark(world.node, [chance.choice(world.hidden)], level="red", audiences=audiences))


def from_ccc(twins: Twins, world: World, _chance: random.Random) -> None:
    """The next envelope of CCC: AMBER for the home, copies of what is visible, a recall of its own."""
    raws = CCC.envelopes
    if world.taken_from_ccc < len(raws):
        raw = raws[world.taken_from_ccc]
        world.taken_from_ccc += 1
        question = Question("from CCC", "POST", channel.PATH, body=raw, certificate=CCC.certificate)
        answer = twins.asker.ask(world.exchange, question)
        assert answer.status == 200, answer
        assert b"tasuki" in answer.body.lower(), answer


def to_ccc(twins: Twins, world: World, chance: random.Random) -> None:
    """Something visible and something hidden is shared with CCC and waits, sealed, for CCC to come back."""
    ids = [chance.choice(twins.visible[:KEPT]), *world.hidden[-1:]]
    release.share(world.node, ids, CCC_CERT, lane=chance.choice(["bulk", "urgent"]))
    for lane in ("urgent", "bulk"):
        channel.seal_next(world.node, "CCC", lane)


def kept_from_bbb(_twins: Twins, world: World, _chance: random.Random) -> None:
    """Hidden things are put to the gate for BBB, which keeps them."""
    if world.hidden:
        release.share(world.node, world.hidden[-3:], BBB_CERT)


def narrowed_in_time(_twins: Twins, world: World, chance: random.Random) -> None:
    """Something is queued for BBB and narrowed before it leaves."""
    made = indicator(chance.randrange(10_000_000, 99_999_999), "green", name=words(chance))
    take_in(world.node, made)
    release.share(world.node, [made["id"]], BBB_CERT)
    release.mark(world.node, [made["id"]], level="red", audiences=[str(CCC_CERT)])
    world.hidden.append(made["id"])
    channel.seal_next(world.node, "BBB", "bulk")


def overridden(_twins: Twins, world: World, chance: random.Random) -> None:
    """Two people of the home let go to CCC, by a statute, what carries personal data."""
    made = _secret(world, chance)
    take_in(world.node, made, levels=("green",), handling=replace(OWN, personal_data=PersonalData.YES))
    until = NOW + timedelta(days=chance.randrange(1, 90))
    proposal = consent.Proposal(
        stix_id=made["id"], to=CCC_CERT, kind=GrantKind.STATUTORY, words=words(chance), until=until
    )
    proposed = _tolerated(lambda: consent.propose(world.node, ASH, proposal))
    if proposed is not None:
        consent.confirm(world.node, ELM, proposed.number, why=words(chance))
        release.share(world.node, [made["id"]], CCC_CERT)


def asked(_twins: Twins, world: World, chance: random.Random) -> None:
    """CCC is asked whether something of its own may go on to BBB."""
    if world.taken_from_ccc:
        number = 20_000 + chance.randrange(world.taken_from_ccc)
        until = NOW + timedelta(days=chance.randrange(1, 90))
        asking = consent.Asking(ids=(uid("indicator", number),), to=BBB_CERT, until=until, why=words(chance))
        _tolerated(lambda: consent.ask(world.node, asking))


def drafted(_twins: Twins, world: World, chance: random.Random) -> None:
    """One person drafts a tear-line of something hidden, for BBB; nobody releases it."""
    made = indicator(chance.randrange(10_000_000, 99_999_999), name=words(chance))
    take_in(world.node, made, levels=("amber",), caveats=((str(HOME),),))
    world.hidden.append(made["id"])
    marking = tearline.Marking(to=str(BBB_CERT), tlp="green", personal_data="no")
    edited = raw_of(indicator(1, name=words(chance)))
    tearline.draft(
        world.node, ASH, tearline.Order(ids=(made["id"],), marking=marking, edited=edited, why=words(chance))
    )


def revoked(_twins: Twins, world: World, chance: random.Random) -> None:
    """Something hidden is revoked, or corrected, or narrowed."""
    if not world.hidden:
        return
    stix_id = chance.choice(world.hidden)
    how = chance.choice(
        [
            lambda: withdrawal.revoke(world.node, [stix_id], why="It was wrong."),
            lambda: withdrawal.narrow(world.node, [stix_id], level="red", why="Fewer."),
        ]
    )
    _tolerated(how)


def people(_twins: Twins, world: World, chance: random.Random) -> None:
    """Other people are let in and let go."""
    name = f"p{chance.randrange(10**6)}"
    persons.add(world.node, name, chance.choice([str(POLICE), str(HOME)]))
    if chance.random() < 0.5:
        persons.remove(world.node, name)


def jobs(_twins: Twins, world: World, _chance: random.Random) -> None:
    """What runs in the background: matching, the audit log's checkpoint, disposal, alarms, metrics."""
    world.node.matching.catch_up(world.node)
    ledger.checkpoint(world.node, "audit")
    holdings.dispose_expired(world.node)
    health.alarms(world.node)
    health.metrics(world.node)
    detection.overview(world.node)


def reads(_twins: Twins, world: World, chance: random.Random) -> None:
    """The home reads, takes out, explains."""
    list(holdings.export(world.node, holdings.Selection()))
    holdings.find(world.node, words(chance), 5)
    if world.hidden:
        release.explain(world.node, chance.choice(world.hidden), BBB_CERT)


def _tolerated(act: Callable[[], Any]) -> Any:
    """Do what may have been done already; return what came of it, or None."""
    try:
        return act()
    except TasukiError:
        return None


Act = Callable[[Twins, World, random.Random], None]

HIDDEN: Final[dict[str, Act]] = {
    each.__name__: each
    for each in (
        unmarked, caveated, for_somebody_else, unknown_handling, personal, referring, copying, older, broken, recalled,
        disposed, marked, from_ccc, to_ccc, kept_from_bbb, narrowed_in_time, overridden, asked, drafted, revoked,
        people, jobs, reads,
    )
}  # fmt: skip
"""Everything that may happen to one twin alone."""


# --- visible --------------------------------------------------------------------------------------------------------


def begin(twins: Twins) -> None:
    """Give both what stays visible."""
    chance = twins.random
    made = [indicator(n, "clear" if n % 2 else "green", name=words(chance)) for n in range(1, KEPT + 1)]
    twins.alike("begin", lambda world: take_in(world.node, *made) and None)
    twins.visible += [each["id"] for each in made]


def comes(twins: Twins) -> None:
    """Something new comes, that the police may see."""
    chance, number = twins.random, 100 + twins.at
    refs, apart = chance.sample(twins.visible[:KEPT], 2), chance.choice(twins.visible[COPIED:KEPT])
    made = chance.choice(
        [
            indicator(number, "amber", name=words(chance)),
            indicator(number, "green", name=words(chance)),
            report(number, "green", object_refs=refs, name=words(chance)),
            {**_note(number, object_refs=[apart]), "object_marking_refs": indicator(1, "amber")["object_marking_refs"]},
        ]
    )
    twins.alike(f"comes {number}", lambda world: take_in(world.node, made) and None)
    twins.visible.append(made["id"])


def changes(twins: Twins) -> None:
    """A newer version of something visible comes."""
    chance = twins.random
    stix_id = chance.choice(twins.visible[:KEPT])
    stamp = f"{NOW + timedelta(seconds=twins.at):%Y-%m-%dT%H:%M:%S}.000Z"
    newer = {**_held(twins.one.node, stix_id), "modified": stamp, "name": words(chance)}
    twins.alike(f"changes {stix_id}", lambda world: take_in(world.node, newer) and None)


def goes_to_bbb(twins: Twins) -> None:
    """Something visible is shared with BBB, and what waits is sent."""
    ids = twins.random.sample(twins.visible, min(3, len(twins.visible)))

    def act(world: World) -> Any:
        done = release.share(world.node, ids, BBB_CERT).as_json()
        return done, channel.sync(world.node, "BBB")

    twins.alike(f"to BBB {twins.at}", act)


def comes_from_bbb(twins: Twins) -> None:
    """BBB sends something: GREEN, or AMBER for the police, or AMBER for the home."""
    chance, number = twins.random, 5000 + twins.at
    level, to = chance.choice([("green", HOME), ("amber", POLICE), ("amber", HOME)])
    made = indicator(number, level, name=words(chance))
    take_in(twins.bbb, made)
    release.share(twins.bbb, [made["id"]], to)
    channel.sync(twins.bbb, "AAA")
    if (level, to) != ("amber", HOME):
        twins.visible.append(made["id"])


def goes_away(twins: Twins) -> None:
    """Something visible is disposed of, recalled or narrowed by hand."""
    if len(twins.visible) <= KEPT + 2:
        return
    stix_id = twins.visible.pop(twins.random.randrange(KEPT, len(twins.visible)))
    how = twins.random.choice(["dispose", "recall", "narrow"])

    def act(world: World) -> None:
        if how == "dispose":
            holdings.dispose(world.node, [stix_id])
        elif how == "recall":
            withdrawal.recall(world.node, [stix_id], why="By mistake.")
        else:
            release.mark(world.node, [stix_id], level="red", audiences=[str(HOME)])

    twins.alike(f"{how} {stix_id}", act)


VISIBLE: Final[dict[str, Callable[[Twins], None]]] = {
    each.__name__: each for each in (comes, changes, goes_to_bbb, comes_from_bbb, goes_away)
}
"""Everything that happens to both."""


# --- CCC ------------------------------------------------------------------------------------------------------------


class CCC:
    """The third: its envelopes to AAA are made once, for all twins.

    Attributes:
        envelopes: in the order of its lane.
    """

    envelopes: tuple[bytes, ...] = ()
    certificate: bytes = b""

    @classmethod
    def prepare(cls, nursery: Nursery, folder: Path, count: int) -> None:
        """Let CCC share with AAA what neither onlooker may see, and copies of what both may, and keep the envelopes."""
        chance, dice = random.Random("CCC"), Dice()
        node = nursery.copy_of("CCC", folder / "ccc", Hands(), dice)
        for number in range(count):
            dice.begin(f"CCC {number}")
            made = [indicator(20_000 + number, "amber", name=words(chance))]
            if number < COPIED:
                made.append(indicator(1 + number, "green", name=words(chance)))
            take_in(node, *made)
            release.share(node, [each["id"] for each in made], HOME)
            channel.seal_next(node, "AAA", "bulk")
        with node.database.read() as connection:
            cls.envelopes = tuple(
                connection.execute(sa.select(ENVELOPES_OUT.c.raw).order_by(ENVELOPES_OUT.c.seq)).scalars()
            )
        cls.certificate = node.anchor.tls_certificate
        node.database.close()
        assert len(cls.envelopes) == count
