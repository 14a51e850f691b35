# SPDX-License-Identifier: MIT
"""The policy text and the gate say the same: every rule, code, reason, notice and example."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tasuki.app.config import profile_text
from tasuki.base.ids import Audience
from tasuki.base.time import parse_rfc3339
from tasuki.core.markings.labels import BLOCKS, LEVELS
from tasuki.core.markings.lattice import audiences
from tasuki.core.markings.model import Label
from tasuki.core.partners.profile import parse_profile
from tasuki.core.release import forms, reasons, rules
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.rules import POLICY_VERSION, RULES, decide, rules_for

PAGE = (Path(__file__).parents[2] / "docs" / "policy" / "release.md").read_text("utf-8")
HOME = Audience.parse("GBR/ncsc:csirt")
HERE = rules_for(parse_profile(tomllib.loads(profile_text("japan-uk"))), HOME)


def table(head: str) -> list[list[str]]:
    """Return the rows of the table whose first row begins with a text."""
    lines = PAGE[PAGE.index(f"| {head}") :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


EXAMPLES = table("label | reader")


def read(text: str) -> tuple[Label, Circumstances]:
    """Return label and circumstances an example writes, such as `AMBER; originators GBR; releasable to JPN/nco`."""
    level, *parts = [part.strip() for part in text.split(";")]
    said = {name: part.removeprefix(name).strip() for part in parts for name in WORDS if part.startswith(name)}
    names = {name: [] if value == "nobody" else re.split(r",\s*", value) for name, value in said.items()}
    label = Label(
        tlp=None if level == "none" else LEVELS[level.lower()],
        releasable_to=audiences(names["releasable to"]) if "releasable to" in names else None,
        originators=frozenset(names["originators"]),
        blocked=frozenset(names.get("blocked", ())),
        consent_of=frozenset(names.get("consent of", ())),
        classifications=frozenset(names.get("classified", ())),
        embargo=parse_rfc3339(said["embargo"]) if "embargo" in said else None,
        ahead=audiences(names.get("ahead", ())) if "embargo" in said else None,
        until=parse_rfc3339(said["until"]) if "until" in said else None,
    )
    agreed, lifted = (frozenset(names.get(word, ())) for word in ("agreed", "lifted"))
    return label, Circumstances(now=NOW, agreed=agreed, lifted=lifted)


WORDS = (
    "originators",
    "releasable to",
    "blocked",
    "consent of",
    "classified",
    "embargo",
    "ahead",
    "until",
    "agreed",
    "lifted",
)
NOW = parse_rfc3339("2026-03-01T00:00:00Z")


@pytest.mark.parametrize(("label", "reader", "rule", "verdict"), EXAMPLES, ids=lambda cell: cell)
def test_an_example_comes_to_what_the_page_says(label, reader, rule, verdict):
    of, at = read(label)
    found = decide(of, Audience.parse(reader), HERE, at)
    assert (found.rule, "yes" if found.allowed else "no") == (rule, verdict)


def test_the_examples_reach_every_rule_that_a_label_can_reach():
    assert {rule for _, _, rule, _ in EXAMPLES} == {rule for rule, _ in RULES} - {"R11", "R12"}
    # R11 needs a community smaller than the partnership, R12 a local rule.
    assert {str(each) for each in HERE.profile.community} == {each.id for each in HERE.profile.participants}


def test_the_rules_are_those_of_the_code_in_their_order():
    rows = table("rule | speaks when")
    assert [row[0] for row in rows] == ["R0", *(rule for rule, _ in RULES), "R14"]
    assert {row[0] for row in rows if row[2] == "yes"} == {"R2", "R13"}


def test_every_reason_a_verdict_gives_is_on_the_page():
    named = set(re.findall(r"`(release\.[a-z-]+)`", PAGE))
    verdicts = set(re.findall(r"why\.([A-Z_]+)", Path(rules.__file__).read_text("utf-8")))
    blocks = {each.kind.code for each in rules._BLOCK_REASONS.values()}
    used = {getattr(reasons, name).code for name in verdicts}
    assert used - blocks <= named
    known = {value.code for name, value in vars(reasons).items() if name.isupper()}
    assert named <= known


def test_the_block_codes_are_those_of_the_code_in_their_order():
    codes = [row[0].strip("`") for row in table("code | meaning")]
    assert codes == list(rules._BLOCK_REASONS)
    assert set(codes) == set(BLOCKS)


def test_the_notices_are_those_of_the_code_with_their_members():
    listed = {
        kind: re.findall(r"`([a-z_]+)`", re.sub(r"\([^)]*\)", "", row[1]))
        for row in table("notice | members")
        for kind in re.findall(r"`([a-z-]+)`", row[0])
    }
    assert {kind: set(names) for kind, names in listed.items()} == {
        kind: set(members) for kind, members in forms.NOTICES.items()
    }
    for number in (forms.MAX_IDS, forms.MAX_LEAVES):
        assert f"{number:,}" in PAGE
    assert f"1 to {forms.MAX_SENTENCE} printable characters" in PAGE


def test_the_page_is_of_the_version_in_force():
    assert f"Policy version **{POLICY_VERSION}**" in PAGE
