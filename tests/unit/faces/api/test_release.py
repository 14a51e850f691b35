# SPDX-License-Identifier: MIT
"""The API marks, explains, shares and recalls, and refuses what it does not understand."""

import asyncio

import httpx2
import pytest

from making_release import indicator, take_in, three_nodes, uid
from tasuki.faces.api.app import api_app

ONE = uid("indicator", 1)


def ask(node, method, path, **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node/v1/release/{path}", **more)

    answer = asyncio.run(talk())
    return answer.status_code, answer.json()


@pytest.fixture
def node(tmp_path):
    with three_nodes(tmp_path) as three:
        take_in(three.aaa, indicator(1, "amber"))
        yield three.aaa


def test_the_whole_way(node):
    to = "BBB/cert:csirt"
    assert ask(node, "POST", "mark", json={"ids": [ONE], "releasable_to": [to]})[1]["marked"] == 1
    assert ask(node, "GET", f"explain/{ONE}?to={to}")[1]["rule"] == "R13"
    assert ask(node, "POST", "share", json={"ids": [ONE], "to": to})[1]["released"] == 1
    said = ask(node, "POST", "share-next", json={"to": to, "types": ["indicator"]})[1]
    assert (said["already"], said["next"]) == (1, None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("mark", {"ids": [], "tlp": "red"}),
        ("mark", {"ids": [ONE], "tlp": "purple"}),
        ("mark", {"ids": [ONE]}),
        ("mark", {"ids": [ONE], "tlp": "red", "force": True}),
        ("share", {"ids": [ONE], "to": "everybody"}),
        ("share", {"ids": [ONE] * 10_001, "to": "BBB/cert:csirt"}),
        ("share", {"ids": ONE, "to": "BBB/cert:csirt"}),
        ("share-next", {"to": "BBB/cert:csirt", "after": -1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_a_question_of_another_form_is_the_callers_mistake(node, path, body):
    status, answer = ask(node, "POST", path, json=body)
    assert status == 400
    assert answer["error"]["ja"]
    assert ask(node, "GET", f"explain/{ONE}?to=BBB/cert:csirt")[1]["rule"] == "R13"
