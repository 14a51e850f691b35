# SPDX-License-Identifier: MIT
"""The API takes files in while they come, lets bundles out while they are made, and says what became of each."""

import asyncio
import json

import httpx2
import pytest

from making_holdings import lines, obj, one_node, raw, uid
from tasuki.faces.api.app import api_app

CSIRT = "JPN/nco:csirt"


@pytest.fixture
def node(tmp_path):
    with one_node(tmp_path) as made:
        yield made


def ask(node, method, path, **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node{path}", **more)

    return asyncio.run(talk())


def bring(node, *chunks, **params):
    async def body():
        for chunk in chunks:
            yield chunk

    return ask(node, "POST", "/v1/holdings/import", content=body(), params={"name": "feed.jsonl", **params})


def test_an_upload_is_taken_in_and_answered_with_its_terms(node):
    answer = bring(node, lines(obj(1)), lines(obj(2)), b"{}\n", tlp="amber", releasable_to=CSIRT, basis="own-sensor")
    assert answer.status_code == 200
    report = answer.json()
    assert (report["accepted"], report["quarantined"], report["reasons"]) == (2, 1, {"stix.type-missing": 1})
    assert report["problems"][0]["place"] == "line 3"
    assert {"en", "ja"} <= report["problems"][0].keys()
    assert (report["tlp"], report["releasable_to"], report["basis"]) == ("amber", [CSIRT], "own-sensor")
    assert report["stays_local"] is None
    assert report["ids"] == []


def test_without_a_basis_the_answer_says_that_all_of_it_stays(node):
    report = bring(node, lines(obj(1)), ids=True).json()
    assert report["stays_local"]["code"] == "holdings.stays-local"
    assert report["ids"] == [uid("identity", 1)]


def test_objects_are_committed_while_the_rest_is_still_coming(node):
    # Asked from within the upload, the node already holds what came first.
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            held = []

            async def slowly():
                for number in range(8000):
                    yield lines(obj(number, description="x" * 300))
                    if number == 7999:
                        answer = await client.get("http://node/v1/holdings?limit=10000")
                        held.append(len(answer.json()))

            done = await client.post("http://node/v1/holdings/import?name=a.jsonl", content=slowly())
            return held[0], done.json()["accepted"]

    before, after = asyncio.run(talk())
    assert 0 < before < after == 8000


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"tlp": "purple"}, "holdings.unknown-tlp"),
        ({"basis": "hearsay"}, "holdings.unknown-basis"),
        ({"releasable_to": "FRA"}, "release.unknown-reader"),
        ({"dispose_by": "soon"}, "holdings.dispose-by"),
        ({"colour": "red"}, "http.bad-request"),
    ],
)
def test_wrong_terms_are_refused_with_the_upload_unread(node, params, code):
    answer = bring(node, *[lines(obj(1))] * 50, **params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert ask(node, "GET", "/v1/holdings").json() == []


def test_what_is_no_feed_is_refused(node):
    answer = bring(node, b"")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "holdings.empty")


def test_a_bundle_goes_out_as_stix(node):
    bring(node, lines(obj(1), obj(2, "malware")))
    answer = ask(node, "POST", "/v1/holdings/export", json={"types": ["malware"]})
    assert answer.headers["content-type"].startswith("application/stix+json;version=2.1")
    assert [each["id"] for each in answer.json()["objects"]] == [uid("malware", 2)]
    missing = ask(node, "POST", "/v1/holdings/export", json={"ids": ["malware--none"]})
    assert (missing.status_code, missing.json()["error"]["code"]) == (422, "release.not-held")


def test_lists_and_searches_narrow(node):
    bring(node, lines(obj(1), obj(2, "malware", name="BarrelLock (fictional)")))
    assert [each["id"] for each in ask(node, "GET", "/v1/holdings?type=malware,tool").json()] == [uid("malware", 2)]
    assert ask(node, "GET", "/v1/holdings?source=JPN").json() == []
    (found,) = ask(node, "GET", "/v1/holdings/find?words=barrellock").json()
    assert (found["id"], found["name"]) == (uid("malware", 2), "BarrelLock (fictional)")
    assert ask(node, "GET", "/v1/holdings/find?words=x&limit=0").status_code == 400
    assert ask(node, "GET", "/v1/holdings/find?words=-").json()["error"]["code"] == "holdings.no-words"


def test_a_holding_is_shown_whole_and_as_2_1_when_asked(node):
    older = {key: value for key, value in obj(1, labels=["food"]).items() if key != "spec_version"}
    bring(node, lines(older))
    (shown,) = ask(node, "GET", f"/v1/holdings/{older['id']}").json()
    assert (shown["body"], "view" in shown) == (older, False)
    (shown,) = ask(node, "GET", f"/v1/holdings/{older['id']}?view=2.1").json()
    assert shown["view"][0]["roles"] == ["food"]
    assert ask(node, "GET", f"/v1/holdings/{older['id']}?view=3").status_code == 400
    assert ask(node, "GET", "/v1/holdings/identity--none").status_code == 422


def test_the_quarantine_is_listed_shown_taken_out_tried_again_and_let_go(node):
    bring(node, b"{broken\n{}\n")
    listed = ask(node, "GET", "/v1/holdings/quarantine").json()
    assert listed["counts"] == {"json.unexpected": 1, "stix.type-missing": 1}
    number = next(each["number"] for each in listed["pieces"] if each["code"] == "json.unexpected")
    assert ask(node, "GET", f"/v1/holdings/quarantine/{number}").json()["excerpt"] == "{broken"
    assert ask(node, "GET", f"/v1/holdings/quarantine/{number}/content").content == b"{broken"
    again = ask(node, "POST", "/v1/holdings/quarantine/retry", json={"numbers": [number], "basis": "own-sensor"}).json()
    assert (again["quarantined"], again["basis"]) == (1, "own-sensor")
    numbers = [each["number"] for each in ask(node, "GET", "/v1/holdings/quarantine").json()["pieces"]]
    assert ask(node, "POST", "/v1/holdings/quarantine/drop", json={"numbers": numbers}).json() == {"dropped": 2}
    assert ask(node, "GET", "/v1/holdings/quarantine").json() == {"counts": {}, "pieces": []}
    assert ask(node, "POST", "/v1/holdings/quarantine/drop", json={"numbers": []}).status_code == 400
    assert ask(node, "GET", "/v1/holdings/quarantine/99").status_code == 422


def test_what_is_disposed_of_is_gone(node):
    bring(node, raw(obj(1)).replace(b"\n", b""))
    assert ask(node, "POST", "/v1/holdings/dispose", json={"ids": [uid("identity", 1)]}).json() == {"disposed": 1}
    (shown,) = ask(node, "GET", f"/v1/holdings/{uid('identity', 1)}").json()
    assert (shown["state"], shown["body"]) == ("disposed", None)
    assert json.loads(ask(node, "POST", "/v1/holdings/export", json={}).content).keys() == {"type", "id"}
