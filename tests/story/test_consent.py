# SPDX-License-Identifier: MIT
"""A gives to B; B asks whether C may have it; A agrees, C gets it, A thinks again, and C states that its use stopped.

Then B makes a tear-line of it, and asks about that. Everything is typed, as people would.
"""

from __future__ import annotations

import pytest

from making_consent import ONE
from making_release import indicator, states, take_in, three_nodes
from making_typists import Typist
from tasuki.app.main import COMMANDS

TO_C = ("--to", "CCC/cert:csirt")
WHY = ("--why", "They see it too.")


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        take_in(nodes.aaa, indicator(1, "amber", name="C2", description="Seen at Example Foods"))
        yield nodes


@pytest.fixture
def people(three):
    return {node.me.participant: Typist(node, COMMANDS) for node in three.all}


def share(three, person, stix_id, to, *, code=0):
    done = person.ask("share", stix_id, "--to", f"{to}/cert:csirt", code=code)
    three.carry()
    return done["released"], [each["rule"] for each in done["why"]]


def request(person):
    (found,) = [each["request"] for each in person.ask("consent", "list")["requests"] if each["state"] == "asked"]
    return found


def test_consent_is_asked_given_used_and_withdrawn(three, people):
    a, b, c = (people[each] for each in ("AAA", "BBB", "CCC"))
    assert share(three, a, ONE, "BBB") == (1, [])
    assert share(three, b, ONE, "CCC", code=1) == (0, ["R9"])
    b.run("consent", "ask", ONE, *TO_C, "--until", "30d", *WHY)
    three.carry()
    assert any(each["code"] == "health.consent-wanted" for each in a.ask("status", code=None)["alarms"])
    a.run("consent", "grant", request(a), "--why", "For their defence.")
    three.carry()
    assert share(three, b, ONE, "CCC") == (1, [])
    assert states(three.ccc, ONE) == [("BBB", "held")]

    (granted,) = [each["request"] for each in a.ask("consent", "list")["requests"]]
    a.run("consent", "withdraw", granted, "--why", "A source is at risk.")
    three.carry()
    assert states(three.ccc, ONE) == [("BBB", "recalled")]
    (told,) = b.ask("withdrawals")["made"]
    assert (told["partner"], told["verb"], told["attested"]["counts"]) == ("CCC", "recall", {"use-stopped": 1})
    assert share(three, b, ONE, "CCC", code=1) == (0, ["R9"])
    assert "A source is at risk." not in c.say("withdrawals")

    mori, bell = b.named("mori"), b.named("bell")
    words = ("--tlp", "clear", "--withhold", "Example Foods", "--why", "The address is enough.")
    drafted = mori.ask("tearline", ONE, *TO_C, *words)
    bell.run("tearline", "release", drafted["number"], "--why", "Nothing in it tells of the victim.")
    assert share(three, b, drafted["id"], "CCC", code=1) == (0, ["R9"])
    b.run("consent", "ask", drafted["id"], *TO_C, "--until", "30d", *WHY)
    three.carry()
    read = a.say("show", drafted["id"])
    assert "C2" in read
    assert "Example Foods" not in read
    a.run("consent", "grant", request(a), "--why", "That may go.")
    three.carry()
    assert share(three, b, drafted["id"], "CCC") == (1, [])
    assert share(three, b, ONE, "CCC", code=1) == (0, ["R9"])
    seen = c.say("show", drafted["id"])
    assert ONE not in seen
    assert "Example Foods" not in seen

    a.run("recall", ONE, "--why", "It was wrong.")
    three.carry()
    assert "source recalled" in b.say("tearline", "list")
