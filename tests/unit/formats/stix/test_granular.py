# SPDX-License-Identifier: MIT
"""Which marking governs which part of an object, and that setting one changes that and nothing else."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.stix.granular import (
    Governed,
    Mark,
    add,
    clear,
    governed,
    governing,
    leads_somewhere,
    mark,
    remove,
    replace,
)

RED, GREEN, BLUE = (Mark(f"marking-definition--{name}") for name in ("red", "green", "blue"))
JAPANESE = Mark("ja", is_language=True)
NOTE = {
    "type": "note",
    "name": "a name",
    "name_before": "another",
    "list": [{"url": "https://a.example"}, 1, 2, 3, 4, 5, 6, 7, 8, 9, {"url": "https://b.example"}],
    "deep": {"a": {"b": {"c": 1}}},
}


def marked(**by_selector):
    entries = [{"marking_ref": each.value, "selectors": [selector]} for selector, each in by_selector.items()]
    return {**NOTE, "granular_markings": entries}


def values(found):
    return [each.mark for each in found]


@pytest.mark.parametrize(
    ("selector", "leads"),
    [
        ("name", True),
        ("list.[10].url", True),
        ("list.[11]", False),
        ("list.[1].url", False),
        ("list.url", False),
        ("name.[0]", False),
        ("deep.a.b.c", True),
        ("deep.a.b.c.d", False),
        ("other", False),
        ("", False),
        ("name.", False),
        (".name", False),
        ("list.[-1]", False),
        ("list[0]", False),
        ("list.[0", False),
    ],
)
def test_a_selector_leads_to_what_the_object_holds_or_to_nothing(selector, leads):
    assert leads_somewhere(selector, NOTE) is leads
    if not leads:
        with pytest.raises(InputError):
            list(governing(NOTE, [selector]))


@pytest.mark.parametrize(
    ("marks", "asked", "found"),
    [
        ({"name": RED}, "name", [RED]),
        ({"name": RED}, "name_before", []),
        ({"list.[1]": RED}, "list.[10]", []),
        ({"list": RED}, "list.[0].url", [RED]),
        ({"list.[0].url": RED}, "list", []),
        ({"deep.a": RED, "deep.a.b.c": GREEN}, "deep.a.b", [RED]),
    ],
    ids=["itself", "a longer name", "a longer place", "something around", "something inside", "around, not inside"],
)
def test_a_part_is_governed_by_what_marks_it_and_what_it_lies_in(marks, asked, found):
    assert values(governing(marked(**marks), [asked])) == found


def test_what_marks_something_inside_counts_when_asked_for():
    obj = marked(deep=RED, **{"deep.a.b.c": GREEN, "name": BLUE})
    assert values(governing(obj, ["deep.a"], descendants=True)) == [RED, GREEN]
    assert values(governing(obj, ["deep.a"], inherited=False, descendants=True)) == [GREEN]
    assert values(governing(obj, ["deep.a"], inherited=False)) == []


def test_what_marks_the_whole_governs_every_part():
    obj = {**marked(name=GREEN), "object_marking_refs": [RED.value]}
    assert list(governing(obj, ["name"])) == [Governed(RED, ""), Governed(GREEN, "name")]
    assert values(governing(obj, ["name"], inherited=False)) == [GREEN]
    assert values(governing(obj, ["type"])) == [RED]


def test_the_language_of_a_part_is_told_apart_from_its_markings():
    obj = add(add(NOTE, [JAPANESE], ["name"]), [RED], ["name"])
    assert obj["granular_markings"] == [
        {"lang": "ja", "selectors": ["name"]},
        {"marking_ref": RED.value, "selectors": ["name"]},
    ]
    assert values(governed(obj)) == [JAPANESE, RED]
    assert mark("ja") == JAPANESE


def test_entries_are_kept_minimal():
    obj = marked(name=RED, **{"list.[0]": RED, "type": GREEN})
    done = add(obj, [RED], ["deep", "name"])
    assert done["granular_markings"] == [
        {"marking_ref": RED.value, "selectors": ["deep", "list.[0]", "name"]},
        {"marking_ref": GREEN.value, "selectors": ["type"]},
    ]
    assert "granular_markings" not in clear(obj, ["name", "list.[0]", "type"])
    assert "object_marking_refs" not in clear({**NOTE, "object_marking_refs": [RED.value]})


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: add(NOTE, [], ["name"]), "stix.no-mark"),
        (lambda: add(NOTE, [Mark("")], ["name"]), "stix.no-mark"),
        (lambda: add(NOTE, [JAPANESE]), "stix.no-mark"),
        (lambda: add(NOTE, [RED], []), "stix.no-selector"),
        (lambda: add(NOTE, [RED], ["no such"]), "stix.selector"),
        (lambda: add(NOTE, [RED], ["other"]), "stix.selector-target"),
        (lambda: remove(NOTE, [RED]), "stix.not-marked"),
        (lambda: remove(marked(name=RED), [RED], ["type"]), "stix.not-marked"),
        (lambda: remove(marked(name=RED), [GREEN], ["name"]), "stix.not-marked"),
        (lambda: clear(marked(name=RED), ["type"]), "stix.unmarked"),
        (lambda: clear(marked(name=RED), ["name", "type"]), "stix.unmarked"),
        (lambda: replace(NOTE, [RED], ["other"]), "stix.selector-target"),
    ],
    ids=["no mark", "empty mark", "language of the whole", "no selector", "malformed", "leads nowhere",
         "whole not marked", "part not marked", "marked otherwise", "bare", "half bare", "set where nothing is"],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_the_reason(act, code):
    with pytest.raises(InputError) as refused:
        act()
    assert refused.value.reason.code == code


@pytest.mark.parametrize(
    ("selectors", "where"), [(None, "object_marking_refs"), (["name"], "name")], ids=["the whole", "a part"]
)
def test_what_is_not_marked_so_is_named_with_where_it_was_looked_for(selectors, where):
    with pytest.raises(InputError) as refused:
        remove(NOTE, [RED], selectors)
    assert refused.value.reason.params == {"found": RED.value, "where": where}


def test_the_last_marking_of_the_whole_can_be_removed_and_all_that_are_not_there_are_named():
    obj = {**NOTE, "object_marking_refs": [RED.value]}
    assert remove(obj, [RED]) == NOTE
    with pytest.raises(InputError) as refused:
        remove(obj, [RED, GREEN, BLUE])
    assert refused.value.reason.params["found"] == f"{BLUE.value}, {GREEN.value}"


STRANGE = [
    {"granular_markings": {}},
    {"granular_markings": [7, None, {}, {"selectors": ["name"]}, {"marking_ref": RED.value}]},
    {"granular_markings": [{"marking_ref": RED.value, "selectors": "name"}]},
    {"object_marking_refs": {"0": RED.value}},
    {"object_marking_refs": [7, None]},
]


@pytest.mark.parametrize("properties", STRANGE, ids=str)
def test_what_is_no_marking_is_passed_over(properties):
    assert list(governed({**NOTE, **properties})) == []


SELECTORS = st.sets(st.sampled_from(["name", "type", "list", "list.[0]", "list.[10].url", "deep.a"]), min_size=1)
MARKS = st.sets(st.sampled_from([RED, GREEN, BLUE]), min_size=1)
OBJECTS = st.lists(st.tuples(MARKS, SELECTORS), max_size=4)


def built(steps):
    obj = NOTE
    for marks, selectors in steps:
        obj = add(obj, sorted(marks), sorted(selectors))
    return obj


def pairs(obj):
    return {(each.mark, each.selector) for each in governed(obj)}


@given(OBJECTS, MARKS, SELECTORS)
def test_adding_adds_that_and_nothing_else(steps, marks, selectors):
    before = built(steps)
    kept = copy.deepcopy(before)
    after = add(before, marks, selectors)
    assert pairs(after) == pairs(before) | {(each, part) for each in marks for part in selectors}
    assert before == kept
    assert add(after, marks, selectors) == after


@given(OBJECTS, MARKS, SELECTORS)
def test_removing_takes_away_what_was_added(steps, marks, selectors):
    before = built(steps)
    after = remove(add(before, marks, selectors), marks, selectors)
    assert pairs(after) == pairs(before) - {(each, part) for each in marks for part in selectors}


@given(OBJECTS, MARKS, SELECTORS)
def test_setting_leaves_these_marks_there_and_touches_nothing_elsewhere(steps, marks, selectors):
    before = built(steps)
    after = replace(before, marks, selectors)
    assert {each for each in pairs(after) if each[1] in selectors} == {
        (each, part) for each in marks for part in selectors
    }
    assert {each for each in pairs(after) if each[1] not in selectors} == {
        each for each in pairs(before) if each[1] not in selectors
    }
    assert pairs(clear(after, selectors)) == {each for each in pairs(before) if each[1] not in selectors}
