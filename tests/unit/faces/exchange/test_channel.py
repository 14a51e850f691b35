# SPDX-License-Identifier: MIT
"""The exchange face hands envelopes on with the peer's certificate, and decides nothing."""

import asyncio

import httpx2
import pytest

from making_channel import letter, seal
from making_nodes import two_nodes
from tasuki.core.channel.model import START
from tasuki.faces.exchange.app import exchange_app
from tasuki.faces.exchange.peer import SCOPE_KEY
from tasuki.formats.envelope.envelope import MAX_ENVELOPE_BYTES
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.receipt import read_receipt
from tasuki.services.channel import PATH
from tasuki.store import channel as store


def post(node, certificate, body):
    inner = exchange_app(node)

    async def app(scope, receive, send):
        if certificate is not None:
            scope[SCOPE_KEY] = certificate
        await inner(scope, receive, send)

    async def ask():
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.post(f"http://node{PATH}", content=body)

    return asyncio.run(ask())


@pytest.fixture
def nodes(tmp_path):
    with two_nodes(tmp_path, lambda *_: b"") as pair:
        yield pair


def sealed(gbr):
    """Return an envelope of an unknown type, which needs no handler, from the UK's real node."""
    from_gbr = type("Side", (), {"anchor": gbr.anchor, "signer": gbr.signer})()
    return letter(b"{}", type="joint-record"), from_gbr


def test_an_envelope_gets_its_receipt(nodes):
    gbr, jpn = nodes
    one, side = sealed(gbr)
    to = type("Side", (), {"anchor": jpn.anchor, "signer": jpn.signer})()
    answer = post(jpn, gbr.anchor.tls_certificate, seal(one, START, sender=side, to=to))
    assert answer.status_code == 200
    assert read_receipt(answer.content).receipt.status == "unsupported"
    with jpn.database.read() as connection:
        assert store.passage(connection, one.env_id).status == "unsupported"


def test_without_a_certificate_nothing_is_taken(nodes):
    gbr, jpn = nodes
    one, side = sealed(gbr)
    to = type("Side", (), {"anchor": jpn.anchor, "signer": jpn.signer})()
    answer = post(jpn, None, seal(one, START, sender=side, to=to))
    assert (answer.status_code, read_notice(answer.content).code) == (403, "exchange.stranger")
    with jpn.database.read() as connection:
        assert store.passage(connection, one.env_id) is None


def test_garbage_gets_a_notice_and_too_much_is_not_read(nodes):
    gbr, jpn = nodes
    certificate = gbr.anchor.tls_certificate
    assert read_notice(post(jpn, certificate, b"garbage").content).code == "suites.truncated"
    answer = post(jpn, certificate, bytes(MAX_ENVELOPE_BYTES + 1))
    assert (answer.status_code, read_notice(answer.content).code) == (422, "http.too-large")
