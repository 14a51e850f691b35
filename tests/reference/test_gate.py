# SPDX-License-Identifier: MIT
"""The reference gate says what the policy page says, its worlds reach everything, and a wrong product is caught."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from reference.gate import decided

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy" / "release.md").read_text("utf-8")
PROFILE = tomllib.loads((ROOT / "src" / "tasuki" / "app" / "profiles" / "japan-uk.toml").read_text("utf-8"))
HOME = "GBR/ncsc:csirt"
JPN = "JPN/nco:csirt"
NPA = "JPN/npa:police"
NCA = "GBR/nca:police"
PARTS = {
    "releasable to": "releasable_to",
    "originators": "originator",
    "consent of": "consent_of",
    "classified": "classification",
    "embargo": "embargo",
    "ahead": "ahead",
    "until": "until",
    "blocked": "blocked",
    "agreed": "agreed",
    "lifted": "lifted",
}


@pytest.fixture(scope="module")
def rig():
    """Give the rig and its makers; they lie beside the tests, not among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "prove"))
        prove = importlib.import_module("gate")
        yield SimpleNamespace(
            prove=prove,
            worlds=importlib.import_module("gate_worlds"),
            product=importlib.import_module("gate_product"),
        )


@pytest.fixture(scope="module")
def w(rig) -> ModuleType:
    return rig.worlds


# --- the examples of the page


def table(head: str) -> list[list[str]]:
    lines = PAGE[PAGE.index(f"| {head}") :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


EXAMPLES = table("label | reader")


def micros(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime.fromisoformat("1970-01-01T00:00:00Z")) // timedelta(microseconds=1)


def outright(label: str) -> list[tuple[str, object]]:
    """Return the parts an example writes, as rows of `outright` without the holding."""
    level, *rest = [part.strip() for part in label.split(";")]
    rows: list[tuple[str, object]] = [] if level == "none" else [("tlp", level)]
    for text in rest:
        name = next(each for each in PARTS if text.startswith(each))
        values = re.split(r",\s*", text.removeprefix(name).strip())
        if name == "releasable to":
            rows.append(("caveat", ""))
        if values != ["nobody"]:
            rows += [(PARTS[name], micros(each) if name in ("embargo", "until") else each) for each in values]
    return rows


def test_every_example_of_the_page_comes_to_what_it_says(w):
    assert len(EXAMPLES) > 50
    world = node(w, [reader for _, reader, _, _ in EXAMPLES])
    world.held = [w.Held(id=f"example-{number}", source="") for number in range(len(EXAMPLES))]
    facts = world.rows(0)
    facts["outright"] = [(number, *row) for number, (label, _, _, _) in enumerate(EXAMPLES) for row in outright(label)]
    gate = decided([facts])
    found = {(each.what, each.reader): each for each in gate.verdicts()}
    gate.close()
    wrong = [
        (example, found[number, example[1]])
        for number, example in enumerate(EXAMPLES)
        if (found[number, example[1]].rule, found[number, example[1]].allowed) != (example[2], example[3] == "yes")
    ]
    assert not wrong


# --- by hand, from the text


def node(w, readers=(HOME, JPN, NPA, NCA, "JPN", "JPN/nco"), **changes):
    made = w.World(
        number=0,
        profile=PROFILE_WITH_LEVELS,
        home=HOME,
        now=micros("2026-03-01T00:00:00Z"),
        limit=10_000,
        readers=tuple(dict.fromkeys(readers)),
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


PROFILE_WITH_LEVELS = {
    **PROFILE,
    "participants": [{**each, "ceiling": {"levels": [], **each["ceiling"]}} for each in PROFILE["participants"]],
}


def own(w, name="a", level="CLEAR", **changes):
    """Return material of our own, marked with a level."""
    markings = (w.TLP_2_IDS[level],) if level else ()
    return w.Held(id=name, source="", markings=markings, digest=f"digest of {name}", **changes)


def theirs(w, name="a", level="CLEAR", source="JPN", to=("GBR",), **changes):
    """Return material of a partner, whose manifest states its level."""
    words = w.Words(tlp=level)
    return w.Held(
        **{"id": name, "source": source, "manifest": words, "addressed": to, "digest": f"digest of {name}"} | changes
    )


def answers(world, reader: str) -> dict[str, tuple[str, str]]:
    """Return rule and reason by id, for the holding that would go."""
    gate = decided([world.rows(0)])
    found = {each.what: (each.rule, each.reason) for each in gate.verdicts_of_ids() if each.reader == reader}
    gate.close()
    return found


def rule(world, reader: str = JPN, name: str = "a") -> str:
    return answers(world, reader)[name][0]


def test_tlp_is_the_narrowest_of_markings_and_import(w):
    held = own(w, level="GREEN", imports=(w.Words(tlp="RED"),))
    assert answers(node(w, held=[held]), JPN)["a"] == ("R5", "release.red")
    assert answers(node(w, held=[own(w, level=None)]), JPN)["a"] == ("R4", "release.no-tlp")


def test_a_tlp_1_marking_is_its_level_and_needs_no_definition(w):
    held = own(w, level=None)
    held.markings = (w.TLP_1_IDS["AMBER"],)
    assert [rule(node(w, held=[held]), each) for each in ("JPN", JPN)] == ["R10", "R13"]


def definition(w, name="marking-definition--m", source="", arrival=0, **content):
    made = w.Held(id=name, source=source, arrival=arrival, content=w.Content(**content))
    if source:
        made.manifest = w.Words(tlp="CLEAR")
    return made


def caveat_of(w, *audiences):
    return {"extensions": {w.CAVEAT_EXTENSION: {"releasable_to": tuple(audiences)}}}


def marked(w, *definitions, held=None):
    held = held or own(w)
    held.markings = (*held.markings, "marking-definition--m")
    return node(w, held=[held, *definitions])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"definition_type": "tlp", "definition": {"tlp": "red"}}, "R5"),
        ({"definition_type": "statement", "definition": {"statement": "TLP:RED"}}, "R5"),
        ({"definition_type": "statement", "definition": {"statement": "Copyright"}}, "R13"),
        ({"definition_type": "statement", "definition": {"statement": "PAP:RED"}}, "R13"),
        ({"definition_type": "pap", "definition": {"pap": "purple"}}, "R3"),
        ({"definition_type": "tlp", "definition": {"tlp": "purple"}}, "R3"),
        ({"definition_type": "secret", "definition": {"secret": "yes"}}, "R3"),
        ({"extensions": {"extension-definition--x": {"a": "b"}}}, "R3"),
        ({}, "R3"),
    ],
    ids=["tlp", "tlp-statement", "statement", "pap", "no-pap", "no-tlp", "type", "extension", "nothing"],
)
def test_a_definition_counts_for_what_it_states_or_is_unknown(w, content, expected):
    assert rule(marked(w, definition(w, **content))) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"releasable_to": ("JPN/nco",)}, "R13"),
        ({"releasable_to": ("JPN/npa",)}, "R6"),
        ({"releasable_to": ()}, "R6"),
        ({"releasable_to": ("JPN/", "JPN")}, "R3"),
        ({"releasable_to": (*(f"JPN/x{each}" for each in range(999)), "JPN")}, "R13"),
        ({"releasable_to": (*(f"JPN/x{each}" for each in range(1000)), "JPN")}, "R3"),
        ({"consent_of": ("FRA",)}, "R9"),
        ({"consent_of": ("fra",)}, "R3"),
        ({"classification": "GBR:OFFICIAL"}, "R13"),
        ({"classification": "GBR:OFFICIAL-SENSITIVE"}, "R7"),
        ({"embargo": micros("2026-03-01T00:00:00.000001Z")}, "R8"),
        ({"embargo": micros("2026-03-01T00:00:00.000001Z"), "ahead": ("JPN",)}, "R13"),
        ({"embargo": micros("2026-03-01T00:00:00Z")}, "R13"),
        ({"ahead": ("JPN",)}, "R3"),
        ({"until": micros("2026-03-01T00:00:00.000001Z")}, "R13"),
        ({"until": micros("2026-03-01T00:00:00Z")}, "R8"),
        ({"releasable_to": ("JPN",), "handle": "with care"}, "R3"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_the_caveat_extension_says_what_its_members_say(w, members, expected):
    assert rule(marked(w, definition(w, extensions={w.CAVEAT_EXTENSION: members}))) == expected


def test_the_first_definition_of_the_source_counts_else_our_own_else_anybodys(w):
    ours, japans, frances = (
        definition(w, source=source, arrival=arrival, definition_type="tlp", definition={"tlp": level})
        for source, arrival, level in (("", 3, "red"), ("JPN", 2, "green"), ("FRA", 1, "amber"))
    )
    later = definition(w, arrival=4, definition_type="tlp", definition={"tlp": "green"})
    assert rule(marked(w, frances, japans, ours, later, held=own(w, arrival=9)), "JPN") == "R5"
    assert rule(marked(w, japans, frances, held=own(w, arrival=9)), "JPN") == "R9"
    assert rule(marked(w, japans, held=own(w, arrival=9)), "JPN") == "R13"
    assert rule(marked(w, ours, japans, frances, held=theirs(w, arrival=9)), "JPN") == "R13"


def test_a_definition_that_counted_keeps_narrowing_when_a_better_one_comes(w):
    japans = definition(w, source="JPN", arrival=2, definition_type="tlp", definition={"tlp": "red"})
    ours = definition(w, arrival=3, definition_type="tlp", definition={"tlp": "green"})
    assert rule(marked(w, japans, ours, held=own(w, arrival=9)), "JPN") == "R13"
    assert rule(marked(w, japans, ours, held=own(w, arrival=1)), "JPN") == "R5"
    unread = definition(w, source="JPN", arrival=2, definition_type="tlp", definition={"tlp": "purple"})
    assert rule(marked(w, unread, ours, held=own(w, arrival=1)), "JPN") == "R3"


def test_a_definition_without_markings_is_clear_and_under_its_own_caveat(w):
    found = node(w, held=[definition(w, **caveat_of(w, "JPN/npa"))])
    assert [answers(found, each)["marking-definition--m"][0] for each in (JPN, NPA)] == ["R6", "R13"]


@pytest.mark.parametrize("member", ["collection", "purpose", "permitted_use", "personal_data"])
def test_handling_that_is_not_stated_blocks(w, member):
    held = own(w, handling=replace(w.Handling(), **{member: None}))
    assert answers(node(w, held=[held]), JPN)["a"] == ("R3", "release.unknown-handling")


def test_the_gravest_code_is_the_reason(w):
    held = own(w, handling=w.Handling(personal_data="yes", victim="refused"), references=("gone",))
    assert answers(node(w, held=[held]), JPN)["a"] == ("R3", "release.victim-consent")
    held.intake_blocks = ("a-code-of-tomorrow",)
    assert answers(node(w, held=[held]), JPN)["a"] == ("R3", "release.victim-consent")
    held.handling = w.Handling()
    assert answers(node(w, held=[held]), JPN)["a"] == ("R3", "release.missing-reference")


def test_what_a_partner_sent_is_under_its_manifest_which_gives_a_level_to_what_has_no_marking(w):
    assert rule(node(w, held=[theirs(w, level="RED")]), NCA) == "R5"
    assert rule(node(w, held=[theirs(w, level=None)]), NCA) == "R4"
    green = theirs(w, level="GREEN", markings=(w.TLP_2_IDS["CLEAR"],))
    assert rule(node(w, held=[green]), NCA) == "R13"


def test_amber_of_a_partner_goes_to_whom_it_was_addressed_back_home_and_no_further(w):
    world = node(w, held=[theirs(w, level="AMBER", to=("GBR/nca",))], readers=(NCA, "GBR/fcdo:policy", JPN))
    assert [rule(world, each) for each in world.readers] == ["R13", "R9", "R13"]


def test_a_mark_gives_our_own_material_its_level_and_a_partners_none(w):
    mark = w.Mark(id="a", words=w.Words(tlp="GREEN"))
    assert rule(node(w, held=[own(w, level=None)], marks=[mark])) == "R13"
    assert rule(node(w, held=[theirs(w, level=None)], marks=[mark]), NCA) == "R4"


def test_a_caveat_put_on_by_hand_names_the_home_beside_the_audiences_given(w):
    for_us = theirs(w, to=("GBR", "JPN"))
    for_us.manifest = w.Words(tlp="CLEAR", caveat=(HOME,))
    by_hand = w.Mark(id="a", words=w.Words(caveat=("JPN/npa",)))
    by_them = replace(by_hand, partner="JPN")
    assert answers(node(w, held=[for_us], marks=[by_hand]), NPA)["a"] == ("R6", "release.caveat")
    assert answers(node(w, held=[for_us], marks=[by_them]), NPA)["a"] == ("R6", "release.caveat-nobody")


def test_the_home_is_asked_by_a_holdings_own_label_and_everybody_else_by_its_closure(w):
    ours, red = own(w, references=("b",)), theirs(w, "b", "RED")
    found = node(w, held=[ours, red], readers=(HOME, f"{HOME}@bell", NCA))
    assert [rule(found, each) for each in found.readers] == ["R2", "R2", "R5"]
    assert [rule(found, each, "b") for each in found.readers] == ["R5", "R5", "R5"]


def test_a_partners_narrowing_touches_what_it_gave_and_nothing_else(w):
    narrow = w.Mark(id="a", words=w.Words(caveat=("GBR",)), partner="JPN")
    assert rule(node(w, held=[own(w)], marks=[narrow])) == "R13"
    assert rule(node(w, held=[own(w), theirs(w)], marks=[narrow])) == "R6"


def test_an_id_is_as_narrow_as_the_newest_of_every_source(w):
    wide, narrow = own(w, level="CLEAR", version=2), own(w, level="RED", version=1)
    assert rule(node(w, held=[narrow, wide])) == "R13"
    assert answers(node(w, held=[wide, theirs(w, level="AMBER", to=("JPN",))]), "JPN")["a"][0] == "R10"
    late, early = own(w, level="RED", version=2, arrival=2), own(w, level="CLEAR", version=2, arrival=1)
    assert rule(node(w, held=[late, early])) == "R5"


def test_the_closure_goes_through_cycles_and_stops_at_what_is_missing(w):
    a, b, c = (own(w, name, references=(to,)) for name, to in (("a", "b"), ("b", "c"), ("c", "a")))
    assert {found[0] for found in answers(node(w, held=[a, b, c]), JPN).values()} == {"R13"}
    b.references = ("c", "gone")
    found = answers(node(w, held=[a, b, c]), JPN)
    assert {found[each][1] for each in "abc"} == {"release.missing-reference"}
    assert found["gone"] == ("R0", "release.not-held")


def test_a_closure_that_is_too_large_is_the_label_of_the_id_blocked(w):
    chain = [own(w, name, references=(to,)) for name, to in (("a", "b"), ("b", "c"))] + [own(w, "c", "RED")]
    assert answers(node(w, held=chain, limit=3), JPN)["a"][1] == "release.red"
    found = answers(node(w, held=chain, limit=2), JPN)
    assert (found["a"][1], found["b"][1]) == ("release.closure-too-large", "release.red")


def test_official_markings_and_known_extensions_are_no_references(w):
    held = own(w, references=(w.TLP_EXTENSION, w.CAVEAT_EXTENSION, "a"))
    assert rule(node(w, held=[held])) == "R13"


# --- what was agreed to


def permit(w, kind="onward", by="JPN", of="a", **changes):
    good = w.Permit(
        kind=kind,
        participant=by,
        id=of,
        digest=f"digest of {of}",
        audience="GBR/nca",
        purpose="cyber-defence",
        until=micros("2026-03-01T00:00:00.000001Z"),
    )
    return replace(good, **changes)


def test_a_participant_agreed_if_a_grant_counts_for_every_part_that_names_it(w):
    a, b = (theirs(w, name, "AMBER", to=("GBR/ncsc",)) for name in "ab")
    a.references = ("b",)
    one, both = [permit(w)], [permit(w), permit(w, of="b")]
    assert rule(node(w, held=[a, b]), NCA) == "R9"
    assert rule(node(w, held=[a, b], permits=one), NCA) == "R9"
    assert rule(node(w, held=[a, b], permits=both), NCA) == "R13"


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "of another version"},
        {"audience": "GBR/fcdo"},
        {"audience": "GBR/nca:police@bell"},
        {"purpose": "another"},
        {"until": micros("2026-03-01T00:00:00Z")},
        {"withdrawn": True},
        {"participant": "FRA"},
        {"kind": "life"},
    ],
    ids=lambda change: "-".join(f"{name}-{value}" for name, value in change.items()).replace("/", "."),
)
def test_a_grant_that_nearly_counts_does_not(w, change):
    held = theirs(w, level="AMBER", to=("GBR/ncsc",))
    assert rule(node(w, held=[held], permits=[permit(w)]), NCA) == "R13"
    assert rule(node(w, held=[held], permits=[permit(w, **change)]), NCA) == "R9"


@pytest.mark.parametrize(
    ("kind", "victim", "personal"),
    [("victim", "R13", "R3"), ("statutory", "R13", "R13"), ("life", "R13", "R13"), ("onward", "R3", "R3")],
)
def test_a_grant_lifts_what_its_kind_lifts(w, kind, victim, personal):
    for handling, expected in ((w.Handling(victim="not-asked"), victim), (w.Handling(personal_data="yes"), personal)):
        world = node(w, held=[own(w, handling=handling)], permits=[permit(w, kind, "GBR")])
        assert rule(world, NCA) == expected
        assert rule(world, JPN) == "R3"


def test_what_a_partner_addressed_is_lifted_there_and_only_there(w):
    held = theirs(w, to=("GBR/nca",), handling=w.Handling(victim="refused", personal_data="yes"))
    assert [rule(node(w, held=[held]), each) for each in (NCA, JPN)] == ["R13", "R3"]


def test_consent_that_a_mark_asks_for_is_given_for_each_version_alone(w):
    mark = w.Mark(id="a", words=w.Words(consent_of=("FRA",)))
    given = permit(w, by="FRA", audience="JPN")
    held = own(w)
    assert answers(node(w, held=[held], marks=[mark], permits=[given]), JPN)["a"][1] == "release.allowed"
    besides = theirs(w, to=("JPN",), source="FRA")
    both = answers(node(w, held=[held, besides], marks=[mark]), JPN)
    assert both["a"][1] == "release.originator-control"


# --- what is not there, and who is not a reader


def test_what_is_not_there_says_why(w):
    now = micros("2026-03-01T00:00:00Z")
    old, new = own(w, version=1), own(w, version=2)
    gate = decided([node(w, held=[old, new]).rows(0)])
    assert {each.what: each.reason for each in gate.verdicts() if each.reader == JPN} == {
        0: "release.replaced",
        1: "release.allowed",
    }
    gate.close()
    due = own(w, handling=w.Handling(dispose_by=now + 999))
    ahead = own(w, handling=w.Handling(dispose_by=now + 1000))
    assert answers(node(w, held=[due]), JPN)["a"] == ("R0", "release.due")
    assert answers(node(w, held=[ahead]), JPN)["a"] == ("R13", "release.allowed")
    recalled = node(w, held=[own(w), theirs(w)], recalls=[("a", "")])
    assert answers(recalled, HOME)["a"] == ("R0", "release.recalled")
    by_them = node(w, held=[own(w, level="GREEN"), theirs(w, level="RED")], recalls=[("a", "JPN")])
    assert answers(by_them, JPN)["a"] == ("R13", "release.allowed")
    assert answers(node(w, held=[own(w, disposed=True)]), JPN)["a"] == ("R0", "release.not-held")


def test_what_was_revoked_or_corrected_goes_to_no_other_participant_unless_it_says_so_itself(w):
    wrong = own(w, version=2, revoked=True)
    assert rule(node(w, held=[wrong])) == "R13"
    copy = theirs(w, "a", version=2)
    found = decided([node(w, held=[own(w, version=1), wrong, copy], readers=(HOME, NCA, JPN)).rows(0)])
    told = {(each.what, each.reader): each.reason for each in found.verdicts()}
    found.close()
    assert [told[0, each] for each in (HOME, NCA, JPN)] == ["release.replaced"] * 3
    assert [told[1, each] for each in (HOME, NCA, JPN)] == ["release.holder", "release.allowed", "release.allowed"]
    assert [told[2, each] for each in (HOME, NCA, JPN)] == ["release.holder", "release.allowed", "release.withdrawn"]
    for kind, named, expected in (
        ("revoke", 1, "R13"),
        ("revoke", 2, "R0"),
        ("correct", 2, "R13"),
        ("correct", 3, "R0"),
    ):
        world = node(w, held=[theirs(w, version=2)], withdrawals=[("a", "JPN", kind, named)])
        assert rule(world) == expected, (kind, named)
    elsewhere = node(w, held=[own(w)], withdrawals=[("a", "JPN", "revoke", 9)])
    assert rule(elsewhere) == "R13"


def test_our_own_goes_before_a_partners_then_the_highest_version_then_the_latest(w):
    ours = own(w, level="GREEN", version=1)
    newer = theirs(w, version=9, handling=w.Handling(dispose_by=1))
    assert answers(node(w, held=[newer, ours]), JPN)["a"] == ("R13", "release.allowed")


@pytest.mark.parametrize(
    "reader", ["FRA", "JPN/other", "JPN/nco:police", "JPN/nco:police@bell"], ids=lambda each: each.replace("/", ".")
)
def test_whoever_the_profile_does_not_list_is_no_reader(w, reader):
    assert rule(node(w, held=[own(w)], readers=(reader,)), reader) == "R1"


def test_a_local_rule_speaks_when_all_its_members_do_and_sees_an_embargo_as_strict(w):
    ahead = w.Words(embargo=micros("2026-03-02T00:00:00Z"), ahead=("JPN",))
    held = own(w, "a", "CLEAR", imports=(ahead, w.Words(pap="RED")))
    for members, expected in (
        ({"tlp": ("AMBER+STRICT",)}, "R12"),
        ({"tlp": ("CLEAR",)}, "R13"),
        ({"pap": ("RED", "AMBER")}, "R12"),
        ({"pap": ("RED",), "to": ("JPN/npa",)}, "R13"),
        ({"pap": ("RED",), "to": ("JPN/nco",)}, "R12"),
        ({"originators": ("GBR", "FRA")}, "R12"),
        ({"classifications": ("GBR:OFFICIAL",)}, "R13"),
    ):
        assert rule(node(w, held=[held], rules=[members])) == expected, members
    assert rule(node(w, held=[held], rules=[{"pap": ("GREEN",)}, {"to": ("JPN",)}])) == "R12"


# --- the worlds, and the comparison


@pytest.fixture(scope="module")
def tally(rig):
    return rig.prove.run(seed=77, decisions=1, worlds=1000)


def test_worlds_are_the_same_for_the_same_number(w):
    assert [w.Maker(number).make() for number in range(20)] == [w.Maker(number).make() for number in range(20)]


def test_worlds_reach_every_reason_and_nearly_every_pair_of_features(rig, tally):
    assert not [reason for reason in rig.worlds.REASONS if not tally.reasons[reason] and reason[0] != "R0"]
    pairs = set(combinations(sorted(rig.worlds.FEATURES), 2)) - rig.worlds.NEVER_TOGETHER
    assert {one for one, other in tally.pairs if one == other} == set(rig.worlds.FEATURES)
    assert sum(tally.pairs[pair] > 0 for pair in pairs) > 0.9 * len(pairs)


def test_product_and_reference_agree(tally):
    assert tally.decisions > 15_000
    assert not tally.disagreements


def test_a_whole_node_answers_as_the_reference_does_and_reaches_every_reason_of_r0(rig):
    tally = rig.prove.Tally()
    rig.prove.compare_whole(3000, tally)
    assert tally.asked > 3_000
    assert not tally.disagreements
    assert not [reason for reason in rig.worlds.REASONS if reason[0] == "R0" and not tally.reasons[reason]]


def compared(rig, count: int):
    """Return what came of a few worlds."""
    tally = rig.prove.Tally()
    rig.prove.compare([rig.worlds.Maker(50_000_000 + number).make() for number in range(count)], tally)
    return tally.disagreements


@pytest.mark.parametrize("skipped", [f"R{number}" for number in (1, *range(3, 13))])
def test_a_product_that_skips_a_rule_is_caught(rig, monkeypatch, skipped):
    decide = rig.product.decide

    def skipping(label, reader, rules, at):
        found = decide(label, reader, rules, at)
        return replace(found, rule="R13", allowed=True) if found.rule == skipped else found

    monkeypatch.setattr(rig.product, "decide", skipping)
    assert {each.reference[0] for each in compared(rig, 250)} == {skipped}


def test_a_product_for_which_a_grant_still_counts_at_its_end_is_caught(rig, monkeypatch):
    late = timedelta(microseconds=1)
    agreed = rig.product.circumstances
    monkeypatch.setattr(
        rig.product,
        "circumstances",
        lambda parts, grants, reader, now: replace(agreed(parts, grants, reader, now - late), now=now),
    )
    assert compared(rig, 250)


def test_a_product_that_adds_caveats_up_is_caught(rig, monkeypatch):
    meet = rig.product.meet

    def adding(one, other):
        met = meet(one, other)
        if one.releasable_to is None or other.releasable_to is None:
            return met
        return replace(met, releasable_to=one.releasable_to | other.releasable_to)

    monkeypatch.setattr(rig.product, "meet", adding)
    assert compared(rig, 250)


def test_the_smallest_world_of_a_disagreement_is_told_first(rig, monkeypatch, capsys):
    decide = rig.product.decide
    monkeypatch.setattr(rig.product, "decide", lambda *asked: replace(decide(*asked), rule="R99"))
    tally = rig.prove.Tally()
    rig.prove.compare([rig.worlds.Maker(number).make() for number in range(30)], tally)
    rig.prove.tell(tally, 1.0, 1)
    told = capsys.readouterr().out
    smallest = min(tally.disagreements)
    assert f"DIFFERS: world {smallest.world}," in told
    assert Counter(each.size for each in tally.disagreements)[smallest.size] > 0
    assert smallest.size == min(each.size for each in tally.disagreements)
