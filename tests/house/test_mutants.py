# SPDX-License-Identifier: MIT
"""Every seeded leak fits the product as it is: the rig tries few of them at a time, and would find out late."""

import runpy
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITES = runpy.run_path(str(ROOT / "prove" / "making" / "mutants.py"))["SUITES"]
MUTANTS = [mutant for suite in SUITES for mutant in suite.mutants]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.leak)
def test_what_is_changed_stands_once_in_the_file_and_is_changed(mutant):
    text = (ROOT / "src" / "tasuki" / mutant.file).read_text("utf-8")
    assert text.count(mutant.before) == 1
    assert mutant.before != mutant.after


def test_no_leak_is_seeded_twice():
    assert [leak for leak, count in Counter((each.file, each.leak) for each in MUTANTS).items() if count > 1] == []


@pytest.mark.parametrize("path", sorted({path for suite in SUITES for path in suite.tests}))
def test_the_tests_that_are_to_notice_them_are_there(path):
    assert (ROOT / path).exists()
