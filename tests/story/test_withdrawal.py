# SPDX-License-Identifier: MIT
"""Three authorities: what was wrong, mistaken, too wide or improvable is taken back, also where it went on to."""

from __future__ import annotations

import json

import pytest

from making_canaries import receive
from making_readers import let_in
from making_release import LATER, indicator, raw_of, three_nodes, uid
from making_typist import Typist
from making_withdrawal import matches

WRONG, MISTAKEN, WIDE, BETTER = (uid("indicator", number) for number in (1, 2, 3, 4))
ALL = (WRONG, MISTAKEN, WIDE, BETTER)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Play the story once: AAA gives to BBB, BBB passes on to CCC, AAA takes all of it back, each in its own way."""
    folder = tmp_path_factory.mktemp("story")
    with three_nodes(folder, receive) as three:
        aaa, bbb = Typist(three.aaa), Typist(three.bbb)
        file = folder / "given.json"
        objects = [indicator(number, "clear", name=f"number {number}") for number in (1, 2, 3, 4)]
        file.write_text(json.dumps({"type": "bundle", "id": uid("bundle", 0), "objects": objects}), "utf-8")
        aaa.json("import", str(file), "--basis", "own-analysis")
        aaa.json("share", *ALL, "--to", "BBB/cert:csirt")
        three.carry()
        bbb.json("share", *ALL, "--to", "CCC/cert:csirt")
        three.carry()
        police = let_in(three.bbb, "bell", "BBB/police:csirt")
        three.seen_before = set(police.ids())
        better = folder / "better.json"
        better.write_bytes(raw_of(indicator(4, "clear", modified=LATER, pattern="[domain-name:value = 'b.example']")))
        aaa.json("revoke", WRONG, "--why", "The sample was benign.")
        aaa.json("recall", MISTAKEN, "--why", "It was for somebody else.")
        aaa.json("narrow", WIDE, "--releasable-to", "BBB/cert:csirt", "--why", "It names a source.")
        aaa.json("correct", BETTER, "--file", str(better), "--why", "It was misspelt.")
        three.carry()
        three.police = police
        yield three


def listed(node):
    said = Typist(node).json("withdrawals")
    return {
        way: {
            (each["partner"], each["verb"], *each["ids"]): each["attested"] and each["attested"]["counts"]
            for each in said[way]
        }
        for way in ("made", "received")
    }


def test_everybody_who_got_it_has_answered_for_itself_alone(told):
    assert listed(told.aaa) == {
        "made": {
            ("BBB", "revoke", WRONG): {"replaced": 1},
            ("BBB", "recall", MISTAKEN): {"use-stopped": 1},
            ("BBB", "narrow", WIDE): {"narrowed": 1},
            ("BBB", "correct", BETTER): {"replaced": 1},
        },
        "received": {},
    }
    passed_on = {
        ("CCC", "revoke", WRONG): {"use-stopped": 1},
        ("CCC", "recall", MISTAKEN): {"use-stopped": 1},
        ("CCC", "recall", WIDE): {"use-stopped": 1},
        ("CCC", "correct", BETTER): {"use-stopped": 1},
    }
    assert listed(told.bbb)["made"] == passed_on
    assert listed(told.bbb)["received"] == {
        ("AAA", *rest): counts for (_, *rest), counts in listed(told.aaa)["made"].items()
    }
    assert listed(told.ccc) == {
        "made": {},
        "received": {("BBB", *rest): counts for (_, *rest), counts in passed_on.items()},
    }


def test_each_thing_is_used_as_far_as_it_may_be(told):
    assert {node.me.participant: [matches(node, each) for each in ALL] for node in told.all} == {
        "AAA": [False, False, True, True],
        "BBB": [False, False, True, True],
        "CCC": [False, False, False, False],
    }


def test_what_was_wrong_can_be_read_and_what_was_mistaken_cannot(told):
    for node in (told.aaa, told.bbb):
        shown = Typist(node).json("show", WRONG)
        assert [each["body"].get("revoked", False) for each in shown] == [False, True]
        assert [each["body"] for each in Typist(node).json("show", MISTAKEN)] == [None]


def test_a_reader_who_may_not_have_it_any_longer_sees_it_no_longer(told):
    assert told.seen_before == set(ALL)
    assert set(told.police.ids()) == {WRONG, BETTER}


def test_the_better_version_reaches_the_third_when_people_pass_it_on(told):
    Typist(told.bbb).json("share", BETTER, "--to", "CCC/cert:csirt")
    told.carry()
    told.ccc.matching.catch_up(told.ccc)
    assert told.ccc.matching.compiled.of_text("b.example") == (BETTER,)
    assert told.ccc.matching.compiled.of_text("n4.example") == ()
