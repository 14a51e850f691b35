# SPDX-License-Identifier: MIT
"""An attestation is true at its moment, and accounts for every id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.core.withdrawal.attesting import adds_up, counts, outcome, usable_from
from tasuki.core.withdrawal.model import Held, Outcome, Verb

AT = 100
NEVER = Held()
DISPOSED = Held(came=True)
OUT = Held(came=True, kept=True)
OLD = Held(came=True, live=(40, 90))
STOPPED = Held(came=True, live=(90,), usable_from=101)
STOPPED_BEFORE = Held(came=True, live=(40, 90), usable_from=50)
NEW = Held(came=True, live=(90, 100))
LATER = Held(came=True, live=(150,), kept=True)

HELD = st.builds(
    Held,
    live=st.lists(st.integers(0, 200), max_size=3).map(lambda each: tuple(sorted(each))),
    kept=st.booleans(),
    came=st.sampled_from([True]),
    usable_from=st.none() | st.integers(0, 200),
) | st.just(NEVER)


@pytest.mark.parametrize(
    ("held", "revoke", "recall", "narrow", "correct"),
    [
        (NEVER, "never-held", "never-held", "never-held", "never-held"),
        (DISPOSED, "destroyed", "destroyed", "destroyed", "destroyed"),
        (OUT, "not-in-use", "not-in-use", "not-in-use", "not-in-use"),
        (OLD, "use-stopped", "use-stopped", "narrowed", "use-stopped"),
        (STOPPED, "not-in-use", "use-stopped", "narrowed", "not-in-use"),
        (STOPPED_BEFORE, "use-stopped", "use-stopped", "narrowed", "use-stopped"),
        (NEW, "replaced", "use-stopped", "narrowed", "replaced"),
        (LATER, "replaced", "use-stopped", "narrowed", "replaced"),
    ],
    ids=["never", "disposed", "out", "old", "stopped", "stopped before", "new", "later"],
)
def test_each_verb_has_its_class_for_what_was_held(held, revoke, recall, narrow, correct):
    expected = {Verb.REVOKE: revoke, Verb.RECALL: recall, Verb.NARROW: narrow, Verb.CORRECT: correct}
    assert {verb: outcome(verb, held, AT).value for verb in Verb} == expected


def test_classes_that_count_nothing_are_left_out():
    assert counts(Verb.RECALL, [OLD, NEVER, OLD], AT) == {"never-held": 1, "use-stopped": 2}


@given(st.sampled_from(Verb), st.lists(HELD, max_size=20), st.integers(0, 200))
def test_the_classes_add_up_to_the_number_of_ids(verb, held, at):
    stated = counts(verb, held, at)
    assert adds_up(stated, len(held))
    assert all(number > 0 for number in stated.values())
    assert set(stated) <= {each.value for each in Outcome}


@given(st.lists(HELD, min_size=1, max_size=20), st.sampled_from(Verb), st.integers(0, 200))
def test_whoever_leaves_one_out_does_not_add_up(held, verb, at):
    assert not adds_up(counts(verb, held[1:], at), len(held))


def test_a_revoked_version_may_not_be_used_and_a_correction_may():
    assert (usable_from(Verb.REVOKE, AT), usable_from(Verb.CORRECT, AT)) == (AT + 1, AT)
    assert usable_from(Verb.RECALL, AT) is usable_from(Verb.NARROW, AT) is None
