# SPDX-License-Identifier: MIT
"""The loop signs and cosigns by itself, and no partner keeps another, or the audit log, waiting."""

from __future__ import annotations

import threading

import pytest

from making_ledger import checkpoint_sizes, joined, receive, send
from tasuki.core.ledger.model import AUDIT
from tasuki.services import ledger
from tasuki.services.ledger import running

ANSWER_S = 30


class Heard:
    """What the loop warned of."""

    def __init__(self):
        self.reasons = []

    def warning(self, _event, **said):
        self.reasons.append(said["reason"])


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    log = Heard()
    monkeypatch.setattr(running, "CADENCE_S", 0.01)
    monkeypatch.setattr(running, "_LOG", log)
    return log


@pytest.fixture
def nodes(tmp_path):
    with joined(tmp_path) as pair:
        yield pair


def run(node, until):
    """Run the loop until something came."""
    stop, patience = threading.Event(), threading.Event()
    thread = threading.Thread(target=ledger.run_checkpoints, args=(node, stop))
    thread.start()
    try:
        for _ in range(int(ANSWER_S / 0.02)):
            if until():
                return
            patience.wait(0.02)
        pytest.fail("nothing came")
    finally:
        stop.set()
        thread.join(ANSWER_S)


def test_logs_that_grew_are_signed_and_cosigned(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    run(gbr, lambda: checkpoint_sizes(gbr, AUDIT) and checkpoint_sizes(gbr, "pair:JPN"))
    pulses = gbr.pulses.all()
    assert pulses["checkpoint:audit"].failures == pulses["checkpoint:JPN"].failures == 0


def test_a_partner_that_never_answers_does_not_keep_the_audit_log_waiting(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    released = threading.Event()

    def hang(*_):
        assert released.wait(ANSWER_S)
        return b""

    def signed_meanwhile():
        if not checkpoint_sizes(gbr, AUDIT):
            return False
        assert not released.is_set()
        released.set()
        return True

    gbr.link.receive = hang
    run(gbr, signed_meanwhile)
    assert checkpoint_sizes(gbr, "pair:JPN") == []


def test_a_failing_partner_is_tried_again_and_its_failure_shows(nodes, heard):
    gbr, _ = nodes
    send(gbr, "JPN")
    gbr.link.cut = True
    run(gbr, lambda: gbr.pulses.all().get("checkpoint:JPN") and gbr.pulses.all()["checkpoint:JPN"].failures >= 2)
    assert gbr.pulses.all()["checkpoint:JPN"].last.code == "test.unreached"
    assert set(heard.reasons) == {"test.unreached"}
    gbr.link.cut = False
    run(gbr, lambda: checkpoint_sizes(gbr, "pair:JPN"))


def test_what_nobody_foresaw_does_not_end_the_loop(nodes, heard):
    gbr, _ = nodes
    send(gbr, "JPN")
    calls = []

    def surprise(*arguments):
        calls.append(1)
        if len(calls) < 3:
            raise RecursionError
        return receive(*arguments)

    gbr.link.receive = surprise
    run(gbr, lambda: checkpoint_sizes(gbr, "pair:JPN"))
    assert heard.reasons == ["services.loop-broke"] * 2
