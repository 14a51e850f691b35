# SPDX-License-Identifier: MIT
"""`tasuki consent` in both languages: what people type, read, and are told otherwise."""

import pytest

from making_consent import ONE, answer_to, ask, give, message_of, rule, say
from making_release import BBB, CCC, indicator, take_in, three_nodes, uid
from making_typists import Typist
from tasuki.core.holdings.handling import BASES
from tasuki.faces.cli import consent as face

TO = ("--to", "CCC/cert:csirt", "--until", "30d")
WHY = ("--why", "They see it too.")


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        give(nodes)
        yield nodes


@pytest.fixture
def asker(three):
    return Typist(three.bbb, face.COMMANDS)


@pytest.fixture
def originator(three):
    return Typist(three.aaa, face.COMMANDS)


def test_the_whole_way_in_english(three, asker, originator):
    said = asker.say("consent", "ask", ONE, *TO, *WHY)
    for part in ("we asked AAA: may 1 version(s) go to CCC/cert:csirt until 2026-03-31", "not answered yet", ONE):
        assert part in said
    three.carry()
    (request,) = [each["request"] for each in originator.ask("consent", "list")["requests"]]
    assert "BBB asks us: may 1 version(s)" in originator.say("consent", "list")
    assert "(ours, held in this version)" in originator.say("consent", "show", request)
    assert "granted at" in originator.say("consent", "grant", request, "--why", "For their defence.")
    three.carry()
    shown = asker.say("consent", "show", request)
    assert "granted" in shown
    assert "AAA: granted, For their defence." in shown
    assert rule(three.bbb) == "R13"
    assert "withdrawn at" in originator.say("consent", "withdraw", request, "--why", "A source is at risk.")
    three.carry()
    assert "A source is at risk." in asker.say("consent", "show", request)
    assert rule(three.bbb) == "R9"


def test_and_in_japanese(three, asker, originator):
    (made,) = ask(three)
    tokyo = originator.speaking("ja_JP")
    for part in ("BBBからの依頼: 1件の版をCCC/cert:csirtへ", "未回答"):
        assert part in tokyo.say("consent", "list")
    assert "拒否(" in tokyo.say("consent", "refuse", made.request, "--why", "調査中のため")
    three.carry()
    assert "AAA: 拒否、調査中のため" in asker.speaking("ja_JP").say("consent", "show", made.request)


def test_what_changed_nothing_is_told(three, asker):
    (made,) = ask(three)
    say(three, three.ccc, "BBB", "consent", answer_to(message_of(three.bbb, made.request)))
    assert f"CCC said granted to {made.request}, which changed nothing" in asker.say("consent", "list")
    assert "CCCの同意は無効です" in asker.speaking("ja_JP").say("consent", "list")


def test_where_nothing_was_asked_the_list_says_so(originator):
    assert "Nobody was asked" in originator.say("consent", "list")
    assert "ありません" in originator.speaking("ja_JP").say("consent", "list")


@pytest.fixture
def told(three):
    """AAA's own report of a victim."""
    take_in(three.aaa, indicator(5, "amber"), handling=BASES["victim-report"])
    return uid("indicator", 5)


AGREED = ("--to", str(BBB), "--until", "6h", "--reference", "IR-2026-0031", "--why", "In writing.")


def test_what_a_victim_said_is_entered_and_changed(three, originator, told):
    said = originator.say("consent", "victim", told, *AGREED)
    for part in ("the victim agreed", "(case IR-2026-0031)", "in force", "made by the home of the node"):
        assert part in said
    assert rule(three.aaa, told, BBB) == "R13"
    said = originator.say("consent", "victim", told, "--refused", "--why", "It took its word back.")
    for part in ("1 holding(s)", "refused", "agreement 1 counts no more"):
        assert part in said
    assert rule(three.aaa, told, BBB) == "R3"
    read = originator.speaking("ja_JP").say("consent", "victim", told, "--anonymous", "--why", "名を伏せれば可")
    assert "名を伏せた文書に限り同意" in read


@pytest.mark.parametrize(
    "words",
    [
        ("--why", "x"),
        ("--to", "BBB", "--why", "x"),
        (*AGREED, "--refused"),
        ("--refused",),
        ("--national-only", "--until", "6h", "--why", "x"),
    ],
    ids=" ".join,
)
def test_half_an_entry_is_used_wrongly(originator, told, words):
    originator.run("consent", "victim", told, *words, code=2)


def test_an_override_takes_two_who_type(three, originator, told):
    mori, bell = originator.named("mori"), originator.named("bell")
    words = ("consent", "override", "propose", told, "--to", str(BBB), "--until", "24h")
    nobody = originator.run(*words, "--basis", "life", "--why", "A hospital is down.", code=2)
    assert "two people" in nobody.output
    said = mori.say(*words, "--basis", "life", "--why", "A hospital is down.")
    for part in ("override for a threat to life", "waits for a second person", "made by mori", "override confirm 1"):
        assert part in said
    assert "another person than mori" in mori.say("consent", "override", "confirm", "1", "--why", "Yes.", code=2)
    assert "in force by bell" in bell.say("consent", "override", "confirm", "1", "--why", "It is so.")
    assert rule(three.aaa, told, BBB) == "R13"
    assert "ended by mori" in mori.say("consent", "override", "end", "1", "--why", "Over.")
    assert rule(three.aaa, told, BBB) == "R3"
    read = mori.speaking("ja_JP").say(*words, "--basis", "statutory", "--statute", "事故対処法第12条")
    assert "法令による適用除外" in read
    assert "却下 bell" in bell.speaking("ja_JP").say("consent", "override", "reject", "2", "--why", "該当しない")


@pytest.mark.parametrize(
    "words",
    [
        ("--basis", "statutory", "--why", "x"),
        ("--basis", "life", "--statute", "x"),
        ("--basis", "life", "--statute", "x", "--why", "x"),
        ("--basis", "life"),
        ("--basis", "because", "--why", "x"),
    ],
    ids=" ".join,
)
def test_an_override_names_the_ground_that_fits(originator, told, words):
    mori = originator.named("mori")
    mori.run("consent", "override", "propose", told, "--to", str(BBB), "--until", "24h", *words, code=2)


@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
@pytest.mark.parametrize(
    ("words", "code", "found"),
    [
        (("ask", ONE, "--to", str(CCC), "--until", "yesterday", *WHY), 2, "consent.past"),
        (("ask", uid("indicator", 9), *TO, *WHY), 1, "release.not-held"),
        (("ask", ONE, "--to", "everybody", "--until", "6h", *WHY), 2, "release.unknown-reader"),
        (("show", "nothing"), 1, "consent.unknown-request"),
        (("grant", "nothing", *WHY), 1, "consent.unknown-request"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else str(value),
)
def test_a_wrong_word_and_a_no_are_told_apart(asker, language, words, code, found):
    typist = asker.speaking(language)
    assert typist.ask("consent", *words, code=code)["error"]["code"] == found
    assert typist.say("consent", *words, code=code).startswith("tasuki: ")
