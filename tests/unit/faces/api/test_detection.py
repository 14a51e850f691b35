# SPDX-License-Identifier: MIT
"""The API hunts in logs of this machine line by line, answers, and says what can match."""

import asyncio
import json

import httpx2
import pytest

from making_detection import EVIL, OTHER, hold, indicator
from making_nodes import two_nodes
from tasuki.faces.api.app import api_app


@pytest.fixture
def node(tmp_path):
    with two_nodes(tmp_path, lambda *_: b"") as (_, jpn):
        yield jpn


def ask(node, method, path, **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node{path}", **more)

    return asyncio.run(talk())


def hunt(node, **question):
    answer = ask(node, "POST", "/v1/detection/hunts", json=question)
    return answer.status_code, [json.loads(line) for line in answer.content.splitlines()]


def test_a_hunt_is_a_line_for_each_hit_and_last_the_report(node, tmp_path):
    hold(node, indicator())
    (tmp_path / "a.log").write_text('{"ts":1588206738,"query":"www.evil.example"}\n' * 1200)
    status, lines = hunt(node, paths=["a.log"], base=str(tmp_path))
    assert status == 200
    assert lines[0] == {
        "indicator": EVIL,
        "value": "www.evil.example",
        "field": "query",
        "file": "a.log",
        "line": 1,
        "time": "2020-04-30T00:32:18.000000Z",
    }
    assert [line["line"] for line in lines[:-1]] == list(range(1, 1201))
    report = lines[-1]["report"]
    assert (report["hits"], report["records"]) == (1200, 1200)
    assert report["sighted"][EVIL]["count"] == 1200


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ({"paths": []}, 400, "http.bad-request"),
        ({"paths": ["/x"], "form": "pcap"}, 400, "http.bad-request"),
        ({"paths": ["relative.log"]}, 400, "detection.absolute"),
        ({"paths": ["/none/at/all.log"]}, 503, "engines.no-logs"),
    ],
)
def test_a_hunt_that_cannot_be_is_refused(node, question, status, code):
    hold(node, indicator())
    answer = ask(node, "POST", "/v1/detection/hunts", json=question)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_what_can_match_is_told(node):
    hold(node, indicator(), indicator(OTHER, pattern="[a:b = 'c']"))
    assert ask(node, "GET", "/v1/detection").json() == {"indicators": 1, "not_compiled": 1, "unreadable": 0}
    assert ask(node, "GET", f"/v1/detection/indicators/{EVIL}").json()["usable"] is True
    assert ask(node, "GET", f"/v1/detection/indicators/{OTHER}").json() == {
        "id": OTHER,
        "usable": False,
        "since": None,
        "uses": ["detect", "look-up", "block", "notify"],
    }


ANSWER = {"audience": "GBR/ncsc:csirt", "sector": "energy", "question": "Seen?"}
COVERAGE = {"asked": 1, "files": 1, "records": 5, "rotten": 0, "partly": 0, "first": "2026-01-01T00:00:00Z"}


def test_an_answer_is_checked_and_given(node):
    assert ask(node, "POST", "/v1/detection/answers/check", json=ANSWER).json() == {"audience": "GBR/ncsc:csirt"}
    body = {"answer": ANSWER, "coverage": COVERAGE, "sighted": {}}
    answered = ask(node, "POST", "/v1/detection/answers", json=body).json()
    assert (answered["null_results"], answered["audience"]) == (1, "GBR/ncsc:csirt")


@pytest.mark.parametrize("audience", ["USA/cisa:csirt", "nobody", "GBR/unknown"])
def test_an_answer_to_nobody_is_refused(node, audience):
    answer = ask(node, "POST", "/v1/detection/answers/check", json={**ANSWER, "audience": audience})
    assert answer.status_code == 400


@pytest.mark.parametrize("changes", [{"asked": -1}, {"first": "yesterday"}, {"victim": "Kujira Brewing"}])
def test_an_answer_of_another_form_is_refused(node, changes):
    body = {"answer": ANSWER, "coverage": {**COVERAGE, **changes}, "sighted": {}}
    assert ask(node, "POST", "/v1/detection/answers", json=body).status_code == 400
