# SPDX-License-Identifier: MIT
"""What was set aside, on both databases: shown with its reason, taken out, tried again, let go; spills only named."""

import json

import pytest

from making_holdings import OPEN, audited, bring, lines, obj, one_node
from tasuki.base.errors import CallerError, InputError
from tasuki.core.release.reasons import NO_TLP
from tasuki.services import quarantine
from tasuki.services.importing import terms_of
from tasuki.store import holdings as store


@pytest.fixture
def node(node_url, tmp_path):
    with one_node(tmp_path / "node", url=node_url) as made:
        yield made


def set_aside(node):
    bring(node, b"{broken\n" + lines(obj(1, created="yesterday"), obj(2, description="SECRET")))
    return {piece["code"]: piece["number"] for piece in quarantine.quarantined(node, 9)}


def test_a_piece_is_shown_with_its_reason_in_both_languages(node):
    numbers = set_aside(node)
    shown = quarantine.show(node, numbers["stix.timestamp"])
    assert json.loads(shown["excerpt"])["created"] == "yesterday"
    assert "timestamp" in shown["en"]
    assert "日時" in shown["ja"]
    assert quarantine.counts(node) == {"holdings.spill": 1, "json.unexpected": 1, "stix.timestamp": 1}
    (listed,) = quarantine.quarantined(node, 9, code="stix.timestamp")
    assert "excerpt" not in listed


def test_the_content_of_a_piece_comes_out_as_it_came_and_that_is_logged(node):
    number = set_aside(node)["json.unexpected"]
    assert quarantine.content(node, number).body == b"{broken"
    (entry,) = audited(node, "holdings:quarantine:export")
    assert entry["number"] == number


def test_of_a_spill_there_is_nothing_to_take_out_or_try_again(node):
    number = set_aside(node)["holdings.spill"]
    assert quarantine.show(node, number)["excerpt"] is None
    with pytest.raises(InputError):
        quarantine.content(node, number)
    with pytest.raises(InputError):
        quarantine.retry(node, [number], terms_of(node, OPEN))


def test_what_is_dropped_is_gone_and_its_hash_is_in_the_log(node):
    numbers = set_aside(node)
    chosen = [numbers["json.unexpected"], numbers["holdings.spill"]]
    assert quarantine.drop(node, chosen) == 2
    assert list(quarantine.counts(node)) == ["stix.timestamp"]
    (entry,) = audited(node, "holdings:quarantine:drop")
    assert [each["number"] for each in entry["pieces"]] == chosen
    assert all(len(each["sha256"]) == 64 for each in entry["pieces"])


def test_dropping_what_is_not_there_changes_nothing(node):
    numbers = set_aside(node)
    with pytest.raises(InputError):
        quarantine.drop(node, [numbers["json.unexpected"], 999])
    assert len(quarantine.counts(node)) == 3


def test_a_piece_tried_again_is_held_or_set_aside_anew(node, monkeypatch):
    monkeypatch.setattr("tasuki.services.intake.admit", lambda _obj: NO_TLP.because())
    bring(node, lines(obj(1)))
    monkeypatch.undo()
    ((number),) = [piece["number"] for piece in quarantine.quarantined(node, 9)]
    report = quarantine.retry(node, [number], terms_of(node, OPEN))
    assert report.accepted == 1
    assert quarantine.counts(node) == {}
    still = set_aside(node)["stix.timestamp"]
    assert quarantine.retry(node, [still], terms_of(node, OPEN)).quarantined == {"stix.timestamp": 1}
    assert quarantine.counts(node)["stix.timestamp"] == 1


def test_a_partners_piece_is_not_tried_again_without_its_label(node):
    number = set_aside(node)["json.unexpected"]
    table = store.QUARANTINE
    node.database.write(
        lambda connection: connection.execute(table.update().where(table.c.id == number).values(source="JPN"))
    )
    with pytest.raises(CallerError):
        quarantine.retry(node, [number], terms_of(node, OPEN))
    assert len(quarantine.counts(node)) == 3
