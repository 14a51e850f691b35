# SPDX-License-Identifier: MIT
"""Decided receipts: on what a person may decide, in which words, for which office."""

from datetime import UTC, datetime

import pytest

from tasuki.base.errors import CallerError
from tasuki.core.channel.deciding import (
    DECISIONS,
    DESK,
    TYPE,
    decided,
    office_code,
    require_decidable,
    require_decision,
)
from tasuki.core.release.released import release_notice

ENV_ID = "019ca945-0a00-7610-98e6-f49f98cee84f"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("decision", DECISIONS)
def test_what_is_told_has_the_form_that_may_leave(decision):
    message = decided(ENV_ID, decision, DESK, NOW)
    assert message == {"env_id": ENV_ID, "decision": decision, "office": DESK, "at": "2026-03-01T12:00:00.000Z"}
    assert release_notice(TYPE, message, "GBR/gbr-1", "d" * 64).kind == TYPE


def test_what_came_in_may_be_decided_on():
    require_decidable(ENV_ID, "in", "objects")
    require_decision("noted", "desk-2")


@pytest.mark.parametrize(("direction", "kind"), [("out", "objects"), ("in", "receipt"), ("out", "receipt")])
def test_what_went_out_and_decisions_themselves_may_not(direction, kind):
    with pytest.raises(CallerError) as refused:
        require_decidable(ENV_ID + "x" * 60, direction, kind)
    assert refused.value.reason.code == "channel.not-decided-on"
    params = {"env_id": (ENV_ID + "x" * 60)[:60], "type": kind, "direction": direction}
    assert refused.value.reason.params == params


def test_other_decisions_and_offices_are_refused_with_what_may_be_said():
    with pytest.raises(CallerError) as refused:
        require_decision("y" * 50, DESK)
    assert refused.value.reason.params == {"known": "noted, taken-up, passed-on, declined", "found": "y" * 40}
    with pytest.raises(CallerError) as refused:
        require_decision("noted", "Z" * 50)
    assert refused.value.reason.params == {"found": "Z" * 40}
    assert refused.value.reason.code == "channel.no-office"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NCSC duty desk", "ncsc-duty-desk"),
        ("-- a -- b --", "a-b"),
        ("3rd desk", "rd-desk"),
        ("désk", "d-sk"),
        ("当直", DESK),
        ("", DESK),
        ("a" * 200, "a" * 80),
        ("x" * 79 + " y", "x" * 79),
        ("9", DESK),
    ],
    ids=["words", "hyphens", "digit-first", "accent", "no-letters", "empty", "long", "cut-at-a-hyphen", "digits-only"],
)
def test_the_name_of_an_office_becomes_a_code(name, code):
    assert office_code(name) == code
