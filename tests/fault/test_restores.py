# SPDX-License-Identifier: MIT
"""A node put back to a copy: what the bench found."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tasuki.services.recovery import catch_up
from tasuki.sim.invariants import INVARIANTS
from tasuki.sim.records import Records
from tasuki.sim.workflows import bring_in, cosign, memory, seal, send, share, staged


def test_a_receipt_that_was_held_before_the_restore_is_logged_once():
    """Seed 2: unanswered in the copy, its leaf came back from the partner's mirror, and the receipt came again."""
    with tempfile.TemporaryDirectory(dir=memory()) as name, staged(Path(name)) as make:
        stage = make()
        records = Records()
        for act in (bring_in("AAA", "one"), share("AAA", "one", "BBB"), seal("AAA", "BBB")):
            act(stage)
        copy = stage["AAA"].back_up()
        for act in (send("AAA", "BBB"), cosign("AAA", "BBB")):
            act(stage)
        stage["AAA"].stop()
        stage["AAA"].restore(copy, journal=False)
        stage["AAA"].start()
        assert catch_up(stage["AAA"].node)
        assert stage.rest() == []
        scene = stage.scene(records)
        assert [said for check in ("I2", "I6", "I10") for said in INVARIANTS[check](scene)] == []
