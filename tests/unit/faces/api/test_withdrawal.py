# SPDX-License-Identifier: MIT
"""Programs revoke, recall, narrow and correct; a question of another form does nothing."""

import asyncio

import httpx2
import pytest

from making_release import BBB, LATER, indicator, raw_of, states, take_in, three_nodes, uid
from tasuki.faces.api.app import api_app
from tasuki.services import release

ONE, TWO, THREE, FOUR = (uid("indicator", number) for number in (1, 2, 3, 4))


def ask(node, method, path, **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node/v1/withdrawal{path}", **more)

    answer = asyncio.run(talk())
    return answer.status_code, answer.json()


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        take_in(nodes.aaa, *(indicator(number, "clear") for number in (1, 2, 3, 4)))
        release.share_all(nodes.aaa, BBB)
        nodes.carry()
        yield nodes


def test_the_whole_way(three):
    node, why = three.aaa, "Wrong."
    assert ask(node, "POST", "/revoke", json={"ids": [ONE], "why": why})[1]["ids"] == [ONE]
    assert ask(node, "POST", "/recall", json={"ids": [TWO], "why": why})[1]["recalled"] == 1
    said = ask(node, "POST", "/narrow", json={"ids": [THREE], "tlp": "amber", "releasable_to": [str(BBB)], "why": why})
    assert said[1]["label"] == {"tlp": "AMBER", "releasable_to": ["AAA/cert:csirt", "BBB/cert:csirt"]}
    text = raw_of(indicator(4, "clear", modified=LATER, name="より良い")).decode()
    assert ask(node, "POST", f"/correct/{FOUR}", json={"object": text, "why": why})[1]["modified"] == LATER
    three.carry()
    made = ask(node, "GET", "")[1]["made"]
    assert [(each["verb"], each["attested"]["counts"], each["attested"]["adds_up"]) for each in made] == [
        ("correct", {"replaced": 1}, True),
        ("narrow", {"narrowed": 1}, True),
        ("recall", {"use-stopped": 1}, True),
        ("revoke", {"replaced": 1}, True),
    ]
    assert made[1]["label"] == said[1]["label"]
    received = ask(three.bbb, "GET", "?limit=2")[1]["received"]
    assert [(each["partner"], each["verb"], each["why"]) for each in received] == [
        ("AAA", "correct", why),
        ("AAA", "narrow", why),
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/recall", {"ids": [ONE], "why": "two\nlines"}),
        ("/recall", {"ids": [ONE]}),
        ("/recall", {"ids": [], "why": "x"}),
        ("/recall", {"ids": [ONE] * 10_001, "why": "x"}),
        ("/revoke", {"ids": ONE, "why": "x"}),
        ("/revoke", {"ids": [ONE], "why": "x", "force": True}),
        ("/narrow", {"ids": [ONE], "why": "x"}),
        ("/narrow", {"ids": [ONE], "why": "x", "tlp": "clear"}),
        ("/narrow", {"ids": [ONE], "why": "x", "tlp": "purple"}),
        ("/narrow", {"ids": [ONE], "why": "x", "releasable_to": ["everybody"]}),
        (f"/correct/{ONE}", {"object": {"type": "indicator"}, "why": "x"}),
        (f"/correct/{ONE}", {"object": "{}"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_a_question_of_another_form_is_the_callers_mistake(three, path, body):
    status, answer = ask(three.aaa, "POST", path, json=body)
    assert status == 400
    assert answer["error"]["ja"]
    assert states(three.aaa, ONE) == [("local", "held")]
    assert ask(three.aaa, "GET", "")[1] == {"made": [], "received": []}


@pytest.mark.parametrize("limit", ["0", "10001", "many"])
def test_a_list_is_bounded(three, limit):
    assert ask(three.aaa, "GET", f"?limit={limit}")[0] == 400
