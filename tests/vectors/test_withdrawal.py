# SPDX-License-Identifier: MIT
"""Notices that take something back, and the classes of their answers, as another implementation would write them."""

import json
from pathlib import Path

import pytest

from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError
from tasuki.base.time import parse_rfc3339, to_micros
from tasuki.core.release.released import release_notice
from tasuki.core.withdrawal.attesting import outcome
from tasuki.core.withdrawal.model import Held, Outcome, Verb

FOLDER = Path(__file__).parent / "withdrawal"
NOTICES = json.loads((FOLDER / "notices.json").read_text("utf-8"))
ATTESTATIONS = json.loads((FOLDER / "attestations.json").read_text("utf-8"))
POLICY = "a" * 64


def named(vectors, *members):
    return [pytest.param(each, id=" ".join([f"{n}", *(each[m] for m in members)])) for n, each in enumerate(vectors)]


@pytest.mark.parametrize("vector", named(NOTICES["good"], "notice"))
def test_a_notice_of_the_form_leaves_as_its_canonical_bytes(vector):
    released = release_notice(vector["notice"], vector["message"], "JPN", POLICY)
    assert released.body == canonical(vector["message"])


@pytest.mark.parametrize("vector", named(NOTICES["bad"], "notice", "why"))
def test_a_notice_of_another_form_does_not(vector):
    with pytest.raises(CallerError):
        release_notice(vector["notice"], vector["message"], "JPN", POLICY)


@pytest.mark.parametrize("vector", named(ATTESTATIONS["cases"], "notice", "case"))
def test_an_id_is_counted_under_its_class(vector):
    held = Held(
        live=tuple(micros(each["version"]) for each in vector["held"] if each["state"] == "live"),
        kept=any(each["state"] == "recalled" for each in vector["held"]),
        came=bool(vector["held"]),
        usable_from=None if vector["usable_from"] is None else micros(vector["usable_from"]),
    )
    assert outcome(Verb(vector["notice"]), held, micros(vector["at"])).value == vector["class"]


def test_the_vectors_reach_every_class_that_is_stated():
    assert {each["class"] for each in ATTESTATIONS["cases"]} == {each.value for each in Outcome} - {"sealed"}


def micros(moment):
    return to_micros(parse_rfc3339(moment))
