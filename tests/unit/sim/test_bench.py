# SPDX-License-Identifier: MIT
"""A seed is a run: played again, anywhere, it is the same event for event; and what is played is the product."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from making_bench import played
from tasuki.faces.worker.loops import LOOPS, disposal
from tasuki.services.channel import PATH, partner_anchor
from tasuki.sim import loops
from tasuki.sim.bench import Plan
from tasuki.sim.invariants import violations

TINY = Plan(seed=11, days=1, nations=2, acts_every=timedelta(hours=4), logs_every=timedelta(hours=6))
REVOKING = Plan(seed=8, days=1, nations=2, acts_every=timedelta(hours=2), logs_every=timedelta(hours=2))
"""One in which a key is revoked while envelopes signed with it were logged."""

PROGRAM = """
import tempfile
from pathlib import Path
from test_bench import TINY
from making_bench import played
with played(TINY) as bench:
    print(bench.trace.digest, bench.commits)
"""


def digest(plan):
    with played(plan) as bench:
        return bench.trace.digest


def test_a_seed_played_again_in_another_process_is_the_same_event_for_event():
    folder = str(Path(__file__).parent)
    answers = set()
    for seed in ("0", "1"):
        paths = os.pathsep.join([folder, *filter(None, sys.path)])
        told = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=told, capture_output=True, text=True, check=True)
        answers.add(done.stdout.splitlines()[-1])
    assert len(answers) == 1


def test_with_true_keys_the_events_are_the_same_though_bytes_differ():
    plan = replace(TINY, real=True)
    assert digest(plan) == digest(plan)


def test_another_seed_is_another_run():
    assert digest(TINY) != digest(replace(TINY, seed=12))


def test_every_loop_of_the_worker_is_played():
    assert {each.name for each in (*LOOPS, disposal(1.0))} - loops.IDLE == set(loops.PLAYED)
    assert all(callable(getattr(loops, turn)) for turn in loops.PLAYED.values())


def test_a_request_that_came_bent_is_refused_and_logged():
    with played(TINY) as bench:
        sender, receiver = bench.nations.values()
        bench._stray(sender, receiver, PATH, b"no envelope at all")
        assert [each.audited for each in bench.records.refused][-1:] == [True]


def test_partners_hear_where_a_key_died_and_nothing_waits_or_goes_unproved_for_it():
    with played(REVOKING) as bench:
        cuts = [(who, key, *cut) for (who, key), places in bench.records.revoked.items() for cut in places.items()]
        assert any(index for *_, index in cuts)
        for who, key, partner, index in cuts:
            held = partner_anchor(bench.nations[partner].node, bench.nations[who].participant)
            assert held.dead_from(key, partner) == index
        assert violations(bench.scene()) == []
