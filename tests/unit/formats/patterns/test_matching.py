# SPDX-License-Identifier: MIT
"""Patterns held against observed data: every operator and type, paths, qualifiers, and what bad data may decide."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_patterns import Made, holds, letters, patterns, patterns_of, seen, sightings, thing, verdict
from tasuki.base.reasons import Language
from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.matching import Answer, Matcher, Verdict
from tasuki.formats.patterns.model import Pattern, Version
from tasuki.formats.patterns.observed import read_evidence
from tasuki.formats.patterns.parser import parse

EVERYTHING = thing(
    text="alpha",
    wide="été \u3042",
    number=5,
    real=2.5,
    truth=True,
    nothing=None,
    listed=["one", 2, ["deep"]],
    at="2026-01-15T08:00:00.5Z",
    payload_bin=base64.b64encode(b"\xff\xfealpha\n").decode(),
    code_hex="616c706861",
    table={"a-b": 1, "k.k": 2},
    value="198.51.100.7",
)


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("text = 'alpha'", True),
        ("text = 'Alpha'", False),
        ("text != 'Alpha'", True),
        ("text NOT = 'alpha'", False),
        ("text NOT != 'alpha'", True),
        ("text > 'alph'", True),
        ("text < 'b'", True),
        ("text >= 'alpha'", True),
        ("text <= 'Z'", False),
        ("text = h'616c706861'", True),
        ("text = b'YWxwaGE='", True),
        ("wide = h'e9'", False),
        ("wide != h'e9'", True),
        ("wide > h'00'", False),
        ("wide NOT > h'00'", True),
        ("number = 5", True),
        ("number = 5.0", True),
        ("number > 4.9", True),
        ("number = '5'", False),
        ("number != '5'", True),
        ("number > 'a'", False),
        ("number NOT > 'a'", True),
        ("number = true", False),
        ("real = 2.5", True),
        ("real < 3", True),
        ("truth = true", True),
        ("truth != false", True),
        ("truth = 1", False),
        ("truth IN (1)", False),
        ("nothing = 'x'", False),
        ("nothing != 'x'", True),
        ("nothing NOT LIKE 'x'", True),
        ("at = t'2026-01-15T08:00:00.500Z'", True),
        ("at < t'2026-01-15T08:00:00.5000000001Z'", True),
        ("at > t'2026-01-15T07:59:60Z'", True),
        ("at = '2026-01-15T08:00:00.5Z'", True),
        ("number = t'2026-01-15T08:00:00Z'", False),
        ("payload_bin = '\u00ff\u00fealpha\n'", True),
        ("payload_bin = 'dGVzdA=='", False),
        ("payload_bin > '\u3042'", False),
        ("payload_bin NOT > '\u3042'", True),
        ("payload_bin != '\u3042'", True),
        ("payload_bin IN (h'fffe616c7068610a', h'00')", True),
        ("payload_bin MATCHES '^\\\\xff.alpha$'", True),
        ("payload_bin MATCHES '\u3042'", False),
        ("payload_bin LIKE '%alpha_'", True),
        ("code_hex = 'alpha'", True),
        ("code_hex < h'616c7068ff'", True),
        ("code_hex < h'616c706861'", False),
        ("code_hex > h'616c7068'", True),
        ("code_hex IN ('alpha')", True),
        ("text IN ('beta', 'alpha')", True),
        ("text IN ()", False),
        ("text NOT IN ()", True),
        ("text NOT IN ('beta')", True),
        ("number IN (1, 5.0)", True),
        ("text IN (h'616c706861')", True),
        ("text LIKE 'al%'", True),
        ("text LIKE '_lpha'", True),
        ("text LIKE 'al'", False),
        ("text LIKE 'AL%'", False),
        ("number LIKE '5'", False),
        ("wide LIKE 'e\u0301t%'", True),
        ("text MATCHES 'lp'", True),
        ("text MATCHES '^lp'", False),
        ("wide MATCHES '^\\\\w+ \\\\w$'", True),
        ("number MATCHES '5'", False),
        ("value ISSUBSET '198.51.100.0/24'", True),
        ("value ISSUBSET '198.51.100.7'", True),
        ("value ISSUBSET '2001:db8::/32'", False),
        ("value ISSUPERSET '198.51.100.7/32'", True),
        ("value ISSUPERSET '198.51.100.0/31'", False),
        ("value NOT ISSUBSET '0.0.0.0/0'", False),
        ("listed[0] = 'one'", True),
        ("listed[1] = 2", True),
        ("listed[3] != 'x'", False),
        ("listed[-1] != 'x'", False),
        ("listed[*] = 2", True),
        ("listed[*] != 2", True),
        ("listed[2][0] = 'deep'", True),
        ("listed != 'one'", True),
        ("listed.x = 1", False),
        ("table.'a-b' = 1", True),
        ("table.'k.k' = 2", True),
        ("table[0] = 1", False),
        ("missing = 'x'", False),
        ("missing != 'x'", False),
        ("missing NOT = 'x'", False),
    ],
)
def test_a_comparison_answers_as_its_clause_says(comparison: str, *, expected: bool):
    assert holds(f"[x-thing:{comparison}]", EVERYTHING) is expected


@pytest.mark.parametrize(
    ("exists", "expected"),
    [
        ("EXISTS x-thing:nothing", True),
        ("EXISTS x-thing:missing", False),
        ("NOT EXISTS x-thing:missing", True),
        ("NOT EXISTS x-thing:text", False),
        ("EXISTS x-thing:listed[1]", True),
        ("EXISTS x-thing:listed[9]", False),
        ("EXISTS x-thing:listed[*]", True),
        ("EXISTS x-thing:table.'a-b'", True),
        ("EXISTS x-thing:text.x", False),
        ("EXISTS x-other:text", False),
        ("NOT EXISTS x-other:text", False),
    ],
)
def test_exists_asks_whether_the_property_is_there_whatever_it_holds(exists: str, *, expected: bool):
    assert holds(f"[{exists}]", EVERYTHING) is expected


def test_references_lead_to_what_the_same_observation_shows():
    mail = {"type": "email-message", "from_ref": "1", "to_refs": ["9", "2"], "body": [{"raw_ref": "2"}]}
    sender, file = {"type": "email-addr", "value": "a@example.com"}, {"type": "file", "name": "b", "parent_ref": "1"}
    assert holds("[email-message:from_ref.value = 'a@example.com']", mail, sender, file)
    assert holds("[email-message:to_refs[*].name = 'b']", mail, sender, file)
    assert holds("[email-message:to_refs[1].parent_ref.value LIKE 'a@%']", mail, sender, file)
    assert not holds("[email-message:to_refs[0].name = 'b']", mail, sender, file)
    assert holds("[email-message:body[*].raw_ref.name = 'b']", mail, sender, file)
    assert holds("[email-message:from_ref.type = 'email-addr']", mail, sender, file)
    assert not holds("[email-message:from_ref.value = 'a@example.com']", mail)
    assert holds("[EXISTS email-message:from_ref]", mail)


def test_references_in_a_circle_come_to_an_end():
    names = [str(number) for number in range(60)]
    circle = [thing(name=name, all_refs=names, next_ref=names[0]) for name in names]
    assert not holds("[x-thing:" + "all_refs[*]." * 24 + "name = 'nobody']", *circle)
    assert holds("[x-thing:" + "all_refs[*].next_ref." * 16 + "name = '0']", *circle)


def test_comparisons_of_one_expression_start_from_the_same_object():
    one, other = thing(a=1), thing(b=2)
    assert not holds("[x-thing:a = 1 AND x-thing:b = 2]", one, other)
    assert holds("[x-thing:a = 1 AND x-thing:b = 2]", thing(a=1, b=2))
    assert not holds("[x-thing:a = 1 AND x-other:b = 2]", one, {"type": "x-other", "b": 2})
    assert holds("[x-thing:a = 9 OR x-other:b = 2]", one, {"type": "x-other", "b": 2})
    assert holds("[(x-thing:a = 1 OR x-other:b = 2) AND (x-thing:b = 2 OR x-other:b = 2)]", {"type": "x-other", "b": 2})


def test_objects_of_2_1_are_those_the_observation_refers_to():
    address = {"type": "ipv4-addr", "id": "ipv4-addr--1", "value": "198.51.100.7"}
    identity = {"type": "identity", "id": "identity--1", "name": "a"}
    observed = {key: value for key, value in seen(0, []).items() if key != "objects"}
    bundle = {"type": "bundle", "objects": [observed | {"object_refs": ["ipv4-addr--1", "identity--1"]}, identity]}
    assert verdict("[ipv4-addr:value = '198.51.100.7']", [bundle, address]) == "match"
    assert verdict("[identity:name = 'a']", [bundle, address]) == "no-match"
    assert verdict("[ipv4-addr:value = '198.51.100.7']", [bundle]) == "no-match"
    hidden = {"type": "bundle", "objects": [observed | {"object_refs": ["identity--1"]}, address]}
    assert verdict("[ipv4-addr:value = '198.51.100.7']", [hidden]) == "no-match"


def at(letter: str, first: float, **how: Any) -> Made:
    return seen(first, [thing(letter=letter)], **how)


def together(text: str, *observed: Made) -> str:
    return verdict(re.sub(r"\b([pqrs])\b", r"[x-thing:letter = '\1']", text), list(observed))


@pytest.mark.parametrize(
    ("text", "observed", "expected"),
    [
        ("p AND q", [at("p", 1), at("q", 0)], True),
        ("p AND p", [at("p", 1)], False),
        ("p AND p", [at("p", 1, number=2)], True),
        ("p OR q", [at("q", 1)], True),
        ("p FOLLOWEDBY q", [at("q", 2), at("p", 1)], True),
        ("p FOLLOWEDBY q", [at("q", 1), at("p", 2)], False),
        ("p FOLLOWEDBY q", [at("q", 1), at("p", 1)], True),
        ("p FOLLOWEDBY p", [at("p", 1)], False),
        ("p FOLLOWEDBY q", [at("p", 0, last=9), at("q", 1)], True),
        ("p FOLLOWEDBY q FOLLOWEDBY r", [at("p", 1), at("q", 3), at("r", 2)], False),
        ("(p AND q) FOLLOWEDBY r", [at("p", 1), at("q", 3), at("r", 2)], False),
        ("p AND (q FOLLOWEDBY r)", [at("p", 9), at("q", 1), at("r", 2)], True),
        ("p REPEATS 3 TIMES", [at("p", 0), at("p", 1), at("p", 2)], True),
        ("p REPEATS 3 TIMES", [at("p", 0), at("p", 1, number=2)], True),
        ("p REPEATS 3 TIMES", [at("p", 0), at("p", 1)], False),
        ("(p AND q) REPEATS 2 TIMES", [at("p", 0), at("p", 1), at("q", 2)], False),
        ("(p AND q) REPEATS 2 TIMES", [at("p", 0), at("p", 1), at("q", 2), at("q", 3)], True),
        ("(p FOLLOWEDBY q) REPEATS 2 TIMES", [at("p", 0), at("q", 1), at("q", 2), at("p", 3)], False),
        ("(p FOLLOWEDBY q) REPEATS 2 TIMES", [at("p", 0), at("p", 1), at("q", 1), at("q", 1)], True),
        ("(p OR q) REPEATS 3 TIMES", [at("p", 0), at("q", 1), at("p", 2)], True),
        ("(p AND q) WITHIN 2 SECONDS", [at("p", 0), at("q", 1.9)], True),
        ("(p AND q) WITHIN 2 SECONDS", [at("p", 0), at("q", 2)], False),
        ("(p AND q) WITHIN 2 SECONDS", [at("p", 0), at("q", 9), at("p", 8)], True),
        ("(p AND q) WITHIN 2 SECONDS", [at("p", 0, last=8), at("q", 9)], True),
        ("p AND q WITHIN 2 SECONDS", [at("p", 0), at("q", 9)], True),
        ("p REPEATS 3 TIMES WITHIN 2 SECONDS", [at("p", 0), at("p", 1), at("p", 2)], False),
        ("p REPEATS 3 TIMES WITHIN 2 SECONDS", [at("p", 0, last=9, number=3)], True),
        ("(p FOLLOWEDBY q) WITHIN 2 SECONDS", [at("q", 1), at("p", 2), at("q", 5), at("p", 4)], True),
        ("((p AND q) WITHIN 2 SECONDS) FOLLOWEDBY r", [at("p", 1), at("q", 2), at("r", 1.5)], False),
        ("((p AND q) WITHIN 2 SECONDS) FOLLOWEDBY r", [at("p", 1), at("q", 2), at("r", 2)], True),
        ("p FOLLOWEDBY (p AND q)", [at("p", 1), at("p", 1), at("q", 1)], True),
        ("p FOLLOWEDBY (p AND q)", [at("p", 1), at("q", 1)], False),
    ],
)
def test_observations_are_bound_as_the_operators_say(text: str, observed: list[Made], *, expected: bool):
    assert together(text, *observed) == ("match" if expected else "no-match")


def test_start_is_included_and_stop_is_not():
    period = "START t'2026-01-15T08:00:01Z' STOP t'2026-01-15T08:00:02Z'"
    assert together(f"p {period}", at("p", 1)) == "match"
    assert together(f"p {period}", at("p", 2)) == "no-match"
    assert together(f"p {period}", at("p", 1.999999)) == "match"
    assert together(f"(p AND q) {period}", at("p", 1), at("q", 0)) == "no-match"
    assert together(f"p {period}", at("p", 0, last=1)) == "match"
    backwards = "START t'2026-01-15T08:00:02Z' STOP t'2026-01-15T08:00:01Z'"
    assert together(f"p {backwards}", at("p", 0, last=9)) == "no-match"


def test_an_observation_happens_once_whatever_is_asked_of_its_time():
    late = "START t'2026-01-15T08:00:05Z' STOP t'2026-01-15T08:00:09Z'"
    early = "START t'2026-01-15T08:00:00Z' STOP t'2026-01-15T08:00:03Z'"
    whole = [at("p", 0, last=9), at("q", 0, last=9)]
    assert together(f"p {early} FOLLOWEDBY q {late}", *whole) == "match"
    assert together(f"p {late} FOLLOWEDBY q {early}", *whole) == "no-match"
    assert together(f"(p {early} AND q {late}) WITHIN 2 SECONDS", *whole) == "no-match"
    assert together(f"(p {early} AND q {late}) WITHIN 3 SECONDS", *whole) == "match"


BROKEN = thing(letter="p", code_hex="0", at="noon", value="nowhere", to_ref=5, to_refs="x")


@pytest.mark.parametrize(
    ("comparison", "code"),
    [
        ("code_hex = h'00'", "bad-data-octets"),
        ("at = t'2026-01-15T08:00:00Z'", "bad-data-timestamp"),
        ("value ISSUBSET '0.0.0.0/0'", "bad-data-address"),
        ("to_ref.x = 1", "bad-data-reference"),
        ("to_refs[*].x = 1", "bad-data-reference"),
    ],
)
def test_what_cannot_be_read_decides_only_what_hangs_on_it(comparison: str, code: str):
    evidence = read_evidence([seen(0, [BROKEN])])
    answer = Matcher(parse(f"[x-thing:{comparison}]")).match(evidence)
    assert answer.reason is not None
    assert (answer.verdict, answer.reason.code) == (Verdict.DATA_ERROR, f"patterns.{code}")
    assert verdict(f"[x-thing:{comparison} OR x-thing:letter = 'p']", evidence) == "match"
    assert verdict(f"[x-thing:{comparison} AND x-thing:letter = 'q']", evidence) == "no-match"
    assert verdict(f"[x-thing:{comparison}] AND [x-thing:letter = 'q']", evidence) == "no-match"
    assert verdict(f"[x-thing:{comparison}] AND [x-thing:letter = 'p']", evidence) == "no-match"
    assert verdict(f"[x-thing:{comparison}] OR [x-thing:letter = 'p'] REPEATS 1 TIMES", evidence) == "match"


@pytest.mark.parametrize(
    "change",
    [
        {"number_observed": 0},
        {"number_observed": True},
        {"number_observed": 10**9},
        {"first_observed": "2026-01-15"},
        {"first_observed": "2026-01-15T08:01:00Z"},
        {"last_observed": None},
        {"objects": []},
        {"object_refs": "x-thing--1"},
    ],
)
def test_bad_observed_data_is_named_and_the_rest_still_counts(change: Made):
    bad = seen(0, [thing(letter="p")]) | change
    assert verdict("[x-thing:letter = 'p']", [bad]) == "data-error"
    assert verdict("[x-thing:letter = 'q']", [bad, at("q", 1)]) == "match"


def test_an_address_that_is_no_address_object_is_no_error():
    traffic = {"type": "network-traffic", "dst_ref": "1"}
    name = {"type": "domain-name", "value": "a.example"}
    assert not holds("[network-traffic:dst_ref.value ISSUBSET '198.51.100.0/24']", traffic, name)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[a:b = 1] WITHIN 0 SECONDS", "bad-window"),
        ("[a:b = 1] REPEATS 0 TIMES", "bad-repetition"),
        ("[a:b = t'2026-02-30T00:00:00Z']", "no-such-date"),
        ("[a:b = 1] START t'2026-02-30T00:00:00Z' STOP t'2026-03-01T00:00:00Z'", "no-such-date"),
        ("[a:b IN (1, true)]", "mixed-set"),
        ("[a:b ISSUBSET '198.51.100.0/33']", "not-a-network"),
        ("[a:b MATCHES '(a)\\\\1']", "bad-expression"),
        ("[a:b = 1 AND c:d MATCHES '(']", "bad-expression"),
        pytest.param("[" + " OR ".join(["a:b MATCHES 'x'", "a:b LIKE '_'"] * 101) + "]", "many-expressions", id="many"),
    ],
)
def test_a_constant_that_is_none_matches_nothing_and_says_why(text: str, code: str):
    with pytest.raises(EvaluationError) as refused:
        Matcher(parse(text))
    assert refused.value.reason.code == f"patterns.{code}"
    assert "?" not in refused.value.reason.sentence(Language.JA).replace("(?", "")


def test_too_many_combinations_end_without_a_verdict():
    observed = [at("pqr"[index % 3], index / 7) for index in range(400)]
    answer = together("((p AND q AND r) WITHIN 0.3 SECONDS) REPEATS 60 TIMES", *observed)
    assert answer == "data-error"


def test_each_observation_is_asked_by_itself():
    evidence = read_evidence([at("p", 0, name="1"), at("q", 0, name="2")])
    matcher = Matcher(parse("[x-thing:letter = 'p'] OR [x-thing:letter = 's']"))
    assert matcher.is_single
    assert list(matcher.each(evidence.observations)) == [True, False]
    with pytest.raises(ValueError, match="one observation"):
        list(Matcher(parse("[a:b=1] AND [a:b=1]")).each(evidence.observations))


@settings(deadline=None)
@given(patterns_of(letters), sightings, sightings)
def test_more_evidence_never_undoes_a_match(pattern: Pattern, some: list[Made], more: list[Made]):
    if match(pattern, some).verdict is Verdict.MATCH:
        assert match(pattern, some + more).verdict is Verdict.MATCH


@settings(deadline=None)
@given(patterns_of(letters), sightings)
def test_the_order_in_which_observations_are_given_does_not_count(pattern: Pattern, observed: list[Made]):
    assert match(pattern, observed) == match(pattern, observed[::-1])


def match(pattern: Pattern, observed: list[Made]) -> Answer:
    return Matcher(pattern).match(read_evidence(observed))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b_ref", "c_hex"]), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(patterns, st.lists(st.dictionaries(st.sampled_from(["value", "name", "x", "a_b"]), json_values), max_size=3))
def test_any_pattern_and_any_data_get_an_answer(pattern: Pattern, objects: list[Made]):
    evidence = read_evidence([seen(0, [{"type": "x-thing", **each} for each in objects]), None, {"type": "bundle"}])
    try:
        verdicts = [Matcher(pattern).match(evidence).verdict]
    except EvaluationError:
        verdicts = []
    assert set(verdicts) <= set(Verdict)


def test_a_pattern_of_2_0_is_held_against_drafts_of_2_0_too():
    draft = seen(0, [thing(letter="p")]) | {"type": "cybox-container"}
    assert verdict("[x-thing:letter = 'p']", [draft], Version.V20) == "match"
