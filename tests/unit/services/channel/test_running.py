# SPDX-License-Identifier: MIT
"""The loops: woken by what is committed, patient with a partner that is away, gone when told to stop."""

import threading
from contextlib import contextmanager

import pytest

from making_nodes import two_nodes
from tasuki.base.canonical import canonical
from tasuki.core.channel.model import Lane
from tasuki.services.channel import accept, run_sealer, run_sender, running, trusted
from tasuki.services.channel.running import RETRY_S, pause
from tasuki.services.node.signals import OUTBOX, PARTNERS
from tasuki.store import channel as store

RECALL = "01890a5d-ac96-774b-bcce-b302099a8057"
AT = "2026-03-01T12:00:00.000Z"
MESSAGE = canonical({"of": RECALL, "counts": {"held": 1}, "statement": "use stopped", "at": AT})


@pytest.fixture
def nodes(tmp_path):
    arrived = threading.Semaphore(0)

    def receive(node, certificate, _path, body):
        answer = accept(node, certificate, body).body
        arrived.release()
        return answer

    with two_nodes(tmp_path, receive) as (gbr, _jpn):
        yield gbr, arrived


@contextmanager
def loops(node):
    stop = threading.Event()
    threads = [threading.Thread(target=loop, args=(node, stop)) for loop in (run_sealer, run_sender)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    node.signals.raise_(PARTNERS)
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()


def put(node, lane="bulk"):
    node.database.write(
        lambda connection: store.enqueue(
            connection, partner="JPN", lane=lane, kind="attestation", body=MESSAGE, at=node.clock.now()
        )
    )
    node.signals.raise_(OUTBOX)


def test_what_is_put_into_the_outbox_arrives_by_itself(nodes):
    gbr, arrived = nodes
    with loops(gbr):
        for lane in Lane:
            put(gbr, lane.value)
        for _ in Lane:
            assert arrived.acquire(timeout=20)


def test_a_partner_that_was_away_gets_it_when_it_is_back(nodes, monkeypatch):
    gbr, arrived = nodes
    monkeypatch.setattr(running, "RETRY_S", dict.fromkeys(Lane, (0.01, 0.02)))
    gbr.link.cut = True
    with loops(gbr):
        put(gbr)
        assert not arrived.acquire(timeout=0.3)
        gbr.link.cut = False
        assert arrived.acquire(timeout=20)
    assert gbr.pulses.all()["push:JPN:bulk"].last.code == "test.unreached"


def test_only_compared_partners_are_served(nodes):
    gbr, _ = nodes
    assert trusted(gbr) == ["JPN"]
    gbr.database.write(lambda connection: connection.execute(store.PARTNERS.update().values(state="known")))
    assert trusted(gbr) == []


@pytest.mark.parametrize("lane", list(Lane))
def test_waits_double_up_to_the_longest_and_vary(nodes, lane):
    gbr, _ = nodes
    first, longest = RETRY_S[lane]
    assert first / 2 <= pause(gbr, lane, 1) <= first
    assert longest / 2 <= pause(gbr, lane, 99) <= longest
    assert len({pause(gbr, lane, 5) for _ in range(20)}) > 1


def test_urgent_is_tried_again_sooner_than_bulk():
    assert RETRY_S[Lane.URGENT] == (1.0, 60.0)
    assert RETRY_S[Lane.BULK] == (5.0, 600.0)
