# SPDX-License-Identifier: MIT
"""Local rules are tried before they are in force, shown when they are, and stop a node that cannot read them."""

import pytest

from tasuki.base.errors import InputError
from tasuki.core.release.local import parse_rules
from tasuki.services import release

RULES = """
[[deny]]
id = "no-amber-to-police"
by = "GBR/ncsc"
tlp = ["AMBER", "AMBER+STRICT"]
to = ["JPN/npa"]
reason = { en = "Police requests go another way.", ja = "警察への提供は別の手続によります。" }
"""


def test_rules_are_shown_with_their_conditions():
    (shown,) = release.try_rules(RULES)["local"]
    assert shown["when"] == {"tlp": ["TLP:AMBER", "TLP:AMBER+STRICT"], "to": ["JPN/npa"]}
    assert (shown["by"], shown["ja"]) == ("GBR/ncsc", "警察への提供は別の手続によります。")


@pytest.mark.parametrize("wrong", [b"deny = [", b"\xff", b"[[allow]]", RULES.replace("to =", "from =").encode()])
def test_rules_that_are_not_understood_whole_are_refused(wrong):
    with pytest.raises(InputError) as caught:
        release.read_rules(wrong)
    assert caught.value.reason.code == "release.local-rules"


def test_what_is_read_is_what_the_gate_takes():
    assert [rule.id for rule in parse_rules(release.read_rules(RULES.encode()))] == ["no-amber-to-police"]
