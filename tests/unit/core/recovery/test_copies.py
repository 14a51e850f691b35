# SPDX-License-Identifier: MIT
"""Of two living copies of one node, one alone goes on."""

from __future__ import annotations

import pytest

from tasuki.base.reasons import Reason
from tasuki.core.recovery.copies import NOTHING, Copy, Step, judge

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def step(shown=NOTHING, proposed=A, *, restored=False):
    return Step(shown=shown, proposed=proposed, restored=restored)


def test_the_first_step_is_taken():
    assert judge(NOTHING, step(), "GBR") == Copy(number=1, token=A)


def test_the_next_step_is_taken_by_whoever_knows_the_last():
    assert judge(Copy(number=1, token=A), step(Copy(number=1, token=A), B), "GBR") == Copy(number=2, token=B)


def test_the_same_step_again_gets_the_same_answer():
    known = Copy(number=2, token=B)
    assert judge(known, step(Copy(number=1, token=A), B), "GBR") == known


@pytest.mark.parametrize(
    "shown", [NOTHING, Copy(number=1, token=A), Copy(number=2, token=C)], ids=["nothing", "the one before", "another"]
)
def test_a_copy_that_shows_what_is_over_is_refused(shown):
    found = judge(Copy(number=2, token=B), step(shown, C), "GBR")
    assert isinstance(found, Reason)
    assert found.code == "recovery.other-copy"


def test_of_two_copies_of_one_state_the_second_is_refused():
    shared = Copy(number=5, token=A)
    first = judge(shared, step(shared, B), "GBR")
    assert first == Copy(number=6, token=B)
    assert isinstance(judge(first, step(shared, C), "GBR"), Reason)


def test_a_restored_copy_goes_on_from_the_number_the_partner_knows_and_the_other_does_not():
    known = Copy(number=9, token=A)
    restored = judge(known, step(Copy(number=9, token=C), B, restored=True), "GBR")
    assert restored == Copy(number=10, token=B)
    assert isinstance(judge(restored, step(known, C), "GBR"), Reason)


@pytest.mark.parametrize("number", [0, 3, 8])
def test_a_restored_copy_that_shows_a_number_that_is_over_is_refused(number):
    """It may be a step that was under way while the copy went on: the state must not move behind the copy's own."""
    found = judge(Copy(number=9, token=A), step(Copy(number=number, token=C), B, restored=True), "GBR")
    assert isinstance(found, Reason)
    assert found.params["known"] == 9


def test_a_partner_that_was_put_back_takes_what_is_shown():
    assert judge(Copy(number=3, token=C), step(Copy(number=9, token=A), B), "GBR") == Copy(number=10, token=B)
