# SPDX-License-Identifier: MIT
"""Two nodes help each other over the channel: every act travels, is audited, and is done once."""

from datetime import timedelta

import pytest

from making_assistance import CREATOR, LONDON, TOKYO, arrive, asking, audited, bench
from making_statements import REQUEST, ending, name, request, response
from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.base.ids import Audience
from tasuki.core.assistance.acts import Amending, Answering
from tasuki.formats.stix.assistance import write_statement
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import assistance, holdings, intake, release, withdrawal
from tasuki.services.channel import envelopes, push, seal_next
from tasuki.services.health import alarms
from tasuki.services.quarantine import quarantined
from tasuki.store import channel
from tasuki.store import holdings as stored

ACCEPT = Answering(accepted=("indicators", "hunt"), declined=("analysis",), reason_code="capacity")


@pytest.fixture
def both(tmp_path):
    with bench(tmp_path) as nodes:
        yield nodes


def asked(both, **changes):
    """Let Tokyo ask and London receive; return the id."""
    shown = assistance.ask(both.jpn, asking(**changes))
    both.carry()
    return shown["id"]


def state(node, stix_id):
    return assistance.show(node, stix_id)["state"]


def codes(node):
    return [(alarm.severity, alarm.reason.code) for alarm in alarms(node) if "assistance" in alarm.reason.code]


def raw(statement):
    return write_statement(statement, creator=CREATOR, markings=[marking_id("amber")])


def held(node):
    with node.database.read() as connection:
        return stored.top(connection)


def waiting(node, partner, lane="urgent"):
    with node.database.read() as connection:
        return channel.waiting(connection, partner, lane, 100)


def test_the_whole_conversation_reads_alike_at_both_ends(both):
    stix_id = asked(both, needed_by=both.hands.now + timedelta(hours=8))
    assert state(both.gbr, stix_id) == "requested"
    both.hands.now += timedelta(minutes=12)
    assistance.acknowledge(both.gbr, stix_id, LONDON, severity="C3")
    both.carry()
    assert state(both.jpn, stix_id) == "acknowledged"
    assistance.answer(both.gbr, stix_id, ACCEPT, LONDON)
    both.carry()
    accepted = assistance.show(both.jpn, stix_id)
    assert (accepted["state"], accepted["accepted"]) == ("accepted-in-part", ["indicators", "hunt"])
    assert accepted["declined"] == [{"item": "analysis", "reason_code": "capacity", "referred_to": None}]
    assert [each["value"] for each in accepted["severities"]] == ["3", "C3"]
    assistance.answer(both.gbr, stix_id, Answering(done=True), LONDON)
    both.carry()
    assistance.close(both.jpn, stix_id, "partly-fulfilled", TOKYO)
    both.carry()
    ours, theirs = (assistance.show(node, stix_id) for node in (both.jpn, both.gbr))
    assert (ours["state"], ours["ending"]) == ("closed", "partly-fulfilled")
    mine = {"we", "steps"}
    assert {k: v for k, v in ours.items() if k not in mine} == {k: v for k, v in theirs.items() if k not in mine}
    assert [(each["kind"], each["at"], each["counts"]) for each in ours["steps"]] == [
        (each["kind"], each["at"], each["counts"]) for each in theirs["steps"]
    ]
    assert assistance.listed(both.jpn) == []
    assert [each["id"] for each in assistance.listed(both.jpn, ended=True)] == [stix_id]


def test_the_asker_sees_beside_its_request_what_people_decided_on_it(both):
    stix_id = asked(both)
    assistance.acknowledge(both.gbr, stix_id, LONDON)
    assistance.answer(both.gbr, stix_id, ACCEPT, LONDON)
    both.carry()
    sent = [each for each in envelopes(both.jpn, partner="GBR", lane="urgent", limit=9) if each.direction == "out"]
    decided = [(each.by, each.decision, each.office) for each in sent[-1].decided]
    assert decided == [("GBR", "acknowledged", "ncsc-duty-desk"), ("GBR", "accepted-in-part", "ncsc-duty-desk")]


def test_each_act_has_its_audit_entry_and_rides_the_urgent_lane(both):
    stix_id = asked(both)
    assistance.acknowledge(both.gbr, stix_id, LONDON)
    assistance.answer(both.gbr, stix_id, ACCEPT, LONDON)
    assert waiting(both.gbr, "JPN", "bulk") == []
    # Each statement, and the receipt that a person decided on the request.
    assert [each.kind for each in waiting(both.gbr, "JPN")] == ["objects", "receipt"] * 2
    both.carry()
    assistance.amend(both.jpn, stix_id, Amending(summary="Since Friday; two sites."))
    assistance.close(both.jpn, stix_id, "fulfilled", TOKYO)
    both.carry()
    acts = [kind for kind in audited(both.jpn) if kind.startswith("assistance:")]
    assert acts == [f"assistance:request:{act}" for act in ("ask", "amend", "close")]
    acts = [kind for kind in audited(both.gbr) if kind.startswith("assistance:")]
    assert acts == ["assistance:request:acknowledge", "assistance:request:answer"]
    with both.jpn.database.read() as connection:
        assert {each.lane for each in channel.history(connection, partner=None, lane=None, limit=99)} == {"urgent"}


def test_what_was_done_is_not_done_twice(both):
    stix_id = asked(both)
    again = assistance.ask(both.jpn, asking())
    assert (again["changed"], again["id"]) == (False, stix_id)
    assert assistance.acknowledge(both.gbr, stix_id, LONDON)["changed"] is True
    assert assistance.acknowledge(both.gbr, stix_id, LONDON)["changed"] is False
    assert assistance.acknowledge(both.gbr, stix_id, LONDON, severity="C2")["changed"] is True
    assert assistance.answer(both.gbr, stix_id, ACCEPT, LONDON)["changed"] is True
    assert assistance.answer(both.gbr, stix_id, ACCEPT, LONDON)["changed"] is False
    both.carry()
    assert assistance.amend(both.jpn, stix_id, Amending(trigger="ransomware"))["changed"] is False
    assert assistance.close(both.jpn, stix_id, "fulfilled", TOKYO)["changed"] is True
    assert assistance.close(both.jpn, stix_id, "fulfilled", TOKYO)["changed"] is False
    with pytest.raises(CallerError, match="has ended"):
        assistance.close(both.jpn, stix_id, "withdrawn", TOKYO)
    both.carry()
    assert len(assistance.show(both.gbr, stix_id)["steps"]) == 5


def test_the_same_wish_after_the_end_is_a_new_request(both):
    stix_id = asked(both)
    assistance.close(both.jpn, stix_id, "withdrawn", TOKYO)
    assert assistance.ask(both.jpn, asking())["id"] != stix_id


def test_a_request_that_may_not_go_says_why_and_leaves_nothing_behind(both):
    before = held(both.jpn)
    with pytest.raises(InputError) as error:
        assistance.ask(both.jpn, asking(), tlp="red")
    assert error.value.reason.code == "release.red"
    assert held(both.jpn) == before
    assert waiting(both.jpn, "GBR") == []
    assert [kind for kind in audited(both.jpn) if "assistance" in kind] == ["assistance:request:refused"]
    assert assistance.listed(both.jpn, ended=True) == []


def test_words_above_the_ceiling_are_refused_and_not_even_their_hash_is_kept(both):
    with pytest.raises(InputError) as error:
        assistance.ask(both.jpn, asking(summary="極秘 / see the annex"))
    assert error.value.reason.code == "markings.ceiling"
    assert quarantined(both.jpn, 10) == []
    assert held(both.jpn) == 0


def test_nobody_is_asked_who_is_not_in_the_profile(both):
    with pytest.raises(CallerError) as error:
        assistance.ask(both.jpn, asking(to=Audience.parse("GBR/mi5:csirt")))
    assert error.value.reason.code == "release.unknown-reader"
    with pytest.raises(CallerError, match="Expected a TLP level"):
        assistance.ask(both.jpn, asking(), tlp="pink")


def test_what_is_said_of_a_request_is_marked_like_it_unless_somebody_says_otherwise(both):
    stix_id = assistance.ask(both.jpn, asking(), tlp="amber+strict")["id"]
    both.carry()
    assistance.acknowledge(both.gbr, stix_id, LONDON)
    assistance.amend(both.jpn, stix_id, Amending(explanation="More."))
    assert tlp(both.gbr, stix_id) == {"AMBER+STRICT"}
    assert tlp(both.jpn, stix_id) == {"AMBER+STRICT"}
    open_one = assistance.ask(both.jpn, asking(summary="In the open."), tlp="green")["id"]
    assistance.amend(both.jpn, open_one, Amending(explanation="More."))
    assert tlp(both.jpn, open_one) == {"GREEN"}
    assistance.close(both.jpn, open_one, "withdrawn", TOKYO)
    assert tlp(both.jpn, open_one) == {"GREEN", "AMBER"}


def tlp(node, stix_id):
    """Return how every statement of a case that is ours is marked."""
    case = assistance.hear(node).case(stix_id)
    ours = {each.said.what.id for each in case.steps if each.said.speaker == node.me.participant}
    return {holdings.show(node, each)[-1].label["tlp"] for each in ours}


def test_results_go_with_the_answer_and_one_that_may_not_go_keeps_all_of_it(both):
    stix_id = asked(both)
    assistance.answer(both.gbr, stix_id, Answering(accepted=asking().wanted), LONDON)
    fine, secret = (import_indicator(both.gbr, value, tlp) for value, tlp in (("a", "amber"), ("b", "red")))
    with pytest.raises(InputError) as error:
        assistance.answer(both.gbr, stix_id, Answering(results=(fine, secret)), LONDON)
    assert error.value.reason.params["stix_id"] == secret
    assert state(both.gbr, stix_id) == "accepted"
    assistance.answer(both.gbr, stix_id, Answering(results=(fine,)), LONDON)
    both.carry()
    assert state(both.jpn, stix_id) == "answered"
    assert holdings.show(both.jpn, fine)[0].holding.source == "GBR"
    with pytest.raises(InputError):
        holdings.show(both.jpn, secret)


def import_indicator(node, value, tlp):
    creator, identity = intake.home_identity(node)
    made = intake.build.indicator(
        "domain", f"{value}.barrel-lock.example", creator=creator, at=node.clock.now(), markings=[marking_id(tlp)]
    )
    arrive(node, "local", identity, made)
    return intake.build.own_id("indicator", creator, intake.build.pattern_for("domain", f"{value}.barrel-lock.example"))


def test_an_unanswered_call_is_an_urgent_alarm_with_its_age_until_a_person_acknowledges(both):
    stix_id = asked(both)
    both.hands.now += timedelta(minutes=7, seconds=30)
    (alarm,) = [each for each in alarms(both.gbr) if each.reason.code == "health.assistance-not-acknowledged"]
    assert (alarm.severity, alarm.reason.params["minutes"], alarm.reason.params["stix_id"]) == ("urgent", 7, stix_id)
    assert codes(both.jpn) == []
    assistance.acknowledge(both.gbr, stix_id, LONDON)
    assert codes(both.gbr) == []


def test_silence_questions_and_late_decisions_are_alarms_of_whoever_can_act(both):
    stix_id = asked(both)
    both.hands.now += timedelta(minutes=61)
    assert codes(both.jpn) == [("urgent", "health.assistance-partner-silent")]
    assistance.answer(both.gbr, stix_id, Answering(question="Since when?"), LONDON)
    both.carry()
    assert codes(both.jpn) == [("look", "health.assistance-information-wanted")]
    assert assistance.show(both.jpn, stix_id)["question"] == "Since when?"
    assistance.amend(both.jpn, stix_id, Amending(explanation="Since Friday."))
    both.carry()
    assert (codes(both.jpn), codes(both.gbr)) == ([], [])
    both.hands.now += timedelta(hours=7)
    assert codes(both.gbr) == [("look", "health.assistance-not-decided")]
    assistance.answer(both.gbr, stix_id, ACCEPT, LONDON)
    assert codes(both.gbr) == []


def test_while_the_partner_is_away_the_asker_sees_how_far_its_words_came(both):
    both.jpn.link.cut = True
    stix_id = assistance.ask(both.jpn, asking())["id"]
    assert assistance.show(both.jpn, stix_id)["steps"][0]["delivery"] == "waiting"
    seal_next(both.jpn, "GBR", "urgent")
    with pytest.raises(WorldError):
        push(both.jpn, "GBR", "urgent")
    assert assistance.show(both.jpn, stix_id)["steps"][0]["delivery"] == "sealed"
    both.jpn.link.cut = False
    both.carry()
    assert assistance.show(both.jpn, stix_id)["steps"][0]["delivery"] == "stored"
    assert assistance.show(both.gbr, stix_id)["steps"][0]["delivery"] is None


def test_late_and_repeated_messages_come_to_the_same(both):
    statements = [request(), response("acknowledged", 5), response("accepted-in-part", 9, accepted=("hunt",))]
    for each in reversed(statements):
        source = "JPN" if each is statements[0] else "local"
        arrive(both.gbr, source, raw(each))
        arrive(both.gbr, source, raw(each))
    found = assistance.show(both.gbr, REQUEST)
    assert (found["state"], found["accepted"], len(found["steps"])) == ("accepted-in-part", ["hunt"], 3)


def test_a_response_to_an_unknown_request_is_held_flagged_and_shown(both):
    arrive(both.jpn, "GBR", raw(response("accepted", 5, accepted=("hunt",))))
    (shown,) = assistance.listed(both.jpn)
    assert (shown["state"], shown["asker"], shown["flagged"]) == ("unknown-request", None, 1)
    assert [each["code"] for each in shown["steps"][0]["remarks"]] == ["assistance.no-request"]
    arrive(both.jpn, "local", raw(request()))
    assert state(both.jpn, REQUEST) == "accepted-in-part"


@pytest.mark.parametrize(
    ("source", "statement", "code"),
    [
        ("JPN", response("accepted", 5, accepted=("hunt",)), "assistance.wrong-side"),
        ("GBR", ending("fulfilled", 5), "assistance.wrong-side"),
        ("FRA", response("accepted", 5, accepted=("hunt",)), "assistance.third-party"),
        ("FRA", ending("withdrawn", 5), "assistance.third-party"),
    ],
    ids=["asker answers itself", "asked side ends", "third answers", "third ends"],
)
def test_the_wrong_voice_changes_nothing_and_is_flagged(both, source, statement, code):
    arrive(both.jpn, "local", raw(request()))
    before = assistance.show(both.jpn, REQUEST)
    arrive(both.jpn, source if source != "JPN" else "local", raw(statement))
    after = assistance.show(both.jpn, REQUEST)
    assert (after["state"], after["accepted"], after["flagged"]) == (before["state"], [], 1)
    assert [each["code"] for each in after["steps"][-1]["remarks"]] == [code]


def test_two_askers_under_one_id_are_told_apart(both):
    arrive(both.gbr, "JPN", raw(request()))
    arrive(both.gbr, "FRA", raw(request(sender=Audience.parse("FRA/anssi:csirt"), summary="Another.")))
    with pytest.raises(CallerError, match="--from"):
        assistance.show(both.gbr, REQUEST)
    assert assistance.show(both.gbr, REQUEST, "FRA")["request"]["summary"] == "Another."
    # What three participants say of one id narrows its audience to nobody: the gate decides, and says whose it is.
    with pytest.raises(InputError) as error:
        assistance.acknowledge(both.gbr, REQUEST, LONDON, asker="JPN")
    assert error.value.reason.code == "release.third-party"


def test_what_cannot_be_read_is_shown_with_the_reason_and_alarms(both):
    arrive(both.gbr, "JPN", raw(request()).replace(b'"JPN/nco:csirt"', b'"Tokyo"'))
    (row,) = assistance.listed(both.gbr)
    assert (row["state"], row["speaker"], row["remark"]["code"]) == ("unreadable", "JPN", "stix.statement-unreadable")
    assert codes(both.gbr) == [("urgent", "health.assistance-unread")]


def test_hearsay_is_shown_and_cannot_be_answered(both):
    arrive(both.gbr, "FRA", raw(request()))
    assert state(both.gbr, REQUEST) == "hearsay"
    assert codes(both.gbr) == [("look", "health.assistance-passed-on")]
    with pytest.raises(CallerError, match="came from FRA"):
        assistance.acknowledge(both.gbr, REQUEST, LONDON)


def test_a_backlog_of_bulk_holds_back_nothing_an_answer_rests_on(both):
    other = import_indicator(both.jpn, "c", "amber")
    release.share(both.jpn, [intake.home_identity(both.jpn)[0], other], Audience.parse("GBR/ncsc:csirt"))
    stix_id = assistance.ask(both.jpn, asking())["id"]
    assert seal_next(both.jpn, "GBR", "urgent")
    assert push(both.jpn, "GBR", "urgent")
    assert waiting(both.jpn, "GBR", "bulk")
    assert assistance.acknowledge(both.gbr, stix_id, LONDON)["state"] == "acknowledged"


def test_a_recalled_request_is_gone_from_the_desk(both):
    stix_id = asked(both)
    withdrawal.recall(both.jpn, [stix_id], why="It was sent by mistake.")
    both.carry()
    assert assistance.listed(both.gbr, ended=True) == []
    assert codes(both.gbr) == []
    with pytest.raises(InputError, match="assist list"):
        assistance.acknowledge(both.gbr, stix_id, LONDON)


def test_a_flood_of_statements_hides_nothing(both):
    arrive(both.gbr, "JPN", raw(request()))
    flood = [raw(response("accepted", 5, id=name("assistance-response", number))) for number in range(1200)]
    arrive(both.gbr, "JPN", *flood)
    found = assistance.show(both.gbr, REQUEST)
    assert (found["state"], found["flagged"]) == ("requested", 1200)


def test_the_definitions_leave_through_the_gate_with_an_audit_entry(both):
    released = assistance.definitions(both.jpn)
    assert released.body.count(b'"type":"extension-definition"') == 5
    assert "assistance:definitions:export" in audited(both.jpn)


def test_both_ends_hold_the_same_bytes(both):
    stix_id = asked(both)
    ours, theirs = (assistance.hear(node).case(stix_id).steps[0].said for node in (both.jpn, both.gbr))
    assert (ours.speaker, ours.digest) == (theirs.speaker, theirs.digest)
