# SPDX-License-Identifier: MIT
"""Finding and disposing on both databases: by words of both languages, and of exactly what is due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_holdings import OPEN, bring, lines, obj, one_node, uid
from tasuki.base.errors import CallerError
from tasuki.services import holdings


@pytest.fixture
def node(node_url, tmp_path):
    with one_node(tmp_path / "node", url=node_url) as made:
        yield made


def test_words_are_found_in_both_languages_newest_first_and_each_id_once(node):
    bring(
        node,
        lines(
            obj(1, name="くじら麦酒 Kujira Brewing"),
            obj(2, name="麦酒の攻撃者"),
            obj(1, name="くじら麦酒 Kujira Brewing", description="again", modified="2026-02-01T00:00:00.000Z"),
        ),
    )
    assert [each["id"] for each in holdings.find(node, "麦酒", 9)] == [uid("identity", 1), uid("identity", 2)]
    assert [each["id"] for each in holdings.find(node, "麦酒 攻撃", 9)] == [uid("identity", 2)]
    assert [each["id"] for each in holdings.find(node, "KUJIRA brewing", 9)] == [uid("identity", 1)]
    assert holdings.find(node, "麦酒", 1)[0]["id"] == uid("identity", 1)
    assert holdings.find(node, "発電", 9) == []


def test_one_japanese_character_narrows_only_beside_other_words(node):
    bring(node, lines(obj(1, name="brewery 酒"), obj(2, name="brewery 水")))
    assert [each["id"] for each in holdings.find(node, "brewery 酒", 9)] == [uid("identity", 1)]
    for query in ("酒", "- _", ""):
        with pytest.raises(CallerError):
            holdings.find(node, query, 9)


def test_matches_beyond_the_first_candidates_are_found(node, monkeypatch):
    monkeypatch.setattr(holdings, "_BATCH", 10)
    bring(node, lines(obj(0, name="barrel lock")) + b"".join(lines(obj(n, name="lock barrel")) for n in range(1, 60)))
    assert [each["id"] for each in holdings.find(node, "barrel lock", 99)][-1] == uid("identity", 0)
    assert len(holdings.find(node, "barrel lock", 99)) == 60


def test_what_is_due_is_disposed_of_and_nothing_else(node):
    bring(node, lines(obj(1)), statement=replace(OPEN, dispose_by="2026-03-02T00:00:00Z"))
    bring(node, lines(obj(2)), statement=replace(OPEN, dispose_by="2026-03-03T00:00:00Z"))
    bring(node, lines(obj(3)))
    assert holdings.dispose_expired(node) == 0
    later = replace(node, clock=replace(node.clock, now=lambda: node.clock.now() + timedelta(days=1)))
    assert holdings.dispose_expired(later) == 1
    assert [each["id"] for each in holdings.listed(node, types=[], sources=[], limit=9)] == [
        uid("identity", 3),
        uid("identity", 2),
    ]
    (gone,) = holdings.show(node, uid("identity", 1))
    assert (gone.holding.state.value, gone.body) == ("disposed", None)


def test_what_was_disposed_of_can_be_brought_in_again(node):
    bring(node, lines(obj(1)))
    holdings.dispose(node, [uid("identity", 1)])
    assert bring(node, lines(obj(1))).accepted == 1
    assert [each.holding.state.value for each in holdings.show(node, uid("identity", 1))] == ["disposed", "held"]
    assert holdings.dispose(node, [uid("identity", 1)]) == 1
