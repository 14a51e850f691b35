# SPDX-License-Identifier: MIT
"""Local rules are read whole or not at all."""

import pytest

from tasuki.base.errors import InputError
from tasuki.base.ids import Audience
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
