# SPDX-License-Identifier: MIT
"""A body that is fed to an act: chunk by chunk, dropped where nobody wants it, and cut off where its sender stops."""

import asyncio

import httpx2
import msgspec
import pytest
from starlette.applications import Starlette

from tasuki.base.errors import InputError
from tasuki.faces.http import kit
from tasuki.faces.http.kit import HANDLERS, feed
from tasuki.faces.http.reasons import TOO_LARGE


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    take: int = 1000


def application(act):
    app = Starlette(routes=[feed("/feed", Asked, act)], exception_handlers=HANDLERS)
    app.state.node = None
    return app


def send(act, chunks, take=1000):
    read = []

    async def body():
        for number in range(chunks):
            read.append(number)
            yield b"x" * 100

    async def talk():
        transport = httpx2.ASGITransport(app=application(act), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.post(f"http://node/feed?take={take}", content=body())

    return asyncio.run(talk()), len(read)


def count(_node, asked, chunks):
    return {"chunks": sum(1 for _, _ in zip(range(asked.take), chunks, strict=False))}


def test_an_act_gets_the_chunks_as_they_come():
    answer, read = send(count, 7)
    assert (answer.json(), read) == ({"chunks": 7}, 7)


def test_what_an_act_leaves_is_dropped_so_that_its_answer_is_heard():
    answer, read = send(count, 50, take=3)
    assert (answer.status_code, answer.json(), read) == (200, {"chunks": 3}, 50)


def test_a_refusal_is_heard_too():
    def refuse(_node, _asked, chunks):
        next(chunks)
        raise InputError(TOO_LARGE.because(limit=1))

    answer, read = send(refuse, 50)
    assert (answer.status_code, answer.json()["error"]["code"], read) == (422, "http.too-large", 50)


def test_an_endless_body_is_not_read_for_ever(monkeypatch):
    monkeypatch.setattr(kit, "MAX_FILE_BYTES", 1000)
    answer, read = send(count, 10_000, take=0)
    assert answer.status_code == 200
    assert read < 20


def test_a_sender_that_stops_in_the_middle_is_an_error_of_the_world():
    seen = []

    def act(_node, _asked, chunks):
        try:
            for chunk in chunks:
                seen.append(chunk)  # noqa: PERF402 what came before the end counts
        except Exception as error:
            seen.append(error.reason.code)
            raise

    messages = [{"type": "http.request", "body": b"first", "more_body": True}, {"type": "http.disconnect"}]
    scope = {
        "type": "http", "method": "POST", "path": "/feed", "raw_path": b"/feed", "query_string": b"", "headers": [],
        "http_version": "1.1", "scheme": "http", "server": ("node", 80), "client": None, "root_path": "",
        "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def sent(_message):
        pass

    asyncio.run(application(act)(scope, receive, sent))
    assert seen == [b"first", "http.cut-off"]


@pytest.mark.parametrize("question", ["?take=x", "?colour=red"])
def test_a_wrong_question_is_refused(question):
    async def talk():
        transport = httpx2.ASGITransport(app=application(count), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.post(f"http://node/feed{question}", content=b"x")

    assert asyncio.run(talk()).status_code == 400
