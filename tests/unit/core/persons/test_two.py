# SPDX-License-Identifier: MIT
"""What takes two people is done by two people, both known by name, both of the desk that runs the node."""

import pytest

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.persons.model import Principal
from tasuki.core.persons.two import both, named, second

HOME = Audience.parse("AAA/cert:csirt")
MORI, BELL = (Principal(Audience.parse(f"{HOME}@{name}"), name) for name in ("mori", "bell"))
STRANGERS = [
    Principal(HOME),
    Principal(Audience.parse("AAA/police:csirt@aoki"), "aoki"),
    Principal(Audience.parse("AAA/cert:policy@aoki"), "aoki"),
    Principal(Audience.parse("BBB/cert:csirt@aoki"), "aoki"),
]


def test_two_people_of_the_home_act_together():
    assert named(MORI, HOME) == "mori"
    assert second(BELL, HOME, "mori") == "bell"


def test_the_same_person_is_not_another():
    with pytest.raises(CallerError) as refused:
        second(MORI, HOME, "mori")
    assert refused.value.reason.code == "persons.same-person"


@pytest.mark.parametrize("principal", STRANGERS, ids=str)
def test_neither_the_bare_home_nor_another_desk_is_one_of_them(principal):
    for act in (lambda: named(principal, HOME), lambda: second(principal, HOME, "mori")):
        with pytest.raises(CallerError) as refused:
            act()
        assert refused.value.reason.code == "persons.not-named"


def test_two_names_are_given_each_once_as_they_were_written_first():
    assert both(["C. Dale", " A.  Brown ", "a. brown"]) == ["A. Brown", "C. Dale"]


@pytest.mark.parametrize("again", ["青木", " 青木 ", "a. brown", "Ａ. Ｂｒｏｗｎ", "A.  Brown", ""])
def test_a_name_written_another_way_is_no_second_person(again):
    first = "青木" if "青" in again else "A. Brown"
    with pytest.raises(CallerError) as refused:
        both([first, again])
    assert (refused.value.reason.code, refused.value.reason.params) == ("persons.two-names", {"found": 1})
