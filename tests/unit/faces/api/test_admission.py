# SPDX-License-Identifier: MIT
"""Before the local API: a token is known or refused, and what it may not ask is refused alike."""

import asyncio

import httpx2
import pytest

from making_nodes import make_node
from making_release import PROFILE, audited, indicator, raw_of, take_in, uid
from tasuki.faces.api.app import api_app
from tasuki.services import persons

POLICE = "AAA/police:policy"


@pytest.fixture
def node(tmp_path):
    made = make_node(tmp_path, "AAA/aaa-1", lambda *_: b"", under=PROFILE)
    yield made
    made.database.close()


def ask(node, method, path, *headers, **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node{path}", headers=list(headers), **more)

    return asyncio.run(talk())


def bearing(token):
    return "authorization", f"Bearer {token}"


def same(answers):
    """Return the only answer there is among these, bytes and headers."""
    seen = {(each.status_code, tuple(sorted(each.headers.items())), each.content) for each in answers}
    assert len(seen) == 1, seen
    return answers[0]


def test_a_token_that_is_unknown_taken_back_or_said_another_way_is_refused_alike(node):
    gone = persons.add(node, "mori", POLICE).token
    persons.remove(node, "mori")
    good = persons.add(node, "bell", str(node.home)).token
    shown = [
        [bearing(gone)],
        [bearing("tasuki_unknown")],
        [bearing("")],
        [("authorization", "Bearer")],
        [("authorization", "")],
        [("authorization", good)],
        [("authorization", f"Basic {good}")],
        [("authorization", f"Bearer {good} {good}")],
        [("authorization", f"Bearer  {good}")],
        [bearing(good), bearing(good)],
        [bearing(gone), bearing(good)],
        [("authorization", b"Bearer \xff\xe8")],
    ]
    answers = [ask(node, "GET", path, *each) for each in shown for path in ("/v1/holdings", "/v1/nowhere")]
    answer = same(answers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["error"]["code"] == "persons.unknown-token"
    assert ask(node, "GET", "/v1/holdings", ("authorization", f"bearer {good}")).status_code == 200


def test_what_a_reader_may_not_ask_is_refused_alike_whether_it_exists_or_not(node):
    take_in(node, indicator(1, "green"))
    token = persons.add(node, "bell", POLICE).token
    asked = [
        ("GET", "/v1/health"),
        ("GET", "/v1/metrics"),
        ("GET", "/v1/persons"),
        ("GET", "/v1/holdings/quarantine"),
        ("GET", "/v1/channel/lanes"),
        ("POST", "/v1/release/mark"),
        ("POST", "/v1/holdings/dispose"),
        ("GET", "/v1/nowhere"),
        ("DELETE", "/v1/holdings"),
        ("PUT", f"/v1/holdings/{uid('indicator', 1)}"),
        ("OPTIONS", "/v1/holdings"),
        ("GET", "/"),
        ("GET", "/v1/holdings/"),
    ]
    answer = same([ask(node, *each, bearing(token)) for each in asked])
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "persons.not-for-readers")


def test_a_header_of_somebody_else_makes_nobody_more_than_they_are(node):
    token = persons.add(node, "bell", POLICE).token
    for header in (
        "x-forwarded-user",
        "x-http-method-override",
        "x-original-url",
        "x-remote-user",
        "x-tasuki-principal",
    ):
        answer = ask(node, "GET", "/v1/metrics", bearing(token), (header, "/v1/holdings"))
        assert answer.status_code == 403


def test_a_person_of_the_home_uses_the_node_and_is_named_in_the_log(node):
    take_in(node, indicator(1, "green"))
    token = persons.add(node, "bell", str(node.home)).token
    ids = {"ids": [uid("indicator", 1)]}
    for path, more in (
        ("release/mark", {"tlp": "amber"}),
        ("withdrawal/recall", {"why": "Wrong."}),
        ("holdings/dispose", {}),
    ):
        assert ask(node, "POST", f"/v1/{path}", bearing(token), json={**ids, **more}).status_code == 200
    brought = raw_of(indicator(2, "green"))
    assert ask(node, "POST", "/v1/holdings/import?name=x.json", bearing(token), content=brought).status_code == 200
    kinds = ("release:holding:mark", "withdrawal:objects:recall", "holdings:body:dispose", "holding:import")
    assert [audited(node, kind)[-1].get("person") for kind in kinds] == ["bell"] * 4


def test_without_a_token_no_person_is_named(node):
    take_in(node, indicator(1, "green"))
    assert ask(node, "POST", "/v1/holdings/dispose", json={"ids": [uid("indicator", 1)]}).status_code == 200
    (entry,) = audited(node, "holdings:body:dispose")
    assert "person" not in entry


def test_no_person_lets_in_another_else_one_could_be_two(node):
    token = persons.add(node, "bell", str(node.home)).token
    new = {"name": "mori", "of": str(node.home)}
    assert ask(node, "POST", "/v1/persons", bearing(token), json=new).status_code == 403
    assert ask(node, "POST", "/v1/persons/remove", bearing(token), json={"name": "bell"}).status_code == 403
    assert ask(node, "GET", "/v1/persons", bearing(token)).status_code == 200
    assert [each.name for each in persons.persons(node)] == ["bell"]


def test_a_person_who_is_removed_is_refused_from_the_next_question_on(node):
    added = ask(node, "POST", "/v1/persons", json={"name": "bell", "of": str(node.home)}).json()
    assert ask(node, "GET", "/v1/health", bearing(added["token"])).status_code == 200
    assert ask(node, "POST", "/v1/persons/remove", json={"name": "bell"}).status_code == 200
    assert ask(node, "GET", "/v1/health", bearing(added["token"])).status_code == 401
