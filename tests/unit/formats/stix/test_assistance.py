# SPDX-License-Identifier: MIT
"""Whatever a stranger writes into a statement, it is read, doubted or refused, and never breaks what follows."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_assistance import PROFILE
from making_statements import START
from tasuki.base.errors import InputError
from tasuki.core.assistance.cases import cases
from tasuki.core.assistance.clocks import clocks
from tasuki.core.assistance.model import Said
from tasuki.core.assistance.watch import watch
from tasuki.formats.stix.assistance import MAX_LISTED, TYPES, read_statement

VECTORS = Path(__file__).parents[3] / "vectors/extensions/extensions.json"
VALID = [each for each in json.loads(VECTORS.read_text("utf-8"))["valid"].values() if each["type"] in TYPES]
NAMES = sorted({name for obj in VALID for name in obj})

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=20)
    | st.sampled_from(["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "JPN/nco:csirt", "FRA", "hunt", "accepted"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
spoilt = st.builds(
    lambda obj, changes: {**obj, **changes},
    st.sampled_from(VALID),
    st.dictionaries(st.sampled_from(NAMES), anything, max_size=4),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(["JPN", "GBR", "FRA"]), spoilt), max_size=6))
def test_nothing_a_stranger_writes_breaks_the_desk(arrived):
    heard = []
    for speaker, obj in arrived:
        try:
            what, doubts = read_statement(obj)
        except InputError:
            continue
        digest = hashlib.sha256(json.dumps(obj).encode()).hexdigest()
        heard.append(Said(speaker=speaker, what=what, digest=digest, doubts=doubts))
    for case in cases(heard, PROFILE):
        for me in ("JPN", "GBR"):
            list(watch(case, me, PROFILE, START))
        clocks(case, PROFILE, START)


def test_a_long_list_is_read_as_far_as_its_limit_and_doubted():
    obj = {**VALID[0], "wanted": [f"item-{n}" for n in range(MAX_LISTED + 1)]}
    what, doubts = read_statement(obj)
    assert len(what.wanted) == MAX_LISTED
    assert [each.params["name"] for each in doubts] == ["wanted"]


@pytest.mark.parametrize("kind", ["indicator", "assistance-", 7, None])
def test_another_type_is_refused(kind):
    with pytest.raises(InputError, match="type"):
        read_statement({"type": kind})
