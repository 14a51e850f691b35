# SPDX-License-Identifier: MIT
"""The API asks, answers, agrees and overrides, and refuses what it does not understand."""

import pytest

from making_consent import ONE, give, rule
from making_readers import Reader
from making_release import BBB, CCC, indicator, raw_of, take_in, three_nodes, uid
from tasuki.core.holdings.handling import BASES
from tasuki.services import persons

TO = {"to": str(CCC), "until": "30d", "why": "They see it too."}
FIVE = uid("indicator", 5)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        give(nodes)
        take_in(nodes.aaa, indicator(5, "amber"), handling=BASES["victim-report"])
        yield nodes


def post(node, path, token=None, **body):
    answer = Reader(node, token).ask("POST", path, json=body)
    return answer.status_code, answer.json()


def token(node, name, desk=None):
    return persons.add(node, name, desk or str(node.home)).token


def test_the_whole_way(three):
    status, (made,) = post(three.bbb, "/consent", ids=[ONE], **TO)
    assert (status, made["state"], made["direction"]) == (200, "asked", "out")
    three.carry()
    path = f"/consent/{made['request']}"
    status, granted = post(three.aaa, f"{path}/grant", why="Fine.")
    assert (status, granted["decision"], granted["objects"][0]["known"]) == (200, "granted", "ours")
    three.carry()
    assert rule(three.bbb) == "R13"
    assert Reader(three.bbb).ask("GET", path).json()["state"] == "granted"
    assert Reader(three.bbb).ask("GET", path, params={"partner": "CCC"}).json()["error"]["code"] == (
        "consent.unknown-request"
    )
    assert len(Reader(three.bbb).ask("GET", "/consent", params={"limit": 1}).json()["requests"]) == 1


def test_an_override_is_confirmed_by_another_token(three):
    mori, bell = token(three.aaa, "mori"), token(three.aaa, "bell")
    body = {"stix_id": FIVE, "to": str(BBB), "basis": "life", "words": "A hospital is down.", "until": "6h"}
    assert post(three.aaa, "/consent/override", **body)[1]["error"]["code"] == "persons.not-named"
    status, made = post(three.aaa, "/consent/override", mori, **body)
    assert (status, made["made_by"], made["state"]) == (200, "mori", "proposed")
    decided = {"number": made["number"], "why": "It is so."}
    assert post(three.aaa, "/consent/override/confirm", mori, **decided)[0] == 400
    assert post(three.aaa, "/consent/override/confirm", bell, **decided)[1]["decided_by"] == "bell"
    assert rule(three.aaa, FIVE, BBB) == "R13"
    assert post(three.aaa, "/consent/override/end", bell, **decided)[1]["state"] == "ended"


def test_a_tear_line_is_released_by_another_token(three):
    mori, bell = token(three.aaa, "mori"), token(three.aaa, "bell")
    body = {"ids": [ONE], "to": str(BBB), "tlp": "green", "why": "The address is enough."}
    assert post(three.aaa, "/tearlines", **body)[1]["error"]["code"] == "persons.not-named"
    made = post(three.aaa, "/tearlines", mori, **body)[1]
    decided = {"number": made["number"], "why": "Fine."}
    assert post(three.aaa, "/tearlines/release", mori, **decided)[0] == 400
    assert post(three.aaa, "/tearlines/release", bell, **decided)[1]["state"] == "released"
    assert Reader(three.aaa).ask("GET", f"/tearlines/{made['number']}").json()["verdict"]["allowed"]
    assert [each["id"] for each in Reader(three.aaa).ask("GET", "/tearlines").json()] == [made["id"]]


QUESTIONS = [
    ("GET", "/consent"),
    ("POST", "/consent"),
    ("POST", "/consent/victim"),
    ("POST", "/consent/override"),
    ("POST", "/consent/override/confirm"),
    ("GET", "/consent/x"),
    ("POST", "/consent/x/grant"),
    ("GET", "/tearlines"),
    ("POST", "/tearlines"),
    ("POST", "/tearlines/release"),
    ("GET", "/tearlines/1"),
]


@pytest.mark.parametrize(("method", "path"), QUESTIONS, ids=" ".join)
def test_other_desks_ask_nothing_of_this(three, method, path):
    police = Reader(three.aaa, token(three.aaa, "aoki", "AAA/police:policy"))
    answer = police.ask(method, path, **({"json": {}} if method == "POST" else {}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "persons.not-for-readers")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/consent", {"ids": [], **TO}),
        ("/consent", {"ids": [ONE], **TO, "lane": "exercise"}),
        ("/consent", {"ids": [ONE], **TO, "until": "yesterday"}),
        ("/consent", {"ids": [ONE], **TO, "to": "everybody"}),
        ("/consent", {"ids": [ONE], **TO, "force": True}),
        ("/consent/victim", {"stix_id": FIVE, "to": [], "until": "6h", "reference": "IR-1", "why": "x"}),
        ("/consent/victim", {"stix_id": FIVE, "to": ["AAA"] * 101, "until": "6h", "reference": "IR-1", "why": "x"}),
        ("/consent/victim/state", {"stix_id": FIVE, "victim": "given", "why": "x"}),
        ("/consent/victim/state", {"stix_id": FIVE, "victim": "no-victim", "why": "x"}),
        ("/consent/override", {"stix_id": FIVE, "to": str(BBB), "basis": "victim", "words": "x", "until": "6h"}),
        ("/consent/override/confirm", {"number": "1", "why": "x"}),
        ("/tearlines", {"ids": [], "to": str(BBB), "tlp": "green", "why": "x"}),
        ("/tearlines", {"ids": [ONE], "to": str(BBB), "tlp": "green", "why": "x", "personal_data": "unknown"}),
        ("/tearlines", {"ids": [ONE], "to": str(BBB), "tlp": "green", "why": "x", "withhold": ["x"] * 101}),
        ("/tearlines/release", {"number": 1}),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else "+".join(f"{name}={each}"[:24] for name, each in value.items())
    ),
)
def test_a_question_of_another_form_is_the_callers_mistake(three, path, body):
    status, answer = post(three.aaa, path, token(three.aaa, "mori"), **body)
    assert status == 400
    assert answer["error"]["en"]


def test_a_victim_may_be_given_three_words_and_no_other(three):
    said = {"stix_id": FIVE, "victim": "anonymous", "why": "Without the name."}
    assert post(three.aaa, "/consent/victim/state", **said) == (
        200, {"stix_id": FIVE, "victim": "anonymous", "changed": 1, "ended": [], "left": []},
    )  # fmt: skip


def test_what_the_victim_said_is_stated_at_import(three):
    raw = raw_of(indicator(6, "amber"))

    def bring(victim):
        params = {"basis": "victim-report", "victim": victim, "name": "x.json"}
        return Reader(three.aaa).ask("POST", "/holdings/import", params=params, content=raw)

    for word in ("no-victim", "perhaps"):
        answer = bring(word)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "holdings.unknown-victim")
    assert bring("given").json()["victim"] == "given"
    assert rule(three.aaa, uid("indicator", 6), BBB) == "R13"
