# SPDX-License-Identifier: MIT
"""The moves of an attacker: none is forgotten, each says what must come of it, and a share of them is played here.

`prove/moves.py` plays all of them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasuki.sim.moves.absent import ABSENT
from tasuki.sim.moves.playing import Refused, Shows, played
from tasuki.sim.moves.stage import staged
from tasuki.sim.moves.table import moves, page

PAGE = Path(__file__).parents[2] / "docs" / "moves.md"
PLAYED_HERE = ("ENV02", "ENV12", "REP04", "REP14", "KEY06", "LOG03", "LOG12", "REL17", "INP19", "API08", "AIR09")
"""One of each kind of refusal; what kills, skews or waits is for the rig."""


def test_every_move_of_the_catalogue_is_played_or_has_nothing_to_be_played_against(data):
    catalogue = json.loads((data / "security" / "attack_catalogue" / "attacker_moves.json").read_text("utf-8"))
    wanted = {each["id"] for each in catalogue["moves"]}
    assert len(wanted) == 187
    assert set(moves()) | set(ABSENT) == wanted
    assert not set(moves()) & set(ABSENT)


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_what_is_called_absent_does_not_exist(name):
    assert ABSENT[name].proof()


def test_every_case_has_a_name_of_its_own_and_every_move_says_what_is_played():
    for name, ways in moves().items():
        for way in ways:
            assert way.plays.endswith("."), name
            assert len(set(way.over)) == len(way.over) > 0, name
            assert way.expects.said, name


def test_there_are_as_many_cases_as_were_promised():
    assert sum(len(way.over) for ways in moves().values() for way in ways) >= 1500


def test_the_page_about_the_moves_is_made_from_them():
    assert PAGE.read_text("utf-8") == page()


def test_a_refusal_names_a_reason_or_a_status_that_says_it():
    for ways in moves().values():
        for way in ways:
            assert isinstance(way.expects, Refused | Shows)
            if isinstance(way.expects, Refused):
                assert way.expects.codes or way.expects.status != (200,)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with staged(tmp_path_factory.mktemp("stage"), 7) as made:
        yield made


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", PLAYED_HERE)
def test_a_move_is_refused_for_the_right_reason_and_leaves_nothing_behind(stage, name):
    for way in moves()[name]:
        outcome = played(stage, way, way.over[-1])
        assert outcome.wrong == (), (outcome.move.plays, outcome.over)
