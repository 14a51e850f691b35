# SPDX-License-Identifier: MIT
"""The link to a partner that trickles or says nothing: one deadline for the whole request, whatever keeps coming."""

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from making_channel import JPN
from tasuki.adapters.partner_http import HttpLink
from tasuki.adapters.tls import Doorkeeper, create_certificate
from tasuki.base.errors import WorldError
from tasuki.base.ids import NodeName
from tasuki.core.release.released import release_notice

NOW = datetime.now(UTC)
QUESTION = release_notice(
    "health", {"node": "GBR/gbr-1", "version": 1, "at": "2026-03-01T12:00:00.000Z"}, "JPN/jpn-1", "d" * 64
)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"


@contextmanager
def partner(tmp_path, talk):
    """Give a link and the anchor of a partner that talks as told over TLS."""
    for name in ("gbr", "jpn"):
        (tmp_path / name).mkdir()
    ours = create_certificate(tmp_path / "gbr", NodeName.parse("GBR/gbr-1"), "https://127.0.0.1:1", NOW)
    theirs = create_certificate(tmp_path / "jpn", NodeName.parse("JPN/jpn-1"), "https://127.0.0.1:1", NOW)
    door = Doorkeeper(tmp_path / "jpn")
    door.trust([ours])
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with suppress(OSError, ssl.SSLError):
                connection, _ = listening.accept()
                with door.context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(65536)
                    talk(tls, over)

        thread = threading.Thread(target=serve)
        thread.start()
        endpoint = f"https://127.0.0.1:{listening.getsockname()[1]}"
        link = HttpLink(tmp_path / "gbr", deadline_s=0.5)
        try:
            yield link, replace(JPN.anchor, endpoint=endpoint, tls_certificate=theirs)
        finally:
            over.set()
            link.close()
            thread.join(20)


def trickle(content):
    def talk(tls, over):
        for byte in content:
            if over.wait(0.02):
                return
            tls.sendall(bytes([byte]))
        over.wait(20)

    return talk


def silence(_tls, over):
    over.wait(20)


def trickle_after_head(tls, over):
    tls.sendall(HEAD)
    trickle(b"y" * 1000)(tls, over)


TALKS = {
    "says-nothing": silence,
    "trickles-its-head": trickle(HEAD * 1000),
    "trickles-rubbish": trickle(b"x" * 1000),
    "trickles-its-answer": trickle_after_head,
}


@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS)
def test_a_partner_that_never_gets_to_the_end_is_left_at_the_deadline(tmp_path, talk):
    with partner(tmp_path, talk) as (link, anchor), pytest.raises(WorldError) as left:
        link.ask(anchor, "/exchange/v1/health", QUESTION)
    assert left.value.reason.code == "adapters.cannot-reach"
    assert left.value.retry


def test_a_partner_that_answers_in_time_is_heard(tmp_path):
    def talk(tls, over):
        tls.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        over.wait(20)

    with partner(tmp_path, talk) as (link, anchor):
        assert link.ask(anchor, "/exchange/v1/health", QUESTION) == (200, b"ok")
