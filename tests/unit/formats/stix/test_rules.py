# SPDX-License-Identifier: MIT
"""Every rule beside the rows of the tables: an object that keeps it, one that breaks it, and what is said then."""

from __future__ import annotations

from typing import Any

import pytest

from stix_examples import EXAMPLES, Example
from tasuki.base.reasons import Language, ReasonKind
from tasuki.formats.stix import reasons
from tasuki.formats.stix.rulebook import GENERAL
from tasuki.formats.stix.validate import validate
from tasuki.formats.stix.whole import SPECIAL


def said(obj: Any, example: Example) -> set[tuple[str, str, str]]:
    refused = ReasonKind(code="stix.pattern-refused", text=reasons.HEX.text)

    def check_pattern(pattern: str, _version: str) -> Any:
        return refused.because(found=pattern) if pattern.endswith("=") else None

    problems = validate(obj, check_pattern=check_pattern, look_up=example.at_hand.get)
    return {(problem.reason.code, problem.path, problem.severity) for problem in problems}


@pytest.mark.parametrize("index", range(len(EXAMPLES)), ids=lambda index: f"{index}-{EXAMPLES[index].code}")
def test_a_rule_speaks_where_it_is_broken_and_only_there(index: int):
    example = EXAMPLES[index]
    expected = (example.code, example.path, example.severity)
    assert expected in said(example.broken, example)
    assert expected not in said(example.kept, example)
    assert {severity for _, _, severity in said(example.kept, example)} <= {"warning"}


def test_every_reason_has_an_example():
    elsewhere = {"stix.statement-unreadable", "stix.statement-doubt"}
    elsewhere |= {"stix.not-marked", "stix.unmarked", "stix.no-mark", "stix.no-selector"}
    kinds = {value.code for value in vars(reasons).values() if isinstance(value, ReasonKind)}
    assert kinds - {example.code for example in EXAMPLES} - elsewhere == set()


def test_every_rule_that_is_written_out_has_an_example():
    assert {rule.name for rule in SPECIAL} - {example.rule for example in EXAMPLES} == set()


def test_every_general_rule_has_an_example_of_its_severity():
    shown = {(example.code, example.severity) for example in EXAMPLES}
    assert {(rule.reason.code, rule.severity) for rule in GENERAL} - shown == set()


@pytest.mark.parametrize("index", range(len(EXAMPLES)), ids=lambda index: f"{index}-{EXAMPLES[index].code}")
def test_every_problem_is_a_whole_sentence_in_both_languages(index: int):
    for problem in validate(EXAMPLES[index].broken, look_up=EXAMPLES[index].at_hand.get):
        for language in Language:
            sentence = problem.reason.sentence(language)
            assert sentence.endswith((".", "。"))
            assert "{" not in sentence.replace("{0", "")
