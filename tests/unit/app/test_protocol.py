# SPDX-License-Identifier: MIT
"""A connection that only waits is cut; one that works is not."""

from __future__ import annotations

import pytest
import uvicorn
from uvicorn.server import ServerState

from tasuki.app.protocol import BODY_S, HEAD_S, MAX_HEAD_BYTES, MAX_LINES, CertifiedProtocol
from tasuki.faces.exchange.peer import SCOPE_KEY


class Timer:
    def __init__(self, seconds, act):
        self.seconds, self.act, self.cancelled = seconds, act, False

    def cancel(self):
        self.cancelled = True


class Loop:
    def __init__(self):
        self.timers = []

    def call_later(self, seconds, act, *_):
        self.timers.append(Timer(seconds, act))
        return self.timers[-1]

    def create_task(self, coroutine, **_):
        coroutine.close()
        return Task()

    @property
    def running(self):
        return [each for each in self.timers if not each.cancelled]


class Task:
    def add_done_callback(self, _act):
        """Nothing runs here."""


class Tls:
    def __init__(self, certificate):
        self._certificate = certificate

    def getpeercert(self, *, binary_form):
        assert binary_form
        return self._certificate


class Transport:
    def __init__(self, certificate=b"theirs"):
        self.aborted, self.closed, self._certificate = False, False, certificate

    def get_extra_info(self, name, default=None):
        return Tls(self._certificate) if name == "ssl_object" else default

    def abort(self):
        self.aborted = True

    def close(self):
        self.closed = True

    def write(self, _data):
        """Nobody listens."""

    def pause_reading(self):
        """A body waits for its reader."""

    def resume_reading(self):
        """The reader came."""


async def nothing(_scope, _receive, _send):
    """An application that is never run."""


def connected(state=None, certificate=b"theirs"):
    config = uvicorn.Config(nothing, log_config=None, lifespan="off", ws="none", http="httptools")
    loop, transport = Loop(), Transport(certificate)
    made = CertifiedProtocol(config, state or ServerState(), {}, loop)
    made.connection_made(transport)
    return made, loop, transport


HEAD = b"POST /exchange/v1/envelopes HTTP/1.1\r\nhost: node\r\ncontent-length: 4\r\n"


def test_every_request_bears_the_certificate():
    protocol, _, _ = connected()
    protocol.data_received(HEAD + b"\r\nabcd")
    assert protocol.scope[SCOPE_KEY] == b"theirs"


def test_whoever_says_nothing_is_cut_in_time():
    _, loop, transport = connected()
    (timer,) = loop.running
    assert timer.seconds == HEAD_S
    timer.act()
    assert transport.aborted


def test_whoever_never_ends_its_head_is_cut_in_time():
    protocol, loop, transport = connected()
    protocol.data_received(HEAD)
    (timer,) = loop.running
    assert timer.seconds == HEAD_S
    timer.act()
    assert transport.aborted


def test_whoever_never_ends_its_body_is_cut_in_time():
    protocol, loop, transport = connected()
    protocol.data_received(HEAD + b"\r\nab")
    (timer,) = loop.running
    assert timer.seconds == BODY_S
    timer.act()
    assert transport.aborted


def test_a_request_that_came_whole_takes_the_time_it_takes():
    protocol, loop, transport = connected()
    protocol.data_received(HEAD + b"\r\nabcd")
    assert loop.running == []
    assert not transport.aborted


@pytest.mark.parametrize("line", [b"x-a: " + b"a" * 5000, b"x-a: b\r\n" * 600], ids=["one long line", "many lines"])
def test_a_head_without_end_is_cut_before_it_fills_the_memory(line):
    protocol, _, transport = connected()
    protocol.data_received(HEAD)
    sent = 0
    while not transport.aborted:
        protocol.data_received(line)
        sent += len(line)
        assert sent < 2 * MAX_HEAD_BYTES


def test_a_large_body_is_no_head():
    protocol, _, transport = connected()
    protocol.data_received(HEAD.replace(b"4", b"1000000") + b"\r\n")
    for _ in range(10):
        protocol.data_received(bytes(100_000))
    assert not transport.aborted


def test_one_certificate_holds_so_many_lines_and_another_is_not_kept_waiting():
    state = ServerState()
    lines = [connected(state)[2] for _ in range(MAX_LINES)]
    assert not any(each.aborted for each in lines)
    assert connected(state)[2].aborted
    assert not connected(state, b"another")[2].aborted


def test_a_lost_connection_leaves_no_deadline():
    protocol, loop, _ = connected()
    protocol.data_received(HEAD)
    protocol.connection_lost(None)
    assert loop.running == []
