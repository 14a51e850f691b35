# SPDX-License-Identifier: MIT
"""What may be done with a holding is what its PAP and its handling basis both allow, as the policy page lists it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.core.markings.model import Pap
from tasuki.core.markings.uses import DETECT, USES, uses

PAGE = (Path(__file__).parents[4] / "docs" / "policy" / "release.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE[PAGE.index("| use | allowed under PAP") :].split("\n\n", 1)[0].splitlines()[2:]
]
PAPS = {"none": None, **{each.name: each for each in Pap}}
PERMITTED = st.sets(st.sampled_from(["detect", "block", "notify", "publish"]))


def test_the_page_and_the_code_know_the_same_uses():
    assert [re.findall("`([a-z-]+)`", row[0])[0] for row in ROWS] == [*USES]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
@pytest.mark.parametrize("pap", PAPS)
@pytest.mark.parametrize("permitted", ["detect", "block", "notify"])
def test_a_use_is_allowed_where_both_columns_allow_it(row, pap, permitted):
    (use,), (needed,) = re.findall("`([a-z-]+)`", row[0])[:1], re.findall("`([a-z-]+)`", row[2])
    allowed = pap in row[1].split(", ") and permitted == needed
    assert (use in uses(PAPS[pap], [permitted])) is allowed


@pytest.mark.parametrize("pap", PAPS.values(), ids=str)
def test_what_states_no_use_may_be_looked_for_and_nothing_else(pap):
    assert uses(pap, ()) == {DETECT}


@given(PERMITTED, PERMITTED, st.sampled_from([*Pap]), st.sampled_from([*Pap]))
def test_a_narrower_pap_and_fewer_permitted_uses_never_allow_more(some, more, one, other):
    narrow, wide = max(one, other), min(one, other)
    assert uses(narrow, some | more) <= uses(wide, some | more) <= uses(None, some | more)
    if some:
        assert uses(one, some) <= uses(one, some | more)
