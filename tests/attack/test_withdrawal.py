# SPDX-License-Identifier: MIT
"""A partner takes back what is not its own, floods, repeats, lies: nothing of anybody else's changes."""

import pytest

from making_canaries import ask
from making_release import AAA, BBB, CCC, LATER, indicator, states, take_in, three_nodes, uid
from making_withdrawal import (
    arrive_notice,
    arrive_objects,
    bodies,
    explained,
    give,
    made,
    matches,
    received,
    remembered,
    say,
)
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError
from tasuki.core.release.forms import MAX_IDS
from tasuki.services import release, withdrawal
from tasuki.services.channel import push, seal_next
from tasuki.store import channel

OURS, THEIRS, BOTH = (uid("indicator", number) for number in (1, 2, 3))
FAR = "9999-12-31T23:59:59.999999Z"
VERBS = {
    "recall": {},
    "revoke": {"at": FAR},
    "correct": {"at": FAR},
    "narrow": {"label": {"tlp": "RED", "releasable_to": []}},
}
SOURCES = ("local", "CCC")


@pytest.fixture
def three(tmp_path):
    """BBB holds an object of its own, one that CCC gave, and one that both it and CCC have."""
    with three_nodes(tmp_path) as nodes:
        give(nodes.ccc, BBB, indicator(2, "clear"), indicator(3, "clear"))
        nodes.carry()
        take_in(nodes.bbb, indicator(1, "clear"), indicator(3, "clear", name="found here too"))
        yield nodes


def standing(node):
    """Everything that decides what BBB may do with what is not AAA's."""
    ids = (OURS, THEIRS, BOTH)
    return (
        [remembered(node, source, each) for source in SOURCES for each in ids],
        [explained(node, each, CCC if each == OURS else AAA) for each in ids],
        [bodies(node, each) for each in ids],
    )


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_anothers_stays_as_it_was_and_the_answer_says_never_held(three, verb):
    before = standing(three.bbb)
    say(three.aaa, "BBB", verb, ids=[OURS, THEIRS, BOTH], **VERBS[verb])
    three.carry()
    assert standing(three.bbb) == before
    # The same answer whether these ids are held or unheard of: a partner learns nothing of what others gave.
    assert made(three.aaa) == [("BBB", verb, [OURS, THEIRS, BOTH], {"never-held": 3})]
    assert received(three.ccc) == []
    say(three.aaa, "BBB", verb, ids=[uid("indicator", n) for n in (97, 98, 99)], **VERBS[verb])
    three.carry()
    assert made(three.aaa)[0][3] == {"never-held": 3}


@pytest.mark.parametrize("verb", VERBS)
def test_a_copy_of_its_own_is_all_it_can_take_back(three, verb):
    arrive_objects(three.bbb, "AAA", indicator(1, "clear"), indicator(2, "clear"))
    before = [remembered(three.bbb, source, each) for source in SOURCES for each in (OURS, THEIRS)]
    arrive_notice(three.bbb, "AAA", verb, [OURS, THEIRS], **VERBS[verb])
    assert [remembered(three.bbb, source, each) for source in SOURCES for each in (OURS, THEIRS)] == before
    assert matches(three.bbb, OURS)
    assert matches(three.bbb, THEIRS)
    arrive_notice(three.bbb, "AAA", "recall", [OURS, THEIRS])
    assert explained(three.bbb, OURS, CCC) == "R13"


def test_a_version_that_says_revoked_takes_nothing_from_us_either(three):
    arrive_objects(three.bbb, "AAA", indicator(1, "clear", modified=FAR, revoked=True))
    assert matches(three.bbb, OURS)
    assert len([each for each in bodies(three.bbb, OURS) if each.get("revoked")]) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_ten_thousand_ids_nobody_gave_change_nothing_and_are_answered(three, verb):
    before = standing(three.bbb)
    ids = [uid("indicator", 10_000 + number) for number in range(MAX_IDS - 3)] + [OURS, THEIRS, BOTH]
    arrive_notice(three.bbb, "AAA", verb, ids, **VERBS[verb])
    assert standing(three.bbb) == before
    assert received(three.bbb)[0][3] == {"never-held": MAX_IDS}


@pytest.mark.parametrize("verb", VERBS)
def test_one_id_more_is_refused_and_the_lane_goes_on(three, verb):
    with pytest.raises(CallerError):
        arrive_notice(three.bbb, "AAA", verb, [OURS] * (MAX_IDS + 1), **VERBS[verb])
    assert received(three.bbb) == []
    say(three.aaa, "BBB", verb, ids=[OURS], **VERBS[verb])
    three.carry()
    assert received(three.bbb)[0][3] == {"never-held": 1}


@pytest.mark.parametrize("verb", VERBS)
def test_an_envelope_sent_again_gets_its_receipt_and_counts_once(three, verb):
    give(three.aaa, BBB, indicator(4, "clear"))
    three.carry()
    say(three.aaa, "BBB", verb, ids=[uid("indicator", 4)], **VERBS[verb])
    assert seal_next(three.aaa, "BBB", "urgent")
    with three.aaa.database.read() as connection:
        sealed = channel.next_unanswered(connection, "BBB", "urgent")
    push(three.aaa, "BBB", "urgent")
    before = remembered(three.bbb, "AAA", uid("indicator", 4))
    shown = three.aaa.anchor.tls_certificate
    first, again = (ask(three.bbb, shown, "POST", "/exchange/v1/envelopes", sealed.raw) for _ in range(2))
    assert first == again
    assert first[0] == 200
    assert remembered(three.bbb, "AAA", uid("indicator", 4)) == before
    assert len(received(three.bbb)) == 1
    three.carry()
    assert len(made(three.aaa)) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_said_over_and_over_is_passed_on_once(three, verb):
    give(three.aaa, BBB, indicator(4, "clear"))
    three.carry()
    release.share(three.bbb, [uid("indicator", 4)], CCC)
    three.carry()
    for _ in range(5):
        say(three.aaa, "BBB", verb, ids=[uid("indicator", 4)], **VERBS[verb])
    three.carry()
    assert len(received(three.bbb)) == 5
    assert len(received(three.ccc)) == 1


def test_an_answer_to_somebody_elses_notice_answers_nothing(three):
    give(three.aaa, BBB, indicator(4, "clear"))
    release.share(three.aaa, [uid("indicator", 4)], CCC)
    three.carry()
    withdrawal.recall(three.aaa, [uid("indicator", 4)], why="Wrong.")
    for partner in ("BBB", "CCC"):
        while seal_next(three.aaa, partner, "urgent"):
            pass
    with three.aaa.database.read() as connection:
        (to_ccc,) = [
            each.env_id
            for each in channel.history(connection, partner="CCC", lane="urgent", limit=9)
            if each.type == "recall"
        ]
    lie = {"of": to_ccc, "counts": {"destroyed": 1}, "statement": "All of it."}
    body = {**lie, "at": LATER}
    three.bbb.database.write(
        lambda c: channel.enqueue(
            c, partner="AAA", lane="urgent", kind="attestation", body=canonical(body), at=three.hands.now
        )
    )
    while seal_next(three.bbb, "AAA", "urgent") or push(three.bbb, "AAA", "urgent"):
        pass
    assert {partner: counts for partner, _, _, counts in made(three.aaa)} == {"BBB": None, "CCC": None}
    three.carry()
    assert {partner: counts for partner, _, _, counts in made(three.aaa)} == {
        "BBB": {"use-stopped": 1},
        "CCC": {"use-stopped": 1},
    }


def test_a_second_answer_does_not_replace_the_first(three):
    give(three.aaa, BBB, indicator(4, "clear"))
    three.carry()
    withdrawal.recall(three.aaa, [uid("indicator", 4)], why="Wrong.")
    three.carry()
    with three.bbb.database.read() as connection:
        ((_, stated, _),) = [
            (each.type, each.env_id, each.at)
            for each in channel.history(connection, partner="AAA", lane="urgent", limit=9)
            if each.type == "recall"
        ]
    body = {"of": stated, "counts": {"destroyed": 1}, "statement": "After all.", "at": LATER}
    three.bbb.database.write(
        lambda c: channel.enqueue(
            c, partner="AAA", lane="urgent", kind="attestation", body=canonical(body), at=three.hands.now
        )
    )
    three.carry()
    assert made(three.aaa)[0][3] == {"use-stopped": 1}


def test_whoever_narrows_its_copies_to_nobody_harms_its_own_alone(three):
    give(three.aaa, BBB, indicator(4, "clear"))
    three.carry()
    say(three.aaa, "BBB", "narrow", ids=[uid("indicator", 4)], label={"releasable_to": []})
    three.carry()
    assert explained(three.bbb, uid("indicator", 4), CCC) == "R6"
    assert states(three.bbb, uid("indicator", 4)) == [("AAA", "held")]
    assert matches(three.bbb, uid("indicator", 4))
    assert bodies(three.bbb, uid("indicator", 4))[0] is not None
