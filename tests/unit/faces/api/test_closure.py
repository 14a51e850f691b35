# SPDX-License-Identifier: MIT
"""While a node is closed nothing that is held comes out of it by any route, whoever asks."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from making_nodes import make_node
from making_release import PROFILE, indicator, take_in, uid
from tasuki.faces.api.admission import line
from tasuki.faces.api.app import ROUTES, api_app
from tasuki.faces.api.closure import OPEN_WHILE_CLOSED
from tasuki.services import persons, recovery
from tasuki.store import recovery as store

WORD = "kanarienvogel"
KEPT_OPEN = {
    "GET /v1/channel/lanes",
    "GET /v1/health",
    "GET /v1/health/alarms",
    "GET /v1/health/status",
    "GET /v1/ledger",
    "GET /v1/metrics",
    "GET /v1/partners",
    "GET /v1/partners/{partner}",
    "GET /v1/persons",
    "GET /v1/recovery",
    "POST /v1/backup",
    "POST /v1/backup/key",
    "POST /v1/channel/sync",
    "POST /v1/health/doctor",
    "POST /v1/ledger/audit",
    "POST /v1/partners",
    "POST /v1/partners/{partner}/compare",
    "POST /v1/persons/remove",
    "POST /v1/recovery/catch-up",
    "POST /v1/recovery/open",
}
"""Written here once more on purpose: whoever opens another way while the node is closed says so twice."""


@pytest.fixture
def node(tmp_path):
    made = make_node(tmp_path, "AAA/aaa-1", lambda *_: b"", under=PROFILE)
    take_in(made, indicator(1, "green", name=WORD))
    made.database.write(lambda c: store.close(c, cause="restored", at=made.clock.now(), taken_at=None))
    yield made
    made.database.close()


def ask(node, method, path, token="", **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        async with httpx2.AsyncClient(transport=transport, headers=headers) as client:
            return await client.request(method, f"http://node{path}", **more)

    return asyncio.run(talk())


def filled(path):
    return path.replace("{stix_id}", uid("indicator", 1)).replace("{partner}", "BBB").replace("{", "").replace("}", "")


def test_the_list_of_what_stays_open_is_what_it_is():
    assert OPEN_WHILE_CLOSED == KEPT_OPEN
    assert {line(route) for route in ROUTES} >= KEPT_OPEN


@pytest.mark.parametrize("route", [line(each) for each in ROUTES if line(each) not in KEPT_OPEN])
def test_every_other_route_answers_that_the_node_is_closed(node, route):
    method, _, path = route.partition(" ")
    answer = ask(node, method, filled(path), content=b"{}" if method == "POST" else None)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "recovery.closed"


@pytest.mark.parametrize("route", sorted(KEPT_OPEN - {"POST /v1/recovery/catch-up", "POST /v1/channel/sync"}))
def test_what_stays_open_shows_nothing_that_is_held(node, route):
    method, _, path = route.partition(" ")
    answer = ask(node, method, filled(path), content=b"{}" if method == "POST" else None)
    assert answer.status_code != 503
    assert WORD.encode() not in answer.content
    assert uid("indicator", 1).encode() not in answer.content


def test_a_reader_hears_that_it_is_closed_as_well(node):
    token = persons.add(node, "bell", "AAA/police:policy").token
    assert ask(node, "GET", "/v1/holdings", token).json()["error"]["code"] == "recovery.closed"
    assert ask(node, "GET", "/v1/recovery", token).status_code == 403


def test_an_unknown_path_is_closed_too(node):
    assert ask(node, "GET", "/v1/nowhere").status_code == 503


def test_once_it_is_open_everything_answers_as_before(node):
    recovery.open_by_people(node, ["Ash", "Elm"], "The partner is gone for good.")
    assert WORD in ask(node, "GET", "/v1/holdings").text
    assert ask(node, "GET", "/v1/recovery").json()["opened_by"] == "Ash, Elm"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"by": ["Ash"], "why": "Because."}, "persons.two-names"),
        ({"by": ["Ash", "Elm"], "why": ""}, "recovery.no-reason"),
    ],
    ids=["one person", "no reason"],
)
def test_it_takes_two_people_and_a_reason_to_open_it(node, body, code):
    assert ask(node, "POST", "/v1/recovery/open", json=body).json()["error"]["code"] == code
    assert recovery.status(node).closed


def test_an_open_node_cannot_be_opened(node):
    body = {"by": ["Ash", "Elm"], "why": "Because."}
    assert ask(node, "POST", "/v1/recovery/open", json=body).status_code == 200
    assert ask(node, "POST", "/v1/recovery/open", json=body).json()["error"]["code"] == "recovery.not-closed"
