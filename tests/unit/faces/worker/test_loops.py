# SPDX-License-Identifier: MIT
"""The loop that disposes looks at once, goes through all that is due, shows its pulse, and ends when told to."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from making_holdings import OPEN, bring, lines, obj, one_node
from making_nodes import Hands
from tasuki.faces.worker.loops import Worker, disposal
from tasuki.services import holdings


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def node(tmp_path, hands):
    with one_node(tmp_path, hands=hands) as made:
        yield made


def test_what_is_due_is_disposed_of_while_the_node_runs(node, hands, monkeypatch):
    monkeypatch.setattr(holdings, "_BATCH", 2)
    bring(node, lines(*(obj(number) for number in range(5))), statement=replace(OPEN, dispose_by="2026-03-02"))
    bring(node, lines(obj(9)))
    hands.now += timedelta(days=2)
    done = threading.Event()
    loop = disposal(3600)

    def run(node, stop):
        real, node_stop = node.pulses.done, stop

        def seen(name, at):
            real(name, at)
            done.set()

        monkeypatch.setattr(node.pulses, "done", seen)
        loop.run(node, node_stop)

    worker = Worker(node, (replace(loop, run=run),))
    worker.start()
    assert done.wait(20)
    worker.stop()
    assert node.pulses.all()["dispose"].failures == 0
    assert len(holdings.listed(node, types=[], sources=[], limit=99)) == 1
