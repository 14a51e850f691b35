# SPDX-License-Identifier: MIT
"""The vectors of consent: what comes of every word that arrives, and messages that have not the form of their kind."""

import json
from pathlib import Path

import pytest

from tasuki.base.errors import CallerError
from tasuki.base.reasons import Reason
from tasuki.base.time import parse_rfc3339
from tasuki.core.consent.judging import heard
from tasuki.core.consent.model import Standing
from tasuki.core.consent.notices import answer_from_message, request_from_message
from tasuki.core.release.released import release_notice

GIVEN = json.loads((Path(__file__).parent / "consent" / "consent.json").read_bytes())
REQUEST = GIVEN["request"]


def form(kind, message):
    release_notice(kind, message, "JPN/nco:csirt", "p" * 64)


def test_the_request_has_its_form():
    form("consent-request", REQUEST)


@pytest.mark.parametrize("case", GIVEN["cases"], ids=lambda case: case["case"])
def test_each_word_counts_or_not_and_the_request_stands_where_it_says(case):
    standing = Standing(asker=GIVEN["asker"], asked=GIVEN["asked"], request=request_from_message(REQUEST))
    counted = []
    for word in case["words"]:
        form("consent", word["message"])
        answer = answer_from_message(word["message"])
        outcome = heard(standing, answer, word["from"], parse_rfc3339(word["arrives"]))
        counted.append(not isinstance(outcome, Reason))
        standing = standing if isinstance(outcome, Reason) else outcome
    assert counted == case["counts"]
    assert standing.state(parse_rfc3339(case["asked_at"])) == case["state"]


@pytest.mark.parametrize("bad", GIVEN["bad"], ids=lambda bad: f"{bad['notice']}: {bad['why']}")
def test_a_message_of_another_form_is_refused(bad):
    message = bad["message"]
    if "times" in bad:
        message = {**message, "objects": message["objects"] * bad["times"]}
    with pytest.raises(CallerError):
        form(bad["notice"], message)
