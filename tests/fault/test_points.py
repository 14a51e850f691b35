# SPDX-License-Identifier: MIT
"""A crash or a failing call of the disk, in the workflows a node lives by; prove/faults.py tries every point."""

from __future__ import annotations

import random
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tasuki.base.errors import WorldError
from tasuki.sim import workflows
from tasuki.sim.disk import Disk, Trouble
from tasuki.sim.faults import Rig
from tasuki.sim.workflows import WORKFLOWS, Workflow, bring_in, memory, seal, send, share, staged
from tasuki.store import database

TRIED = 2
"""Points of each workflow that the tests try."""


def chance():
    return random.Random(1)  # noqa: S311 the same each time


@contextmanager
def rigged(workflow):
    with tempfile.TemporaryDirectory(dir=memory()) as name, staged(Path(name)) as make:
        disk = Disk(Path(name))
        with disk.recording():
            yield Rig(make(), disk, workflow)


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_whatever_a_crash_leaves_the_node_goes_on_from_there(name):
    with rigged(WORKFLOWS[name]) as rig:
        outcome = rig.crashes(max(1, rig.points // TRIED), chance())
    assert outcome.wrong == []
    assert outcome.points == rig.points > 0
    assert TRIED <= outcome.tried <= outcome.states


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_whatever_call_fails_the_act_is_refused_and_the_node_goes_on(name):
    with rigged(WORKFLOWS[name]) as rig:
        outcome = rig.failures(max(1, rig.points // TRIED), tuple(Trouble))
    assert outcome.wrong == []
    assert outcome.tried >= TRIED
    assert outcome.refused


def test_a_database_that_does_not_wait_for_the_disk_loses_what_it_acknowledged(monkeypatch):
    """The rig finds what it is there to find: the same node, whose database is told not to sync."""
    prepare = database._prepare_sqlite

    def careless(connection, record):
        prepare(connection, record)
        connection.cursor().execute("PRAGMA synchronous=OFF")

    monkeypatch.setattr(database, "_prepare_sqlite", careless)
    with rigged(WORKFLOWS["import"]) as rig:
        outcome = rig.crashes(max(1, rig.points // 6), chance())
    assert any("acknowledged" in each for each in outcome.wrong)


def test_a_node_that_acknowledges_before_the_commit_is_found():
    """An import that answers although the disk refused it is missed once the node goes on."""

    def hasty(stage):
        try:
            bring_in("AAA", "one")(stage)
        except WorldError:
            stage.imported(stage["AAA"], "indicator--00000000-0000-4000-8000-000000000000")

    with rigged(Workflow(victim="AAA", before=(), acts=(hasty,))) as rig:
        outcome = rig.failures(20, (Trouble.FULL,))
    assert any(": I1: " in each for each in outcome.wrong)


def test_a_sender_that_gives_up_is_found(monkeypatch):
    """What is sealed and never pushed is missed once everything should have come to rest."""
    monkeypatch.setattr(workflows.channel, "push", lambda *_: False)
    before = (bring_in("AAA", "one"), share("AAA", "one", "BBB"), seal("AAA", "BBB"))
    with rigged(Workflow(victim="AAA", before=before, acts=(send("AAA", "BBB"), bring_in("AAA", "two")))) as rig:
        outcome = rig.crashes(max(1, rig.points // 2), chance())
    assert any("waiting for BBB" in each or "still waits" in each for each in outcome.wrong)
