# SPDX-License-Identifier: MIT
"""Each partner has so many places at the exchange face: whoever fills its own keeps nobody else waiting."""

import asyncio
from dataclasses import replace

import httpx2
import pytest

from making_nodes import two_nodes
from tasuki.core.channel.quotas import Quota
from tasuki.faces.exchange import guard
from tasuki.faces.exchange.guard import Guard
from tasuki.faces.exchange.peer import SCOPE_KEY
from tasuki.formats.envelope.notice import read_notice
from tasuki.services.channel import PATH


@pytest.fixture
def node(tmp_path):
    with two_nodes(tmp_path, lambda *_: b"") as (_, jpn):
        yield replace(jpn, quota=Quota(at_once=2))


class Slow:
    """An application that answers once it is let go, after it has read what it was sent."""

    def __init__(self):
        self.came = asyncio.Semaphore(0)
        self.go = asyncio.Event()

    async def __call__(self, _scope, receive, send):
        self.came.release()
        while (message := await receive())["type"] == "http.request" and message.get("more_body"):
            pass
        self.left = message["type"]
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


async def ask(app, certificate, content=b""):
    async def shown(scope, receive, send):
        scope[SCOPE_KEY] = certificate
        await app(scope, receive, send)

    transport = httpx2.ASGITransport(app=shown)
    async with httpx2.AsyncClient(transport=transport, timeout=20) as client:
        return await client.post(f"http://node{PATH}", content=content)


def test_more_requests_at_once_than_a_partner_has_places_hear_busy_and_a_place_that_is_left_is_free(node):
    certificate = next(iter(guard.partners.certificates(node)))

    async def play():
        slow = Slow()
        app = Guard(slow, node)
        under_way = [asyncio.create_task(ask(app, certificate)) for _ in range(2)]
        for _ in under_way:
            await slow.came.acquire()
        third = await ask(app, certificate)
        slow.go.set()
        first = await asyncio.gather(*under_way)
        fourth = await ask(app, certificate)
        return third, [*first, fourth]

    refused, answered = asyncio.run(play())
    assert refused.status_code == 503
    assert read_notice(refused.content).code == "channel.busy"
    assert [each.content for each in answered] == [b"done"] * 3


def test_a_body_that_trickles_beyond_its_time_is_as_if_its_sender_had_gone(node, monkeypatch):
    monkeypatch.setattr(guard, "BODY_S", 0.05)
    certificate = next(iter(guard.partners.certificates(node)))

    async def trickling():
        yield b"first"
        await asyncio.Event().wait()
        yield b"never"

    async def play():
        slow = Slow()
        slow.go.set()
        await ask(Guard(slow, node), certificate, trickling())
        return slow.left

    assert asyncio.run(play()) == "http.disconnect"
