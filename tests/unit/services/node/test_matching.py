# SPDX-License-Identifier: MIT
"""The live set goes on: in batches, past bodies nobody can open, beside a hunt, woken by what is committed."""

import threading
from dataclasses import replace

import pytest

from making_detection import EVIL, OTHER, hold, indicator
from making_nodes import make_node
from tasuki.core.holdings.handling import BASES, UNKNOWN
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import detection, holdings
from tasuki.services.intake import import_pieces
from tasuki.services.labelling import Terms
from tasuki.services.node import matching
from tasuki.services.node.matching import Matching
from tasuki.store.holdings import BODIES


@pytest.fixture
def node(tmp_path):
    made = make_node(tmp_path / "jpn", "JPN/jpn-1", lambda *_: b"")
    yield made
    made.database.close()


def many(count):
    return [
        indicator(f"indicator--00000000-0000-4000-8000-{number:012d}", f"n{number}.example") for number in range(count)
    ]


def test_batches_together_are_everything(node, monkeypatch):
    monkeypatch.setattr(matching, "_BATCH", 7)
    hold(node, *many(50))
    assert node.matching.catch_up(node) == 50
    assert node.matching.catch_up(node) == 0
    assert len(node.matching.compiled) == 50
    hold(node, *many(60)[50:])
    assert node.matching.catch_up(node) == 10


def test_other_languages_and_patterns_beyond_this_version_match_nothing_and_are_counted(node):
    beyond = indicator(OTHER, pattern="[domain-name:value = 'a.example' AND url:value = 'b']")
    sigma = indicator(pattern="title: x", pattern_type="sigma")
    hold(node, sigma, beyond)
    assert detection.overview(node) == {"indicators": 0, "not_compiled": 1, "unreadable": 0}


def test_a_body_that_cannot_be_opened_is_counted_and_the_others_match(node):
    hold(node, indicator(), indicator(OTHER, "other.example"))

    def spoil(connection):
        connection.execute(BODIES.update().where(BODIES.c.position == 1).values(ciphertext=b"spoilt" * 9))

    node.database.write(spoil)
    assert detection.overview(node) == {"indicators": 1, "not_compiled": 0, "unreadable": 1}
    holdings.dispose(node, [EVIL])
    assert detection.overview(node)["unreadable"] == 0


def test_of_many_only_the_newest_moments_are_remembered(node, monkeypatch):
    monkeypatch.setattr(matching, "_REMEMBERED", 5)
    hold(node, *many(12))
    node.matching.catch_up(node)
    known = [node.matching.usable_at(f"indicator--00000000-0000-4000-8000-{number:012d}") for number in range(12)]
    assert [each is not None for each in known] == [False] * 7 + [True] * 5


def test_usable_says_so_at_once(node):
    assert detection.usable(node, EVIL) == {"id": EVIL, "usable": False, "since": None, "uses": []}
    hold(node, indicator())
    answer = detection.usable(node, EVIL)
    assert (answer["usable"], isinstance(answer["since"], int)) == (True, True)
    assert answer["uses"] == ["detect", "look-up", "block", "notify"]


PAP_AMBER = "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab"


def test_pap_and_the_handling_basis_say_what_an_indicator_may_be_used_for(node):
    amber = [marking_id("green"), PAP_AMBER]
    hold(node, indicator(object_marking_refs=amber))
    assert detection.usable(node, EVIL)["uses"] == ["detect", "look-up"]
    take(node, UNKNOWN, indicator(OTHER, "other.example"))
    assert detection.usable(node, OTHER)["uses"] == ["detect"]


def test_what_may_only_be_blocked_is_not_looked_for(node):
    basis = replace(BASES["open-source"], permitted_use=("block",))
    take(node, basis, indicator())
    answer = detection.usable(node, EVIL)
    assert (answer["usable"], answer["uses"]) == (False, ["block"])
    hold(node, indicator(hours=1))
    assert detection.usable(node, EVIL)["usable"]


def test_a_revoked_indicator_may_be_used_for_nothing(node):
    hold(node, indicator(), indicator(hours=1, revoked=True))
    assert detection.usable(node, EVIL) == {"id": EVIL, "usable": False, "since": None, "uses": []}


def take(node, basis, *raws):
    terms = Terms(source="local", originator=node.me.participant, handling=basis)
    report = import_pieces(node, [Piece(place="x", raw=raw) for raw in raws], terms)
    assert not report.quarantined


def test_the_loop_follows_what_is_committed_and_ends_when_told(node):
    stop = threading.Event()
    loop = threading.Thread(target=detection.run_matching, args=(node, stop))
    loop.start()
    try:
        arrived = threading.Event()
        add = node.matching.compiled.add_pattern

        def watched(stix_id, pattern):
            done = add(stix_id, pattern)
            arrived.set()
            return done

        node.matching.compiled.add_pattern = watched
        hold(node, indicator())
        assert arrived.wait(20)
        assert node.matching.compiled.of_text("evil.example") == (EVIL,)
    finally:
        stop.set()
        loop.join(20)
    assert not loop.is_alive()
    assert node.pulses.all()["match"].failures == 0


def test_two_that_catch_up_at_once_take_in_everything_once(node):
    hold(node, *many(300))
    made = Matching()
    done = []
    threads = [threading.Thread(target=lambda: done.append(made.catch_up(node))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == [0, 0, 300]
    assert len(made.compiled) == 300
