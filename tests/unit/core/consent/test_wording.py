# SPDX-License-Identifier: MIT
"""What people type about consent is understood or refused with what was expected."""

from datetime import timedelta

import pytest

from making_labels import NOW
from tasuki.base.errors import CallerError
from tasuki.core.consent.wording import moment, require_case, require_purpose, require_sentence


@pytest.mark.parametrize(
    ("text", "later"),
    [("6h", timedelta(hours=6)), ("30d", timedelta(days=30)), ("2026-03-02T00:00:00Z", timedelta(days=1))],
)
def test_a_moment_to_come_is_read(text, later):
    assert moment(text, NOW) == NOW + later


def test_a_time_from_now_ends_with_a_whole_second():
    late = NOW + timedelta(microseconds=595_596)
    assert moment("6h", late) == NOW + timedelta(hours=6)
    assert moment("2026-03-02T00:00:00.000001Z", late).microsecond == 1


@pytest.mark.parametrize("text", ["", "0d", "6", "6m", "99999d", "tomorrow", "2026-03-01T00:00:00Z", "9" * 9999])
def test_what_is_no_moment_to_come_is_refused(text):
    with pytest.raises(CallerError) as refused:
        moment(text, NOW)
    assert refused.value.reason.code == "consent.past"


@pytest.mark.parametrize("text", ["", "two\nlines", "x" * 501])
def test_a_reason_is_one_short_line(text):
    with pytest.raises(CallerError):
        require_sentence(text, "--why")


@pytest.mark.parametrize("text", ["", "Cyber defence", "x" * 81, "防衛"])
def test_a_purpose_is_a_code(text):
    with pytest.raises(CallerError):
        require_purpose(text)


@pytest.mark.parametrize("text", ["", "Example Foods Ltd", "x" * 81, "a\tb"])
def test_a_case_number_is_one_word(text):
    with pytest.raises(CallerError):
        require_case(text)


def test_what_fits_passes():
    require_sentence("彼らも狙われている", "--why")
    require_purpose("cyber-defence")
    require_case("IR-2026-0031")
