# SPDX-License-Identifier: MIT
"""The API shows lanes, envelopes and receipts, and syncs on demand."""

import asyncio

import httpx2
import pytest
from starlette.applications import Starlette

from making_nodes import two_nodes
from tasuki.base.canonical import canonical
from tasuki.faces.api.channel import ROUTES
from tasuki.faces.http.kit import HANDLERS
from tasuki.services.channel import accept
from tasuki.store import channel as store

RECALL = "01890a5d-ac96-774b-bcce-b302099a8057"
AT = "2026-03-01T12:00:00.000Z"


def ask(node, method, path, **more):
    app = Starlette(routes=list(ROUTES), exception_handlers=HANDLERS)
    app.state.node = node

    async def talk():
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node{path}", **more)

    answer = asyncio.run(talk())
    return answer.status_code, answer.json()


@pytest.fixture
def nodes(tmp_path):
    with two_nodes(tmp_path, lambda node, certificate, _path, body: accept(node, certificate, body).body) as pair:
        message = canonical({"of": RECALL, "counts": {"held": 1}, "statement": "use stopped", "at": AT})
        pair[0].database.write(
            lambda connection: store.enqueue(
                connection, partner="JPN", lane="urgent", kind="attestation", body=message, at=pair[0].clock.now()
            )
        )
        yield pair


def test_sync_brings_the_receipt_home_and_the_lists_show_it(nodes):
    gbr, jpn = nodes
    status, answer = ask(gbr, "POST", "/v1/channel/sync", json={})
    assert status == 200
    assert answer["partners"] == [{"partner": "JPN", "receipted": 1, "stopped": None}]
    urgent = next(each for each in answer["lanes"] if each["lane"] == "urgent")
    assert (urgent["sent"], urgent["unanswered"], urgent["answered"]) == (1, 0, {"stored": 1})
    _, (sent,) = ask(gbr, "GET", "/v1/channel/envelopes?partner=JPN")
    _, (came,) = ask(jpn, "GET", "/v1/channel/envelopes?lane=urgent&limit=5")
    assert sent["receipt"] == came["receipt"]
    assert (sent["direction"], came["direction"]) == ("out", "in")
    assert ask(gbr, "GET", f"/v1/channel/envelopes/{sent['env_id']}")[1] == sent


def test_a_partner_that_cannot_be_reached_is_said_so(nodes):
    gbr, _ = nodes
    gbr.link.cut = True
    _, answer = ask(gbr, "POST", "/v1/channel/sync", json={"partner": "JPN"})
    assert answer["partners"][0]["stopped"]["code"] == "test.unreached"
    assert ask(gbr, "GET", "/v1/channel/lanes")[1] == answer["lanes"]


def test_unknown_partners_and_envelopes_are_refused(nodes):
    gbr, _ = nodes
    status, answer = ask(gbr, "POST", "/v1/channel/sync", json={"partner": "USA"})
    assert (status, answer["error"]["code"]) == (400, "services.unknown-partner")
    status, answer = ask(gbr, "GET", "/v1/channel/envelopes/none")
    assert (status, answer["error"]["code"]) == (400, "services.no-envelope")
    assert ask(gbr, "GET", "/v1/channel/envelopes?limit=0")[0] == 400
