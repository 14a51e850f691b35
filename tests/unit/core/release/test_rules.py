# SPDX-License-Identifier: MIT
"""The release decision: total, default deny, forbid wins, and never widened by narrowing."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_labels import NAMES, anyone, caveats, labels, readers
from making_profiles import THREE
from tasuki.base.ids import Audience
from tasuki.base.reasons import Language
from tasuki.core.markings.labels import BLOCKS, blocking, label_of
from tasuki.core.markings.lattice import WIDEST, audiences, meet
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.partners.profile import parse_profile
from tasuki.core.release import rules as room
from tasuki.core.release.rules import RULES, Gate, absent, decide, of_the_node, rules_for

PROFILE = parse_profile(tomllib.loads(THREE))
HOME = Audience.parse("AAA/cert:csirt")
OF_AAA = rules_for(PROFILE, HOME)


def label(level="amber", *, rel=None, originators=("AAA",), blocked=()):
    return Label(
        tlp=None if level is None else label_of(levels=[level], caveats=(), blocked=(), originator="AAA").tlp,
        releasable_to=None if rel is None else audiences(rel),
        originators=frozenset(originators),
        blocked=frozenset(blocked),
    )


def verdict(which, reader, rules=OF_AAA):
    return decide(which, Audience.parse(reader), rules)


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
        (label("amber", originators=["AAA", "CCC"]), "BBB/cert:csirt", "R7", False),
        (label("amber+strict", originators=["BBB", "CCC"]), "BBB/cert:csirt", "R7", False),
        (label("amber", originators=["BBB"]), "AAA/police:csirt", "R7", False),
        (label("amber", originators=["ZZZ"]), "BBB/cert:csirt", "R7", False),
        (label("amber"), "BBB", "R8", False),
        (label("amber+strict"), "BBB", "R8", False),
        (label("green"), "CCC", "R9", False),
        (label("green"), "BBB", "R9", False),
        (label("green"), "BBB/police:policy", "R9", False),
        (label("green"), "BBB/cert", "R10", True),
        (label("green", originators=["CCC"]), "BBB/cert:csirt", "R10", True),
        (label("clear"), "CCC", "R10", True),
        (label("clear", originators=["BBB"]), "CCC/police:policy", "R10", True),
        (label("amber"), "BBB/cert", "R10", True),
        (label("amber"), "BBB/cert:csirt", "R10", True),
        (label("amber+strict"), "BBB/cert:csirt", "R10", True),
        (label("amber", originators=["AAA", "BBB"]), "BBB/cert:csirt", "R10", True),
        (label("amber", rel=["BBB/cert"]), "BBB/cert:csirt", "R10", True),
    ],
    ids=lambda value: str(value) if isinstance(value, str | bool) else "",
)
def test_each_rule_speaks_where_the_policy_says(which, reader, rule, allowed):
    found = verdict(which, reader)
    assert (found.rule, found.allowed) == (rule, allowed)
    assert found.rules_digest == OF_AAA.digest


@given(labels, anyone)
def test_every_label_and_reader_get_a_verdict_with_a_reason_in_both_languages(which, reader):
    found = decide(which, reader, OF_AAA)
    for language in Language:
        sentence = found.reason.sentence(language)
        assert sentence
        assert "?" not in sentence


@given(labels, labels, anyone)
def test_narrowing_never_turns_no_into_yes(one, other, reader):
    if reader != HOME and not decide(one, reader, OF_AAA).allowed:
        narrowed = meet(one, other)
        # A label without originator is denied for that alone: whoever adds one has to be asked about the rest.
        if one.originators:
            assert not decide(narrowed, reader, OF_AAA).allowed


@given(labels, st.lists(labels, max_size=4), anyone)
def test_another_reference_never_widens(own, referred, reader):
    closure = own
    for each in referred:
        before = decide(closure, reader, OF_AAA).allowed or not closure.originators
        closure = meet(closure, each)
        assert before or not decide(closure, reader, OF_AAA).allowed


@given(labels, anyone, st.sampled_from([*BLOCKS, "a-code-of-tomorrow"]))
def test_any_block_denies_everybody_but_the_holder(which, reader, code):
    blocked = meet(which, blocking(code)) if code in BLOCKS else replace(which, blocked=frozenset({code}))
    assert decide(blocked, reader, OF_AAA).allowed == (reader == HOME)


@given(labels, anyone)
def test_red_goes_to_nobody_but_the_holder(which, reader):
    assert decide(replace(which, tlp=Tlp.RED), reader, OF_AAA).allowed == (reader == HOME)


@given(labels, st.sampled_from(["AAA", "BBB", "CCC"]).map(Audience.parse))
def test_a_participant_as_a_whole_never_gets_what_needs_an_organisation(which, reader):
    for tlp in (Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED, None):
        assert not decide(replace(which, tlp=tlp), reader, OF_AAA).allowed


@given(labels, caveats.filter(lambda each: each is not None), readers.filter(lambda each: each != HOME))
def test_nobody_outside_the_caveat_gets_anything(which, rel, reader):
    if not any(each.covers(reader) for each in rel):
        assert not decide(replace(which, releasable_to=rel), reader, OF_AAA).allowed


@given(labels, readers)
def test_what_a_wider_audience_may_have_each_part_of_it_may_have(which, reader):
    whole = Audience(reader.participant)
    if decide(which, whole, OF_AAA).allowed:
        assert decide(which, reader, OF_AAA).allowed


def test_the_label_that_narrows_nothing_releases_nothing():
    assert [name for name in NAMES if verdict(WIDEST, name).allowed] == [str(HOME)]


def test_the_reason_for_a_block_is_the_gravest_one():
    both = label(blocked=["missing-reference", "above-ceiling"])
    assert verdict(both, "BBB/cert:csirt").reason.code == "release.above-ceiling"


def test_what_the_node_keeps_about_itself_is_its_holders_alone():
    assert {name for name in NAMES if of_the_node(Audience.parse(name), OF_AAA).allowed} == {str(HOME)}
    assert of_the_node(Audience("BBB"), OF_AAA).rule == "R11"
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
    }
    assert len(digests) == 3
    assert rules_for(PROFILE, HOME).digest == OF_AAA.digest


def test_a_level_no_rule_names_is_denied_at_the_end(monkeypatch):
    monkeypatch.setattr(room, "RULES", RULES[:-1])
    assert verdict(label("clear"), "BBB").rule == "R11"
    assert not verdict(label("clear"), "BBB").allowed


@given(st.lists(st.tuples(st.integers(0, 3), labels, anyone), max_size=20))
def test_the_memory_of_the_gate_never_answers_for_another_label(asked):
    gate = Gate(OF_AAA)
    for number, which, reader in asked:
        assert gate.verdict(number, which, reader) == decide(which, reader, OF_AAA)
        assert gate.verdict(number, which, reader) == decide(which, reader, OF_AAA)


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError):
        bool(verdict(label(), "BBB"))
