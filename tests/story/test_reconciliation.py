# SPDX-License-Identifier: MIT
"""Two authorities: what one lost both learn; what a restored one lost it gets again, and both agree afterwards."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from making_nodes import Hands
from making_reconciliation import forget_received, outcome, reconciled, restore, stated
from making_release import indicator
from making_typist import Typist


@pytest.fixture
def scene(tmp_path):
    with reconciled(tmp_path, Hands()) as (gbr, jpn):
        yield gbr, jpn, Typist(gbr), Typist(jpn), tmp_path


def give(person, folder, number):
    """Bring an object in and give it to Japan on the urgent lane."""
    file = folder / f"{number}.json"
    file.write_text(json.dumps(indicator(number, "green")), "utf-8")
    person.json("import", str(file), "--basis", "own-analysis")
    person.json("share", indicator(number)["id"], "--to", "JPN/nco:csirt", "--lane", "urgent")
    return person.json("sync")


def refused(person, *words):
    """Return what is said by a command that found something wrong."""
    done = person.run(*words)
    assert done.exit_code == 1, done.output
    return done.output


def test_both_sides_agree_and_say_so(scene):
    _, _, london, tokyo, folder = scene
    synced = give(london, folder, 1)
    assert synced["partners"][0]["stopped"] is None
    for person, partner in ((london, "JPN"), (tokyo, "GBR")):
        (view,) = person.json("channel", "reconcile", partner)
        assert (view["outcome"], view["findings"], view["stale"]) == ("equal", [], False)
        assert person.json("status")["reconciliations"][0]["outcome"] == "equal"


def test_what_one_side_lost_is_named_to_people_on_both_sides_in_their_language(scene):
    _, jpn, london, tokyo, folder = scene
    for number in range(1, 4):
        give(london, folder, number)
    forget_received(jpn, "GBR", "urgent", [2])
    said = refused(london, "channel", "reconcile", "JPN")
    assert "THE TWO SIDES DIFFER" in said
    assert "urgent 1/2" in said
    said = refused(replace(tokyo, language="ja_JP"), "channel", "reconcile", "GBR")
    assert "双方の記録が異なります" in said
    assert "urgent 1/2" in said
    for person in (london, tokyo):
        codes = [each["code"] for each in person.json("status")["alarms"]]
        assert any(code.startswith("reconciliation.missing-") for code in codes)


def test_a_node_put_back_to_an_older_day_gets_again_what_it_lost_and_both_statements_are_equal(scene):
    gbr, jpn, london, tokyo, folder = scene
    for number in range(1, 6):
        give(london, folder, number)
    restore(jpn, "GBR", "urgent", 2, "in")
    refused(london, "channel", "reconcile", "JPN")
    synced = london.json("sync", "--with", "JPN")
    assert synced["partners"][0]["receipted"] == 3
    (view,) = tokyo.json("channel", "reconcile")
    assert (view["outcome"], view["findings"]) == ("equal", [])
    # What it took back is evidence until it has caught up: now it has.
    (view,) = london.json("channel", "reconcile")
    assert (view["outcome"], view["findings"]) == ("equal", [])
    sent = {row.lane: (row.sealed, row.root) for row in stated(jpn, "GBR").sent}
    received = {row.lane: (row.received, row.root) for row in stated(gbr, "JPN").received}
    assert sent == received
    assert outcome(jpn, "GBR") == "equal"


def test_a_person_decides_and_the_sender_reads_it_beside_the_envelope(scene):
    gbr, _, london, tokyo, folder = scene
    give(london, folder, 1)
    (envelope,) = [each for each in london.json("channel", "show")["envelopes"] if each["direction"] == "out"]
    one = tokyo.json("channel", "decide", envelope["env_id"], "--decision", "taken-up", "--office", "nco-desk")
    assert [each["decision"] for each in one["decided"]] == ["taken-up"]
    tokyo.json("sync")
    shown = london.json("channel", "show", envelope["env_id"])
    assert [(each["by"], each["decision"], each["office"]) for each in shown["decided"]] == [
        ("JPN", "taken-up", "nco-desk")
    ]
    assert "JPN nco-desk decided: taken-up" in london.run("channel", "show", envelope["env_id"]).output
    assert gbr.me.participant == "GBR"
