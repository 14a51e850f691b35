# SPDX-License-Identifier: MIT
"""The release decision: total, default deny, forbid wins, and never widened by narrowing."""

import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_labels import NAMES, NOW, asking, caveats, circumstances, labels, readers
from making_profiles import THREE
from tasuki.base.ids import Audience
from tasuki.base.reasons import Language
from tasuki.core.markings.labels import BLOCKS, blocking, label_of
from tasuki.core.markings.lattice import WIDEST, audiences, meet
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.partners.profile import parse_profile
from tasuki.core.release import rules as room
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.rules import RULES, Gate, absent, decide, of_the_node, rules_for, whose_say

PROFILE = parse_profile(tomllib.loads(THREE))
HOME = Audience.parse("AAA/cert:csirt")
OF_AAA = rules_for(PROFILE, HOME)


def label(level="amber", *, rel=None, originators=("AAA",), blocked=(), **more):
    return Label(
        tlp=None if level is None else label_of(levels=[level], caveats=(), blocked=(), originator="AAA").tlp,
        releasable_to=None if rel is None else audiences(rel),
        originators=frozenset(originators),
        blocked=frozenset(blocked),
        **more,
    )


PLAIN = Circumstances(now=NOW)
SOON, JUST_BEFORE = NOW + timedelta(microseconds=1), NOW - timedelta(microseconds=1)


def embargo(until, *ahead):
    return {"embargo": until, "ahead": audiences(ahead)}


def verdict(which, reader, rules=OF_AAA, *, at=PLAIN):
    return decide(which, Audience.parse(reader), rules, at)


@pytest.mark.parametrize(
    ("which", "reader", "rule", "allowed"),
    [
        (label("clear"), "ZZZ", "R1", False),
        (label("clear"), "BBB/nobody", "R1", False),
        (label("clear"), "BBB/cert:astrology", "R1", False),
        (label("red"), "AAA/cert:csirt", "R2", True),
        (label("clear", blocked=["missing-reference"]), "BBB", "R3", False),
        (label("clear", blocked=["a-code-of-tomorrow"]), "BBB", "R3", False),
        (label(None), "BBB/cert:csirt", "R4", False),
        (label("clear", originators=()), "BBB/cert:csirt", "R4", False),
        (label("red"), "BBB", "R5", False),
        (label("red"), "BBB/cert:csirt", "R5", False),
        (label("red", rel=["BBB"]), "BBB/cert:csirt", "R5", False),
        (label("red"), "AAA/police:policy", "R5", False),
        (label("clear", rel=["CCC"]), "BBB/cert:csirt", "R6", False),
        (label("clear", rel=[]), "BBB/cert:csirt", "R6", False),
        (label("amber", rel=["BBB/cert:csirt"]), "BBB/cert", "R6", False),
        (label("amber", rel=["BBB/cert:csirt"]), "BBB", "R6", False),
        (label("red", rel=["BBB/cert:csirt@mori"]), "BBB/cert:csirt@bell", "R5", False),
        (label("red", rel=["BBB/cert:csirt@mori"]), "BBB/cert:csirt", "R5", False),
        (label("red", rel=["BBB/cert:csirt@mori"]), "BBB/cert:csirt@mori", "R13", True),
        (label("red", originators=["BBB"], rel=["AAA/cert:csirt@bell"]), "AAA/cert:csirt", "R5", False),
        (label("red", originators=["BBB"], rel=["AAA/cert:csirt@bell"]), "AAA/cert:csirt@bell", "R9", False),
        (label("red", originators=["AAA", "BBB"]), "AAA/cert:csirt", "R5", False),
        (label("red"), "AAA/cert:csirt@bell", "R2", True),
        (label("amber", rel=["BBB/cert:csirt@mori"]), "BBB/cert:csirt", "R6", False),
        (label("amber"), "BBB/cert:csirt@mori", "R13", True),
        (label("clear", classifications=frozenset({"AAA:OPEN"})), "BBB", "R13", True),
        (label("clear", classifications=frozenset({"AAA:OPEN"})), "CCC", "R7", False),
        (label("clear", classifications=frozenset({"AAA:INNER"})), "BBB", "R7", False),
        (label("clear", classifications=frozenset({"AAA:INNER"})), "AAA/police:csirt", "R13", True),
        (label("clear", classifications=frozenset({"AAA:OPEN", "AAA:UNLISTED"})), "AAA/police:csirt", "R7", False),
        (label("clear", classifications=frozenset({"ZZZ:OPEN"})), "BBB", "R7", False),
        (label("clear", until=NOW), "BBB", "R8", False),
        (label("clear", until=SOON), "BBB", "R13", True),
        (label("clear", **embargo(SOON)), "BBB/cert:csirt", "R8", False),
        (label("clear", **embargo(SOON), rel=["BBB"]), "BBB/cert:csirt", "R8", False),
        (label("clear", **embargo(SOON, "BBB/cert")), "BBB/cert:csirt", "R13", True),
        (label("clear", **embargo(SOON, "BBB/cert")), "BBB/police:csirt", "R8", False),
        (label("clear", **embargo(SOON, "BBB")), "BBB", "R10", False),
        (label("clear", **embargo(SOON, "AAA"), originators=["BBB"]), "AAA/police:csirt", "R9", False),
        (label("clear", **embargo(NOW)), "BBB", "R13", True),
        (label("green", **embargo(JUST_BEFORE)), "BBB", "R11", False),
        (label("clear", originators=["BBB"], consent_of=frozenset({"BBB"})), "AAA/police:csirt", "R9", False),
        (label("clear", consent_of=frozenset({"CCC"})), "BBB", "R9", False),
        (label("clear", consent_of=frozenset({"AAA", "BBB"})), "BBB", "R13", True),
        (label("amber", originators=["AAA", "CCC"]), "BBB/cert:csirt", "R9", False),
        (label("amber+strict", originators=["BBB", "CCC"]), "BBB/cert:csirt", "R9", False),
        (label("amber", originators=["BBB"]), "AAA/police:csirt", "R9", False),
        (label("amber", originators=["ZZZ"]), "BBB/cert:csirt", "R9", False),
        (label("amber"), "BBB", "R10", False),
        (label("amber+strict"), "BBB", "R10", False),
        (label("green"), "CCC", "R11", False),
        (label("green"), "BBB", "R11", False),
        (label("green"), "BBB/police:policy", "R11", False),
        (label("green"), "BBB/cert", "R13", True),
        (label("green", originators=["CCC"]), "BBB/cert:csirt", "R13", True),
        (label("clear"), "CCC", "R13", True),
        (label("clear", originators=["BBB"]), "CCC/police:policy", "R13", True),
        (label("amber"), "BBB/cert", "R13", True),
        (label("amber"), "BBB/cert:csirt", "R13", True),
        (label("amber+strict"), "BBB/cert:csirt", "R13", True),
        (label("amber", originators=["AAA", "BBB"]), "BBB/cert:csirt", "R13", True),
        (label("amber", rel=["BBB/cert"]), "BBB/cert:csirt", "R13", True),
    ],
    ids=lambda value: str(value) if isinstance(value, str | bool) else "",
)
def test_each_rule_speaks_where_the_policy_says(which, reader, rule, allowed):
    found = verdict(which, reader)
    assert (found.rule, found.allowed) == (rule, allowed)
    assert found.rules_digest == OF_AAA.digest


@pytest.mark.parametrize(
    ("which", "reader", "at", "rule"),
    [
        (label("amber", originators=["CCC"]), "BBB/cert:csirt", {"agreed": {"CCC"}}, "R13"),
        (label("amber", originators=["CCC"]), "BBB/cert:csirt", {"agreed": {"BBB", "ZZZ"}}, "R9"),
        (label("amber", originators=["CCC", "ZZZ"]), "BBB/cert:csirt", {"agreed": {"CCC"}}, "R9"),
        (label("amber", originators=["CCC"]), "BBB", {"agreed": {"CCC"}}, "R10"),
        (label("green", originators=["CCC"], consent_of=frozenset({"CCC"})), "BBB/cert", {"agreed": {"CCC"}}, "R13"),
        (label("red", originators=["BBB"], rel=["AAA/cert:csirt@bell"]), "AAA/cert:csirt", {"agreed": {"BBB"}}, "R5"),
        (
            label("red", originators=["BBB"], rel=["AAA/cert:csirt@bell"]),
            "AAA/cert:csirt@bell",
            {"agreed": {"BBB"}},
            "R13",
        ),
        (label("clear", blocked=["victim-consent"]), "BBB", {"lifted": {"victim-consent"}}, "R13"),
        (label("clear", blocked=["victim-consent", "personal-data"]), "BBB", {"lifted": {"victim-consent"}}, "R3"),
        (label("clear", blocked=["missing-reference"]), "BBB", {"lifted": {"victim-consent"}}, "R3"),
        (label("red", blocked=["victim-consent"]), "BBB", {"lifted": {"victim-consent"}}, "R5"),
    ],
)
def test_what_was_agreed_to_turns_that_no_alone(which, reader, at, rule):
    said = {name: frozenset(value) for name, value in at.items()}
    assert verdict(which, reader, at=replace(PLAIN, **said)).rule == rule


@given(labels, asking, circumstances)
def test_every_label_and_reader_get_a_verdict_with_a_reason_in_both_languages(which, reader, at):
    found = decide(which, reader, OF_AAA, at)
    for language in Language:
        sentence = found.reason.sentence(language)
        assert sentence
        assert "?" not in sentence


@given(labels, labels, asking, circumstances)
def test_narrowing_never_turns_no_into_yes(one, other, reader, at):
    if reader.desk != HOME and not decide(one, reader, OF_AAA, at).allowed:
        narrowed = meet(one, other)
        # A label without originator is denied for that alone: whoever adds one has to be asked about the rest.
        if one.originators:
            assert not decide(narrowed, reader, OF_AAA, at).allowed


@given(labels, st.lists(labels, max_size=4), asking, circumstances)
def test_another_reference_never_widens(own, referred, reader, at):
    closure = own
    for each in referred:
        # The home is asked about the holding alone.
        is_home = reader.desk == HOME
        before = is_home or decide(closure, reader, OF_AAA, at).allowed or not closure.originators
        closure = meet(closure, each)
        assert before or not decide(closure, reader, OF_AAA, at).allowed


@given(labels, asking, circumstances)
def test_agreement_of_nobody_allows_no_more_than_that_of_somebody(which, reader, at):
    if decide(which, reader, OF_AAA, Circumstances(now=at.now)).allowed:
        assert decide(which, reader, OF_AAA, at).allowed


@given(labels, asking, st.sampled_from([*BLOCKS, "a-code-of-tomorrow"]))
def test_any_block_that_is_not_lifted_denies_everybody_but_the_holder(which, reader, code):
    blocked = meet(which, blocking(code)) if code in BLOCKS else replace(which, blocked=frozenset({code}))
    if reader.desk != HOME:
        assert not decide(blocked, reader, OF_AAA, PLAIN).allowed


@given(labels, asking, circumstances)
def test_red_goes_to_nobody_whom_no_caveat_names_but_its_own_holder(which, reader, at):
    red = replace(which, tlp=Tlp.RED)
    if decide(red, reader, OF_AAA, at).allowed:
        own = reader.desk == HOME and red.originators <= {"AAA"}
        assert own or (reader.person and reader in red.releasable_to)


@given(labels, asking, circumstances)
def test_anothers_red_is_not_for_the_organisation_that_runs_the_node(which, reader, at):
    red = replace(which, tlp=Tlp.RED, originators=frozenset({"BBB"}))
    assert not decide(red, reader.desk, OF_AAA, at).allowed


@given(labels, st.sampled_from(["AAA", "BBB", "CCC"]).map(Audience.parse), circumstances)
def test_a_participant_as_a_whole_never_gets_what_needs_an_organisation(which, reader, at):
    for tlp in (Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED, None):
        assert not decide(replace(which, tlp=tlp), reader, OF_AAA, at).allowed


@given(labels, caveats.filter(lambda each: each is not None), readers.filter(lambda each: each != HOME), circumstances)
def test_nobody_outside_the_caveat_gets_anything(which, rel, reader, at):
    if not any(each.covers(reader) for each in rel):
        assert not decide(replace(which, releasable_to=rel), reader, OF_AAA, at).allowed


@given(labels, readers, circumstances)
def test_what_a_wider_audience_may_have_each_part_of_it_may_have(which, reader, at):
    whole = Audience(reader.participant)
    if reader != HOME and decide(which, whole, OF_AAA, at).allowed:
        assert decide(which, reader, OF_AAA, at).allowed


@given(labels, asking, circumstances)
def test_before_an_embargo_ends_only_those_ahead_get_it_and_never_a_whole_participant(which, reader, at):
    held_back = replace(which, **embargo(SOON, "BBB/cert"))
    if reader.desk != HOME and decide(held_back, reader, OF_AAA, at).allowed:
        assert (reader.participant, reader.organisation) == ("BBB", "cert")


def test_the_label_that_narrows_nothing_releases_nothing():
    assert [name for name in NAMES if verdict(WIDEST, name).allowed] == [str(HOME)]


def test_the_reason_for_a_block_is_the_gravest_one():
    both = label(blocked=["missing-reference", "above-ceiling"])
    assert verdict(both, "BBB/cert:csirt").reason.code == "release.above-ceiling"


def test_what_the_node_keeps_about_itself_is_its_holders_alone():
    assert {name for name in NAMES if of_the_node(Audience.parse(name), OF_AAA).allowed} == {str(HOME)}
    assert of_the_node(Audience("BBB"), OF_AAA).rule == "R14"
    assert of_the_node(Audience("ZZZ"), OF_AAA).rule == "R1"


def test_what_is_absent_is_denied_by_rule_zero():
    found = absent(room.why.RECALLED.because(stix_id="x"), OF_AAA)
    assert (found.allowed, found.rule, found.rules_digest) == (False, "R0", OF_AAA.digest)


def test_the_digest_names_policy_profile_and_holder():
    other = parse_profile(tomllib.loads(THREE.replace("version = 1", "version = 2")))
    digests = {
        OF_AAA.digest,
        rules_for(other, HOME).digest,
        rules_for(PROFILE, Audience.parse("AAA/police:csirt")).digest,
        rules_for(PROFILE, HOME, {"deny": [RULE]}).digest,
    }
    assert len(digests) == 4
    assert rules_for(PROFILE, HOME).digest == OF_AAA.digest


def test_a_level_no_rule_names_is_denied_at_the_end(monkeypatch):
    monkeypatch.setattr(room, "RULES", RULES[:-1])
    assert verdict(label("clear"), "BBB").rule == "R14"
    assert not verdict(label("clear"), "BBB").allowed


@given(st.lists(st.tuples(st.integers(0, 3), labels, asking, circumstances), max_size=20))
def test_the_memory_of_the_gate_never_answers_for_another_question(asked):
    gate = Gate(OF_AAA)
    for number, which, reader, at in asked:
        assert gate.verdict(number, which, reader, at) == decide(which, reader, OF_AAA, at)
        assert gate.verdict(number, which, reader, at) == decide(which, reader, OF_AAA, at)


@pytest.mark.parametrize(
    ("which", "allowed"),
    [(label("clear", **embargo(NOW)), [False, True]), (label("clear", until=NOW), [True, False])],
)
def test_the_memory_of_the_gate_lets_no_moment_last(which, allowed):
    gate, reader = Gate(OF_AAA), Audience.parse("BBB/cert")
    assert [gate.verdict(1, which, reader, Circumstances(now=at)).allowed for at in (JUST_BEFORE, NOW)] == allowed


def test_the_memory_of_the_gate_asks_again_for_another_label_of_a_number_and_for_another_reader():
    gate = Gate(OF_AAA)
    asked = [
        gate.verdict(1, label(level), Audience.parse(reader), PLAIN).allowed
        for level, reader in (("amber", "BBB/cert"), ("red", "BBB/cert"), ("amber", "BBB"), ("amber", "BBB/cert"))
    ]
    assert asked == [True, False, False, True]


@pytest.mark.parametrize(
    ("which", "agreed"),
    [
        (label("amber", originators=["CCC"]), {"agreed": frozenset({"CCC"})}),
        (label("clear", blocked=["victim-consent"]), {"lifted": frozenset({"victim-consent"})}),
    ],
)
def test_the_memory_of_the_gate_keeps_nothing_that_was_agreed_to_once(which, agreed):
    gate, reader = Gate(OF_AAA), Audience.parse("BBB/cert:csirt")
    with_consent = replace(PLAIN, **agreed)
    asked = [gate.verdict(1, which, reader, at).allowed for at in (with_consent, PLAIN, with_consent, PLAIN)]
    assert asked == [True, False, True, False]


RULE = {
    "id": "no-amber-to-police",
    "by": "AAA/cert",
    "reason": {"en": "Nothing of {ours} goes there.", "ja": "そこには出しません。"},
    "tlp": ["amber", "AMBER+STRICT"],
    "to": ["BBB/police"],
}


@pytest.mark.parametrize(
    ("which", "reader", "rule"),
    [
        (label("amber"), "BBB/police:csirt", "R12"),
        (label("amber"), "BBB/police", "R12"),
        (label("amber"), "BBB/cert:csirt", "R13"),
        (label("clear"), "BBB/police:csirt", "R13"),
        (label("clear", **embargo(SOON, "BBB")), "BBB/police:csirt", "R12"),
        (label("amber"), "AAA/cert:csirt", "R2"),
    ],
)
def test_a_local_rule_forbids_where_all_it_states_holds(which, reader, rule):
    found = verdict(which, reader, rules_for(PROFILE, HOME, {"deny": [RULE]}))
    assert found.rule == rule
    if rule == "R12":
        assert "AAA/cert" in found.reason.sentence()
        assert "Nothing of {ours} goes there." in found.reason.sentence()
        assert "そこには出しません。" in found.reason.sentence(Language.JA)


@given(labels, asking, circumstances)
def test_a_local_rule_never_allows(which, reader, at):
    if not decide(which, reader, OF_AAA, at).allowed:
        assert not decide(which, reader, rules_for(PROFILE, HOME, {"deny": [RULE]}), at).allowed


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError):
        bool(verdict(label(), "BBB"))


AMBER_OF_C = label("amber+strict", originators=["CCC", "ZZZ", "AAA"])


@pytest.mark.parametrize(
    ("which", "reader", "code", "params"),
    [
        (label("clear"), "ZZZ", "unknown-reader", {"profile": "three-islands", "reader": "ZZZ"}),
        (label("clear"), "AAA/cert:csirt", "holder", {"reader": "AAA/cert:csirt"}),
        (label("clear", blocked=["a" * 70, "b"]), "BBB", "unknown-block", {"code": "a" * 60}),
        (label("clear", blocked=["closure-too-large"]), "BBB", "closure-too-large", {"limit": 10_000}),
        (label(None), "BBB", "no-tlp", {}),
        (label("clear", originators=()), "BBB", "no-originator", {}),
        (label("red"), "BBB/cert", "red", {"reader": "BBB/cert"}),
        (label("red"), "BBB/cert:csirt@mori", "red-person", {"reader": "BBB/cert:csirt@mori"}),
        (label(rel=[]), "BBB/cert", "caveat-nobody", {}),
        (label(rel=["CCC", "AAA/cert"]), "BBB/cert", "caveat", {"allowed": "AAA/cert, CCC", "reader": "BBB/cert"}),
        (
            label("clear", classifications=frozenset({"AAA:OPEN", "AAA:INNER", "AAA:UNLISTED"})),
            "BBB",
            "classification",
            {"classification": "AAA:INNER", "reader": "BBB"},
        ),
        (label("clear", until=NOW), "BBB", "expired", {"until": "2026-03-01T00:00:00.000Z"}),
        (label("clear", **embargo(SOON)), "BBB", "embargo", {"embargo": "2026-03-01T00:00:00.000001Z"}),
        (
            label("clear", consent_of=frozenset({"CCC", "AAA", "ZZZ"}), originators=["CCC"]),
            "BBB",
            "originator-control",
            {"originators": "CCC, ZZZ", "reader": "BBB"},
        ),
        (
            AMBER_OF_C,
            "BBB/cert",
            "third-party",
            {"originators": "CCC, ZZZ", "tlp": "TLP:AMBER+STRICT", "reader": "BBB/cert"},
        ),
        (label("amber"), "BBB", "named-organisation", {"tlp": "TLP:AMBER", "reader": "BBB"}),
        (label("green"), "CCC", "community", {"reader": "CCC"}),
        (label("amber"), "BBB/cert", "allowed", {"tlp": "TLP:AMBER", "reader": "BBB/cert"}),
    ],
)
def test_a_verdict_names_what_it_rests_on_and_no_more(which, reader, code, params):
    found = verdict(which, reader).reason
    assert (found.code, found.params) == (f"release.{code}", params)


def test_a_caveat_too_long_to_read_is_named_by_its_beginning():
    names = [f"CCC/cert{number}" for number in range(40)]
    allowed = verdict(label(rel=names), "BBB/cert").reason.params["allowed"]
    assert (len(allowed), allowed[:22]) == (200, "CCC/cert0, CCC/cert1, ")


def test_whose_say_a_release_needs():
    asked = label("green", consent_of=frozenset({"CCC", "AAA", "BBB"}), originators=["ZZZ"])
    reader = Audience.parse("BBB/cert")
    assert whose_say(asked, reader, OF_AAA, PLAIN) == {"CCC"}
    assert whose_say(replace(asked, tlp=Tlp.AMBER), reader, OF_AAA, PLAIN) == {"CCC", "ZZZ"}
    assert whose_say(replace(asked, **embargo(SOON)), reader, OF_AAA, PLAIN) == {"CCC", "ZZZ"}
    assert whose_say(asked, reader, OF_AAA, replace(PLAIN, agreed=frozenset({"CCC"}))) == set()


@pytest.mark.parametrize(
    "found", [absent(room.why.NOT_HELD.because(stix_id="x"), OF_AAA), of_the_node(Audience("BBB"), OF_AAA)]
)
def test_every_verdict_names_the_rules_it_was_made_under(found):
    assert found.rules_digest == OF_AAA.digest
    assert found.allowed is False
    assert found.reason.sentence()
