# SPDX-License-Identifier: MIT
"""A partner that takes a connection and never answers holds up neither other partners nor the work at home."""

import threading
from contextlib import contextmanager

import pytest

from making_ledger import put
from making_reconciliation import receive
from making_release import indicator, take_in, three_nodes
from tasuki.base.errors import WorldError
from tasuki.base.reasons import kind
from tasuki.core.channel.model import Lane
from tasuki.services.channel import run_sealer, run_sender
from tasuki.services.ledger import run_checkpoints
from tasuki.services.node.signals import OUTBOX, PARTNERS
from tasuki.services.reconciliation import reconciliations, run_statements, sync_with

GONE = kind("test.gone", en="The partner went away.", ja="相手が離れました。")
PATIENCE_S = 30


@pytest.fixture
def scene(tmp_path):
    """Give three nodes, of which CCC takes every request and answers none, and what the others got."""
    over, stuck, arrived = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)

    def reach(node, certificate, path, body):
        if node.me.participant == "CCC":
            stuck.release()
            over.wait(2 * PATIENCE_S)
            raise WorldError(GONE.because(), retry=True)
        answer = receive(node, certificate, path, body)
        if path == "/exchange/v1/envelopes":
            arrived.release()
        return answer

    with three_nodes(tmp_path, reach) as three:
        try:
            yield three.aaa, over, stuck, arrived
        finally:
            over.set()


@contextmanager
def loops(node, over):
    stop = threading.Event()
    runs = (run_sealer, run_sender, run_checkpoints, run_statements)
    threads = [threading.Thread(target=run, args=(node, stop)) for run in runs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        over.set()
        node.signals.raise_(PARTNERS)
        for thread in threads:
            thread.join(timeout=PATIENCE_S)
            assert not thread.is_alive()


def test_while_one_partner_never_answers_another_gets_everything_and_work_at_home_goes_on(scene):
    aaa, over, stuck, arrived = scene
    with loops(aaa, over):
        for lane in Lane:
            put(aaa, "CCC", lane)
        aaa.signals.raise_(OUTBOX)
        # Every lane to it, its checkpoint and its statement wait for an answer that never comes.
        for _ in range(len(Lane) + 2):
            assert stuck.acquire(timeout=PATIENCE_S)
        for lane in Lane:
            put(aaa, "BBB", lane)
        aaa.signals.raise_(OUTBOX)
        for _ in Lane:
            assert arrived.acquire(timeout=PATIENCE_S)
        assert take_in(aaa, indicator(1, "green")).accepted == 1
        assert not over.is_set()


def test_a_sync_with_everybody_brings_the_others_their_envelopes_while_one_never_answers(scene):
    aaa, over, stuck, arrived = scene
    for partner in ("BBB", "CCC"):
        put(aaa, partner)
    views = []
    asking = threading.Thread(target=lambda: views.extend(sync_with(aaa, None)))
    asking.start()
    assert stuck.acquire(timeout=PATIENCE_S)
    assert arrived.acquire(timeout=PATIENCE_S)
    over.set()
    asking.join(PATIENCE_S)
    assert {view.partner: (view.receipted, view.stopped is None) for view in views} == {
        "BBB": (1, True),
        "CCC": (0, False),
    }
    assert {view.partner: view.outcome for view in reconciliations(aaa)} == {"BBB": "equal", "CCC": "never"}
