# SPDX-License-Identifier: MIT
"""The API shows markings and readers to the home, and to nobody else at the node."""

import asyncio

import httpx2
import pytest

from making_nodes import make_node
from making_release import PROFILE, indicator, take_in, uid
from tasuki.faces.api.app import api_app
from tasuki.services import persons

ONE = uid("indicator", 1)


@pytest.fixture
def node(tmp_path):
    made = make_node(tmp_path, "AAA/aaa-1", lambda *_: b"", under=PROFILE)
    take_in(made, indicator(1, "amber"))
    yield made
    made.database.close()


def ask(node, path, token=None):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.get(f"http://node/v1/marking/{path}", headers=headers)

    answer = asyncio.run(talk())
    return answer.status_code, answer.json()


def test_the_home_is_shown_markings_and_readers(node):
    status, shown = ask(node, f"{ONE}?field=pattern")
    assert (status, shown["field"], shown["sources"][0]["markings"][0]["says"]) == (200, "pattern", {"tlp": ["AMBER"]})
    status, found = ask(node, f"{ONE}/readers")
    assert (status, len(found["readers"])) == (200, len(node.gate.rules.readers))


@pytest.mark.parametrize("path", [ONE, f"{ONE}/readers", uid("indicator", 2)])
def test_others_at_the_node_are_told_nothing_of_it(node, path):
    token = persons.add(node, "okada", "AAA/police:policy").token
    assert ask(node, path, token)[0] == 403


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (uid("indicator", 2), 422, "release.not-held"),
        (f"{uid('indicator', 2)}/readers", 422, "release.not-held"),
        (f"{ONE}?field=nope", 422, "stix.selector-target"),
        (f"{ONE}?field=", 422, "stix.selector"),
        (f"{ONE}?part=x", 400, "http.bad-request"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(node, path, status, code):
    answered, said = ask(node, path)
    assert (answered, said["error"]["code"]) == (status, code)
