# SPDX-License-Identifier: MIT
"""What the standard forbids in a pattern although the grammar lets it pass."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings

from making_patterns import patterns
from tasuki.base.reasons import Language
from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.matching import Matcher
from tasuki.formats.patterns.model import Pattern, Version
from tasuki.formats.patterns.objections import objections
from tasuki.formats.patterns.parser import parse


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[a:b = 1] REPEATS 2 TIMES", []),
        ("[a:b = 1] WITHIN 0 SECONDS", ["bad-window"]),
        ("[a:b = 1] REPEATS 0 TIMES", ["bad-repetition"]),
        ("[a:b = t'2026-02-30T00:00:00Z']", ["no-such-date"]),
        ("[a:b = 1] START t'2026-02-30T00:00:00Z' STOP t'2026-03-01T00:00:00Z'", ["no-such-date"]),
        ("[a:b = 1] START t'2026-03-01T00:00:00Z' STOP t'2026-03-01T00:00:00Z'", ["empty-period"]),
        ("[a:b IN (1, 'x')]", ["mixed-set"]),
        ("[a:b IN (1, 2.5)]", []),
        ("[a:b ISSUBSET 'x']", ["not-a-network"]),
        ("[a:b = 1 AND c:d = 2]", ["never-all"]),
        ("[(a:b = 1 OR c:d = 2) AND a:b = 3]", []),
        ("[a:b = 9007199254740992]", ["unsafe-integer"]),
        ("[a:b[-1] = 1]", ["negative-index"]),
        ("[a:b MATCHES '(?=x)']", []),
    ],
)
def test_what_the_standard_forbids_is_named(text: str, codes: list[str]):
    found = [reason.code for reason in objections(parse(text, Version.V20))]
    assert found == [f"patterns.{code}" for code in codes]


@settings(deadline=None)
@given(patterns)
def test_what_cannot_be_evaluated_was_objected_to_or_is_an_expression(pattern: Pattern):
    said = {reason.code for reason in objections(pattern)}
    with suppress(EvaluationError):
        Matcher(pattern)
        return
    with pytest.raises(EvaluationError) as refused:
        Matcher(pattern)
    assert refused.value.reason.code in said | {"patterns.bad-expression"}


def test_every_objection_names_its_clause_in_both_languages():
    text = (
        "([a:b IN (1, 'x') OR a:b ISSUBSET 'x' OR a:b[-1] = 9007199254740992] WITHIN 0 SECONDS "
        "AND [a:b = 1 AND c:d = t'2026-02-30T00:00:00Z'] REPEATS 0 TIMES) "
        "START t'2026-03-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'"
    )
    found = objections(parse(text))
    assert len(found) == 9
    for reason in found:
        assert "STIX 2.1 section" in reason.sentence(Language.EN)
        assert "STIX 2.1" in reason.sentence(Language.JA)
