# SPDX-License-Identifier: MIT
"""`tasuki mark`, `share` and `release` in both languages: what people type, read, and are told otherwise."""

import pytest

from making_release import LATER, indicator, report, take_in, three_nodes, uid
from making_typist import Typist
from tasuki.faces.cli import release as face

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
REPORT = uid("report", 9)
BBB = ("--to", "BBB/cert:csirt")


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        take_in(nodes.aaa, indicator(1), indicator(2, "red"), report(9, "green", object_refs=[ONE]))
        yield nodes


@pytest.fixture
def london(three):
    return Typist(three.aaa)


@pytest.fixture
def tokyo(three):
    return Typist(three.aaa, "ja_JP")


def test_an_explanation_names_rule_reason_digest_and_cause(three, london, tokyo):
    done = london.run("release", "explain", REPORT, *BBB)
    assert done.exit_code == 1
    for part in ("no, by rule R4", "because of " + ONE, "TLP:GREEN", "no TLP", three.aaa.gate.rules.digest):
        assert part in done.output
    read = tokyo.run("release", "explain", REPORT, *BBB).output
    for part in ("不可(規則R4)", "原因 " + ONE, "TLP:GREEN", "TLPなし", "作成元 AAA"):
        assert part in read
    said = london.json("release", "explain", REPORT, *BBB, code=1)
    assert (said["allowed"], said["rule"], said["narrowed_by"][0]["id"]) == (False, "R4", ONE)


def test_what_may_go_is_said_so_with_exit_code_zero(london):
    london.run("mark", ONE, "--tlp", "GREEN")
    done = london.run("release", "explain", REPORT, *BBB)
    assert done.exit_code == 0
    assert "yes, by rule R13: TLP:GREEN may go to BBB/cert:csirt." in done.output


def test_a_mark_is_put_on_everything_named_whatever_way(three, london, tmp_path):
    listed = tmp_path / "ids"
    listed.write_text(f"# mine\n{ONE}\n\n{TWO}\n")
    assert london.json("mark", REPORT, "--file", str(listed), "--tlp", "amber")["marked"] == 3
    assert london.json("mark", "--file", "-", "--releasable-to", "BBB", stdin=f"{ONE}\n{ONE}\n")["marked"] == 1
    said = london.json("release", "explain", ONE, *BBB)
    assert said["own"]["releasable_to"] == ["AAA/cert:csirt", "BBB"]
    assert three.aaa.gate.rules.digest == said["rules_digest"]


def test_a_share_that_keeps_everything_is_refused_with_the_reasons(london, tokyo):
    done = london.run("share", ONE, TWO, *BBB)
    assert done.exit_code == 1
    assert "0 queued, 0 queued before, 2 stay here" in done.output
    assert "1 x TLP:RED is for named people only" in done.output
    assert f"(rule R5, such as {TWO})" in done.output
    assert "TLP:REDは特定の個人限りです" in tokyo.run("share", TWO, *BBB).output


def test_a_share_that_keeps_a_part_is_done_and_says_what_stays(london):
    london.run("mark", ONE, "--tlp", "amber")
    done = london.run("share", ONE, TWO, *BBB)
    assert done.exit_code == 0
    assert "1 queued, 0 queued before, 1 stay here" in done.output
    said = london.json("share", ONE, TWO, *BBB)
    assert (said["released"], said["already"], said["withheld"], said["why"][0]["code"]) == (0, 1, 1, "release.red")


def test_everything_or_one_type_or_a_list_is_shared(london, monkeypatch):
    monkeypatch.setattr(face, "_PART", 1)
    london.run("mark", ONE, "--tlp", "amber")
    assert london.json("share", "--all", "--type", "report", *BBB)["released"] == 1
    said = london.json("share", "--all", *BBB, "--lane", "exercise")
    assert (said["released"], said["already"], said["withheld"]) == (1, 1, 1)
    again = london.json("share", "--file", "-", *BBB, stdin=f"{ONE}\n{TWO}\n{REPORT}\n")
    assert (again["released"], again["already"], again["withheld"]) == (0, 2, 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("mark", ONE), 2),
        (("mark", "--tlp", "red"), 2),
        (("mark", ONE, "--tlp", "purple"), 2),
        (("mark", ONE, "--releasable-to", "BBB/typo"), 2),
        (("mark", uid("indicator", 99), "--tlp", "red"), 1),
        (("release", "explain", ONE, "--to", "everybody"), 2),
        (("release", "explain", uid("indicator", 99), *BBB), 1),
        (("share", *BBB), 2),
        (("share", ONE, "--all", *BBB), 2),
        (("share", ONE, "--type", "report", *BBB), 2),
        (("share", ONE), 2),
        (("share", ONE, "--to", "AAA/police:csirt"), 2),
        (("share", ONE, "--to", "ZZZ"), 2),
        (("share", ONE, *BBB, "--lane", "express"), 2),
        (("share", uid("indicator", 99), *BBB), 1),
        (("share", "--file", "/nowhere", *BBB), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_exit_codes_tell_a_wrong_word_from_a_no(three, words, code, language):
    done = Typist(three.aaa, language).run(*words)
    assert done.exit_code == code
    assert done.output.strip()


def test_a_version_shared_after_another_goes_too(three, london):
    london.run("mark", ONE, "--tlp", "amber")
    london.run("share", ONE, *BBB)
    take_in(three.aaa, indicator(1, "amber", modified=LATER))
    assert london.json("share", ONE, *BBB)["released"] == 1
