# SPDX-License-Identifier: MIT
"""Tokyo hunts and answers: London holds sightings and null results, and not one byte of Tokyo's logs."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import orjson
import pytest

from making_detection import EVIL, OTHER, hold, indicator
from making_nodes import two_nodes
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.formats.stix.validate import validate
from tasuki.services import detection, release, withdrawal
from tasuki.services.channel import accept, sync
from tasuki.services.detection import Answer, Coverage, Seen
from tasuki.services.detection.answering import MAX_QUESTION
from tasuki.store import holdings as store
from tasuki.store import ledger

LONDON = Audience.parse("GBR/ncsc:csirt")
TOKYO = Audience.parse("JPN/nco:csirt")
ANSWER = Answer(audience=LONDON, sector="food-and-agriculture", question="Seen at food makers since March?")
COVERAGE = Coverage(asked=2, files=1, records=10, rotten=1, partly=0, first=None, last=None)
CANARY = "canary-7f3a"
LOG = (
    '{"ts":1588206738.123456,"CANARY_field":"host-CANARY","query":"CANARY.evil.example","id.orig_h":"198.51.100.77"}\n'
    '{"ts":1588206799.9,"query":"CANARY2.evil.example","user":"CANARY"}\n'
    '{"ts":1588206800,"query":"harmless.CANARY.example"}\n'
).replace("CANARY", CANARY)


@pytest.fixture
def bench(tmp_path):
    def receive(node, certificate, _path, body):
        return accept(node, certificate, body).body

    with two_nodes(tmp_path, receive) as (gbr, jpn):
        hold(gbr, indicator(), indicator(OTHER, "other.example"))
        assert release.share(gbr, [EVIL, OTHER], TOKYO).released == 2
        sync(gbr, "JPN")
        path = tmp_path / f"{CANARY}.log"
        path.write_text(LOG)
        yield SimpleNamespace(gbr=gbr, jpn=jpn, log=path)


def hunt(node, path):
    report = detection.ScanReport()
    hits = list(detection.hunt_held(node, [path], report))
    sighted = {
        name: Seen(count=each.count, first=each.window.first, last=each.window.last)
        for name, each in report.sighted.items()
    }
    coverage = replace(COVERAGE, records=report.records, first=report.window.first, last=report.window.last)
    return hits, coverage, sighted


def held(node, source):
    with node.database.read() as connection:
        bodies = store.sealed_after(connection, 0, 1000)
    return [
        orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest))
        for body in bodies
        if body.source == source
    ]


def of(objects, kind):
    return [each for each in objects if each["type"] == kind]


def test_a_hit_comes_back_as_a_sighting_and_no_canary_of_the_log_leaves(bench):
    hits, coverage, sighted = hunt(bench.jpn, bench.log)
    assert len(hits) == 2
    answered = detection.answer(bench.jpn, ANSWER, coverage, sighted)
    assert (answered["sightings"], answered["null_results"], answered["left_out"]) == (1, 0, 0)
    sync(bench.jpn, "GBR")
    objects = held(bench.gbr, "JPN")
    (sighting,) = of(objects, "sighting")
    assert sighting["sighting_of_ref"] == EVIL
    assert sighting["count"] == 2
    assert sighting["first_seen"] == "2020-04-30T00:32:18.123Z"
    assert sighting["last_seen"] == "2020-04-30T00:33:19.900Z"
    (where,) = [each for each in objects if each["id"] == sighting["where_sighted_refs"][0]]
    assert (where["identity_class"], where["sectors"]) == ("class", ["food-and-agriculture"])
    assert set(sighting) == {
        "type", "spec_version", "id", "created", "modified", "created_by_ref", "object_marking_refs", "count",
        "first_seen", "last_seen", "sighting_of_ref", "where_sighted_refs",
    }  # fmt: skip
    everything = orjson.dumps(objects)
    for secret in (CANARY, "198.51.100.77", "harmless", "query", "orig_h", bench.log.name):
        assert secret.encode() not in everything
    assert not any(CANARY.encode() in carried for _, carried in bench.jpn.link.carried)


def test_nothing_found_comes_back_as_a_null_result_with_its_coverage(bench):
    bench.log.write_text('{"ts":1588206738,"query":"good.example"}\n')
    hits, coverage, sighted = hunt(bench.jpn, bench.log)
    assert (hits, sighted) == ([], {})
    answered = detection.answer(bench.jpn, replace(ANSWER, sector="energy", tlp="TLP:GREEN"), coverage, sighted)
    assert (answered["sightings"], answered["null_results"]) == (0, 1)
    sync(bench.jpn, "GBR")
    (null,) = of(held(bench.gbr, "JPN"), "null-result")
    assert null["question"] == ANSWER.question
    assert null["sectors"] == ["energy"]
    assert null["indicators_asked"] == 2
    assert null["coverage"] == {"files": 1, "records": 1, "unreadable_lines": 1, "files_read_in_part": 0}
    assert null["window_start"] == null["window_end"] == "2020-04-30T00:32:18.000Z"


def test_an_answer_breaks_no_must_of_stix(bench):
    _, coverage, sighted = hunt(bench.jpn, bench.log)
    detection.answer(bench.jpn, ANSWER, coverage, sighted)
    detection.answer(bench.jpn, ANSWER, coverage, {})
    made = [each for each in held(bench.jpn, "local") if each["type"] in ("sighting", "null-result", "identity")]
    assert {each["type"] for each in made} == {"sighting", "null-result", "identity"}
    problems = [(each["type"], problem) for each in made for problem in validate(each)]
    assert not [found for found in problems if found[1].severity == "error"]
    # A stable id of our own and a sector the standard's open list lacks are SHOULDs.
    assert not [found for found in problems if found[0] in ("sighting", "null-result")]


def test_what_is_not_held_under_its_id_is_left_out_and_counted(bench):
    seen = Seen(count=1, first=None, last=None)
    unheld = "indicator--00000000-0000-4000-8000-00000000000f"
    answered = detection.answer(bench.jpn, ANSWER, COVERAGE, {EVIL: seen, "evil.example": seen, unheld: seen})
    assert (answered["sightings"], answered["left_out"]) == (1, 2)
    before = len(held(bench.jpn, "local"))
    with pytest.raises(InputError) as refused:
        detection.answer(bench.jpn, ANSWER, COVERAGE, {"evil.example": seen})
    assert refused.value.reason.code == "detection.not-answered"
    assert len(held(bench.jpn, "local")) == before


def test_what_was_recalled_meanwhile_is_not_sighted(bench):
    _, coverage, sighted = hunt(bench.jpn, bench.log)
    withdrawal.recall(bench.gbr, [EVIL], why="wrong")
    sync(bench.gbr, "JPN")
    with pytest.raises(InputError):
        detection.answer(bench.jpn, ANSWER, coverage, sighted)


def test_what_the_gate_keeps_is_refused_and_nothing_of_it_is_held(bench):
    seen = {EVIL: Seen(count=1, first=None, last=None)}
    with pytest.raises(InputError) as refused:
        detection.answer(bench.jpn, replace(ANSWER, tlp="red"), COVERAGE, seen)
    assert refused.value.reason.code == "release.red"
    assert of(held(bench.jpn, "local"), "sighting") == []


def test_many_sightings_go_in_batches_each_whole(bench, monkeypatch):
    monkeypatch.setattr("tasuki.services.detection.answering._TOGETHER", 3)
    ids = [f"indicator--00000000-0000-4000-8000-{number:012d}" for number in range(10, 20)]
    hold(bench.jpn, *(indicator(each, f"n{at}.example") for at, each in enumerate(ids)), source="GBR")
    seen = Seen(count=10**12, first=datetime(2026, 1, 1, tzinfo=UTC), last=datetime(2026, 1, 2, tzinfo=UTC))
    answered = detection.answer(bench.jpn, ANSWER, COVERAGE, dict.fromkeys(ids, seen))
    assert answered["sightings"] == len(set(answered["ids"])) == 10
    assert [each["released"] for each in answered["shared"]] == [3, 3, 3, 1]
    assert {each["count"] for each in of(held(bench.jpn, "local"), "sighting")} == {999_999_999}


def test_an_answer_is_in_the_audit_log_in_its_own_transaction(bench):
    detection.answer(bench.jpn, ANSWER, COVERAGE, {})
    with bench.jpn.database.read() as connection:
        kinds = [each.kind for each in ledger.leaves(connection, "audit", 0, 1000)]
        assert store.counts(connection)["local", "held"] == 3
    assert kinds.count("detection:hunt:answer") == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"audience": Audience.parse("USA/cisa")}, "release.unknown-reader"),
        ({"sector": "kujira-brewing"}, "detection.unknown-sector"),
        ({"question": "  "}, "detection.no-question"),
        ({"question": "x" * (MAX_QUESTION + 1)}, "detection.no-question"),
        ({"tlp": "purple"}, "detection.no-tlp"),
    ],
)
def test_an_answer_that_could_not_be_given_is_refused_before_the_hunt(bench, changes, code):
    with pytest.raises(CallerError) as refused:
        detection.check(bench.jpn, replace(ANSWER, **changes))
    assert refused.value.reason.code == code
