# SPDX-License-Identifier: MIT
"""Local rules are read whole or not at all."""

from dataclasses import replace

import pytest

from tasuki.base.errors import InputError
from tasuki.base.ids import Audience
from tasuki.base.reasons import Language
from tasuki.core.markings.labels import label_of
from tasuki.core.markings.model import Pap, Tlp
from tasuki.core.release.local import parse_rules

RULE = {"id": "a", "by": "AAA/cert", "reason": {"en": "No.", "ja": "不可。"}, "to": ["BBB"]}


def test_every_member_is_read():
    (rule,) = parse_rules(
        {
            "deny": [
                {
                    **RULE,
                    "tlp": ["amber", "RED"],
                    "pap": ["AMBER"],
                    "originators": ["AAA"],
                    "classifications": ["AAA:OPEN"],
                }
            ]
        }
    )
    assert rule.tlp == {Tlp.AMBER, Tlp.RED}
    assert rule.pap == {Pap.AMBER}
    assert (rule.originators, rule.classifications) == ({"AAA"}, {"AAA:OPEN"})
    assert rule.to == {Audience("BBB")}


def test_no_file_and_an_empty_file_are_no_rules():
    assert parse_rules({}) == parse_rules({"deny": []}) == ()


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"allow": []}, "rules.toml"),
        ({"deny": {}}, "rules.toml"),
        ({"deny": ["x"]}, "deny[0]"),
        ({"deny": [RULE, RULE]}, "deny[].id"),
        ({"deny": [{**RULE, "from": "BBB"}]}, "deny[0]"),
        ({"deny": [{name: RULE[name] for name in ("id", "by", "reason")}]}, "deny[0]"),
        ({"deny": [{**RULE, "tlp": ["purple"]}]}, "deny[0].tlp"),
        ({"deny": [{**RULE, "tlp": []}]}, "deny[0].tlp"),
        ({"deny": [{**RULE, "pap": "AMBER"}]}, "deny[0].pap"),
        ({"deny": [{**RULE, "to": ["bbb"]}]}, "deny[0].to"),
        ({"deny": [{**RULE, "originators": ["Japan"]}]}, "deny[0].originators"),
        ({"deny": [{**RULE, "classifications": ["SECRET"]}]}, "deny[0].classifications"),
        ({"deny": [{**RULE, "reason": {"en": "No."}}]}, "deny[0].reason"),
        ({"deny": [{**RULE, "reason": {"en": "No.", "ja": ""}}]}, "deny[0].reason.ja"),
        ({"deny": [{**RULE, "by": 1}]}, "deny[0].by"),
        ({"deny": [{**RULE, "id": None}]}, "deny[0].id"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_place(wrong, place):
    with pytest.raises(InputError) as caught:
        parse_rules(wrong)
    assert caught.value.reason.params["path"] == place


LABEL = replace(
    label_of(levels=["amber"], caveats=(), blocked=(), originator="AAA"),
    pap=Pap.AMBER,
    originators=frozenset({"AAA", "BBB"}),
    classifications=frozenset({"AAA:OPEN", "BBB:OPEN"}),
)


@pytest.mark.parametrize(
    ("conditions", "speaks"),
    [
        ({"tlp": ["AMBER", "RED"]}, True),
        ({"tlp": ["GREEN"]}, False),
        ({"pap": ["AMBER"]}, True),
        ({"pap": ["RED", "GREEN"]}, False),
        ({"originators": ["BBB", "CCC"]}, True),
        ({"originators": ["CCC"]}, False),
        ({"classifications": ["BBB:OPEN", "CCC:OPEN"]}, True),
        ({"classifications": ["CCC:OPEN"]}, False),
        ({"to": ["BBB"]}, True),
        ({"to": ["BBB/cert:csirt"]}, True),
        ({"to": ["BBB/police", "CCC"]}, False),
        ({"to": ["BBB"], "tlp": ["AMBER"], "pap": ["AMBER"], "originators": ["AAA"]}, True),
        ({"to": ["BBB"], "tlp": ["AMBER"], "pap": ["RED"]}, False),
        ({"to": ["CCC"], "tlp": ["AMBER"]}, False),
    ],
    ids=str,
)
def test_it_speaks_where_each_condition_finds_something(conditions, speaks):
    said = {name: RULE[name] for name in ("id", "by", "reason")}
    (rule,) = parse_rules({"deny": [{**said, **conditions}]})
    assert rule.speaks(LABEL, Tlp.AMBER, Audience.parse("BBB/cert:csirt")) is speaks


def test_it_goes_by_the_tlp_that_counts_now():
    (rule,) = parse_rules({"deny": [{**RULE, "tlp": ["AMBER+STRICT"]}]})
    counts = [rule.speaks(LABEL, tlp, Audience("BBB")) for tlp in (Tlp.AMBER_STRICT, Tlp.AMBER, None)]
    assert counts == [True, False, False]


def test_no_pap_is_none_of_those_listed():
    (rule,) = parse_rules({"deny": [{**RULE, "pap": ["CLEAR"]}]})
    assert not rule.speaks(replace(LABEL, pap=None), Tlp.AMBER, Audience("BBB"))


def test_what_an_organisation_wrote_stands_in_the_reason_as_written():
    said = {"en": "Ask {desk} first.", "ja": "先に{desk}に照会してください。"}
    (rule,) = parse_rules({"deny": [{**RULE, "reason": said}]})
    reason = rule.because()
    assert (reason.code, reason.params) == ("release.local", {"by": "AAA/cert", "rule": "a"})
    assert reason.sentence() == "A rule of AAA/cert (a) forbids it. Ask {desk} first."
    assert reason.sentence(Language.JA) == "AAA/certの規則(a)により出せません。先に{desk}に照会してください。"


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"deny": [], "b": 1, "a": 1}, "a, b, deny"),
        ({"x" * 70: []}, "x" * 60),
        ({"deny": ["y" * 70]}, "'" + "y" * 59),
        ({"deny": [RULE, RULE]}, "one id twice"),
        ({"deny": [{**RULE, "from": 1, "and": 1}]}, "and, from"),
        ({"deny": [{name: RULE[name] for name in ("id", "by", "reason")}]}, "no condition"),
        ({"deny": [{**RULE, "tlp": []}]}, "[]"),
        ({"deny": [{**RULE, "tlp": ["z" * 70]}]}, "'" + "z" * 59),
        ({"deny": [{**RULE, "tlp": [["z" * 70]]}]}, "['" + "z" * 58),
        ({"deny": [{**RULE, "reason": "w" * 70}]}, "'" + "w" * 59),
        ({"deny": [{**RULE, "id": "v" * 301}]}, "'" + "v" * 59),
        ({"deny": [{**RULE, "id": "a\nb"}]}, "'a\\nb'"),
        ({"deny": [{**RULE, "id": ""}]}, "''"),
    ],
)
def test_what_was_found_is_told_and_cut(wrong, found):
    with pytest.raises(InputError) as caught:
        parse_rules(wrong)
    assert caught.value.reason.params["found"] == found


def test_texts_may_be_as_long_as_three_hundred_characters():
    (rule,) = parse_rules({"deny": [{**RULE, "id": "v" * 300, "reason": {"en": "n" * 300, "ja": "否" * 300}}]})
    assert (rule.id, rule.reason.en, rule.reason.ja) == ("v" * 300, "n" * 300, "否" * 300)
