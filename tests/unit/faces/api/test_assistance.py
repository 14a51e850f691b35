# SPDX-License-Identifier: MIT
"""The API asks for help, answers and lists; what it refuses it says in both languages."""

import asyncio
import json

import httpx2
import pytest

from making_assistance import bench
from tasuki.faces.api.app import api_app

ASKED = {
    "to": "GBR/ncsc:csirt",
    "trigger": "ransomware",
    "severity": "3",
    "wanted": ["indicators", "hunt"],
    "consent": "anonymous",
    "summary": "Shipments of a food maker stopped.",
}
DESK = {"office": "NCSC duty desk"}


def ask(node, method, path, **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node{path}", **more)

    answer = asyncio.run(talk())
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def both(tmp_path):
    with bench(tmp_path) as nodes:
        yield nodes


def test_a_request_goes_its_whole_way(both):
    status, asked = ask(both.jpn, "POST", "/v1/assistance", json={**ASKED, "needed_by": "6h"})
    assert (status, asked["changed"], asked["state"]) == (200, True, "requested")
    path = f"/v1/assistance/{asked['id']}"
    both.carry()
    assert [each["id"] for each in ask(both.gbr, "GET", "/v1/assistance")[1]] == [asked["id"]]
    assert ask(both.gbr, "POST", f"{path}/acknowledge", json=DESK)[1]["state"] == "acknowledged"
    question = {**DESK, "question": "Since when?"}
    assert ask(both.gbr, "POST", f"{path}/answer", json=question)[1]["state"] == "information-wanted"
    both.carry()
    amended = {"explanation": "Since Friday.", "needed_by": "8h"}
    assert ask(both.jpn, "POST", f"{path}/amend", json=amended)[1]["state"] == "acknowledged"
    both.carry()
    decided = {**DESK, "accepted": ["hunt"], "declined": ["indicators"], "reason_code": "information"}
    assert ask(both.gbr, "POST", f"{path}/answer", json=decided)[1]["accepted"] == ["hunt"]
    both.carry()
    ended = {"outcome": "partly-fulfilled", "office": "NCO duty desk"}
    assert ask(both.jpn, "POST", f"{path}/close", json=ended)[1]["state"] == "closed"
    assert ask(both.jpn, "GET", "/v1/assistance")[1] == []
    assert len(ask(both.jpn, "GET", "/v1/assistance?ended=true")[1]) == 1
    assert ask(both.jpn, "GET", f"{path}?asker=JPN")[1]["ending"] == "partly-fulfilled"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"to": "London"}, 400, "http.bad-request"),
        ({"severity": 3}, 400, "http.bad-request"),
        ({"victim": "Kujira"}, 400, "http.bad-request"),
        ({"wanted": ["hack-back"]}, 400, "assistance.no-word"),
        ({"needed_by": "yesterday"}, 400, "assistance.bad-moment"),
        ({"victims": ["food maker"]}, 400, "assistance.names-victim"),
        ({"consent": "national-only"}, 400, "assistance.national-only"),
        ({"tlp": "red"}, 422, "release.red"),
        ({"summary": "特定秘密 annex"}, 422, "markings.ceiling"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_refused_in_both_languages(both, changes, status, code):
    found, answer = ask(both.jpn, "POST", "/v1/assistance", json={**ASKED, **changes})
    assert (found, answer["error"]["code"]) == (status, code)
    assert answer["error"]["en"] != answer["error"]["ja"]
    assert ask(both.jpn, "GET", "/v1/assistance")[1] == []


def test_a_request_nobody_holds_is_said_so(both):
    status, answer = ask(both.jpn, "GET", "/v1/assistance/none")
    assert (status, answer["error"]["code"]) == (422, "assistance.unknown-id")


def test_words_and_definitions_can_be_asked_for(both):
    _, words = ask(both.jpn, "GET", "/v1/assistance/words")
    assert words["wanted"]["hunt"]["ja"]
    _, definitions = ask(both.jpn, "GET", "/v1/assistance/definitions")
    assert [each["type"] for each in definitions["objects"]] == ["identity", *["extension-definition"] * 5]
