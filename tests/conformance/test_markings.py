# SPDX-License-Identifier: MIT
"""Which marking governs which part, and what setting one comes to: recorded answers of the implementation of OASIS."""

import json

from tasuki.base.errors import InputError
from tasuki.formats.stix.granular import Mark, add, clear, governed, governing, mark, remove, replace

ADJUDICATED = {
    "mk-f05799cd": "STIX 2.1 section 7.2.2: what marks is a text; 456 cannot be given to ours.",
}


def rows(data):
    return json.loads((data / "stix-markings" / "calls.json").read_bytes())


def arguments(row, names):
    return {**dict(zip(names, row["args"], strict=False)), **row["kwargs"]}


def as_list(value):
    return value if isinstance(value, list) else [value]


def name_of(value):
    return value["id"] if isinstance(value, dict) else value


def marks(value):
    """Return the marks an argument names; ids of the recorded calls are not always ids, so languages are told apart."""
    named = [name_of(each) for each in as_list(value)]
    return [Mark(str(each)) if str(each).isdigit() or each == "" else mark(each) for each in named]


def found(call):
    selectors = call.get("selectors")
    obj = call["obj"]
    if selectors is None:
        return {each.mark.value for each in governed(obj) if not each.selector}
    listed = governing(
        obj,
        as_list(selectors),
        inherited=call.get("inherited", False),
        descendants=call.get("descendants", False),
    )
    kinds = {True: call.get("lang", True), False: call.get("marking_ref", True)}
    return {each.mark.value for each in listed if kinds[each.mark.is_language]}


def get_markings(row):
    return found(arguments(row, ["obj", "selectors", "inherited", "descendants", "marking_ref", "lang"]))


def is_marked(row):
    call = arguments(row, ["obj", "marking", "selectors", "inherited", "descendants"])
    wanted = {name_of(each) for each in as_list(call.get("marking") or [])}
    there = found(call)
    return wanted <= there if wanted else bool(there)


def edit(change):
    def run(row):
        call = arguments(row, ["obj", "marking", "selectors"])
        selectors = call["selectors"]
        return change(call["obj"], marks(call["marking"]), None if selectors is None else as_list(selectors))

    return run


def clear_markings(row):
    call = arguments(row, ["obj", "selectors"])
    selectors = call.get("selectors")
    return clear(call["obj"], None if selectors is None else as_list(selectors))


CALLS = {
    "get_markings": get_markings,
    "is_marked": is_marked,
    "add_markings": edit(add),
    "remove_markings": edit(remove),
    "set_markings": edit(replace),
    "clear_markings": clear_markings,
}


def plain(obj):
    """Return the markings of an object in a form that compares: the order of entries says nothing."""
    parts = [
        (entry.get("marking_ref"), entry.get("lang"), sorted(entry["selectors"]))
        for entry in obj.get("granular_markings", [])
    ]
    rest = {
        name: value
        for name, value in obj.items()
        if name not in ("granular_markings", "object_marking_refs", "modified")
    }
    return sorted(parts, key=str), sorted(obj.get("object_marking_refs", [])), rest


def answer(row):
    try:
        got = CALLS[row["op"]](row)
    except InputError:
        return "error"
    return plain(got) if isinstance(got, dict) else got


def recorded(row):
    if "error" in row:
        return "error"
    said = row["result"]
    if isinstance(said, dict):
        return plain(said)
    return set(said) if isinstance(said, list) else said


def test_every_recorded_answer_is_ours_but_those_adjudicated(data):
    listed = rows(data)
    differing = {row["id"] for row in listed if answer(row) != recorded(row)}
    assert differing == {*ADJUDICATED}
    assert len(listed) == 191
