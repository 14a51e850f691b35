# SPDX-License-Identifier: MIT
"""An id in the middle of a text is a reference like any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.reasons import Reason
from tasuki.formats.stix.admission import admit
from tasuki.formats.stix.mentions import mentions

UUID = "00000000-0000-4000-8000-00000000000"
HELD = f"indicator--{UUID}1"
OWN = f"report--{UUID}9"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HELD, [HELD]),
        (f"see {HELD}.", [HELD]),
        (f"({HELD},{HELD})", [HELD, HELD]),
        (f"{HELD}/description", [HELD]),
        (f"これは{HELD}です", [HELD]),
        (f"indicator--{UUID}12", [HELD]),
        (f"--indicator--{UUID}1", [HELD]),
        (f"indicator---{UUID}1", [HELD]),
        (f"INDICATOR--{UUID}1", []),
        (f"--{UUID}1", []),
        (f"indicator-{UUID}1", []),
        ("indicator--0000", []),
        ("a -- b --- c", []),
        ("", []),
    ],
)
def test_every_id_in_a_text_is_found(text, found):
    assert list(mentions(text)) == found


def test_text_that_runs_into_an_id_makes_it_one_that_nobody_holds():
    assert list(mentions(f"about-{HELD}")) == [f"about-{HELD}"]


@given(st.text(alphabet="ab-0{", max_size=40), st.text(alphabet=" .,:;'\"/{}\n", min_size=1, max_size=5))
def test_an_id_is_found_whatever_stands_around_it(before, gap):
    assert HELD in list(mentions(f"{before}{gap}{HELD}{gap}{before}"))


@pytest.mark.parametrize("text", ["-" * 300_000, "a-" * 200_000, "--a" * 100_000, ("--" + UUID) * 9_000])
def test_reading_is_linear_in_the_text(text):
    assert not any(each == HELD for each in mentions(text))


def made(**properties):
    return {"type": "report", "id": OWN, "spec_version": "2.1", **properties}


@pytest.mark.parametrize(
    "properties",
    [
        {"description": f"more in {HELD}"},
        {"name": HELD},
        {"labels": ["x", f"about:{HELD}"]},
        {"external_references": [{"source_name": "us", "external_id": HELD}]},
        {"external_references": [{"source_name": "us", "url": f"https://portal.example/{HELD}"}]},
        {"x_note": {"deep": [[f"{HELD}"]]}},
        {"x_copy": {"id": HELD, "type": "indicator"}},
        {"x_source_ref": f"see {HELD}"},
        {"x_source_refs": [f"see {HELD}"]},
        {"object_refs": [HELD]},
        {"extensions": {HELD: {}}},
        {"granular_markings": [{"selectors": [f"x.{HELD}"], "lang": "en"}]},
        {"pattern": f"[x:y_ref = '{HELD}']"},
    ],
    ids=lambda properties: next(iter(properties)),
)
def test_a_mention_anywhere_in_an_object_is_a_reference(properties):
    admitted = admit(made(**properties))
    assert not isinstance(admitted, Reason)
    assert HELD in admitted.references


def test_an_object_does_not_refer_to_itself():
    assert admit(made(description=f"this is {OWN}")).references == ()


def test_a_reference_that_is_no_id_is_still_refused():
    assert admit(made(created_by_ref="the usual people")).code == "stix.reference"
