# SPDX-License-Identifier: MIT
"""One person drafts, another releases; the new object inherits what is not theirs to lift, and tells of no source."""

import json
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from making_consent import ONE, ask, give, grant, person, rule
from making_release import AAA, BBB, CCC, LATER, audited, indicator, report, states, take_in, three_nodes, uid
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES, UNKNOWN
from tasuki.core.holdings.model import PersonalData, Victim
from tasuki.core.persons.model import Principal
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import consent, health, holdings, release, tearline, withdrawal
from tasuki.store.release import reachable

REPORTED = BASES["victim-report"]
REPORT, TWO = uid("report", 9), uid("indicator", 2)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def draft(node, *ids, to="CCC/cert:csirt", tlp="clear", by="mori", **said):
    marking = {name: said.pop(name) for name in list(said) if name in tearline.Marking.__slots__}
    order = tearline.Order(
        ids=ids or (ONE,), marking=tearline.Marking(to=to, tlp=tlp, **marking), why="The method is enough.", **said
    )
    return tearline.draft(node, person(node, by), order)


def made(node, *ids, **said):
    shown = draft(node, *ids, **said)
    return tearline.release(node, person(node, "bell"), shown.number, why="Nothing in it tells more.")


def code(act, *given, family=CallerError, **named):
    with pytest.raises(family) as refused:
        act(*given, **named)
    return refused.value.reason.code


def label(node, stix_id):
    return holdings.show(node, stix_id)[-1].label


def own(node, *objects, **said):
    take_in(node, *objects, **said)


class TestTwoPeople:
    def test_a_draft_is_no_holding_before_another_person_releases_it(self, three):
        own(three.aaa, indicator(1, "amber"))
        shown = draft(three.aaa)
        assert shown.state == "drafted"
        assert states(three.aaa, shown.id) == []
        done = tearline.release(three.aaa, person(three.aaa, "bell"), shown.number, why="Fine.")
        assert (done.state, done.drafted_by, done.decided_by) == ("released", "mori", "bell")
        assert states(three.aaa, shown.id) == [("local", "held")]
        assert rule(three.aaa, shown.id) == "R13"

    def test_the_same_person_twice_is_one(self, three):
        own(three.aaa, indicator(1, "amber"))
        shown = draft(three.aaa)
        again = person(three.aaa, "mori")
        assert code(tearline.release, three.aaa, again, shown.number, why="Fine.") == "persons.same-person"

    @pytest.mark.parametrize("reader", ["AAA/cert:csirt", "AAA/police:csirt@aoki"])
    def test_neither_the_bare_home_nor_another_desk_takes_part(self, three, reader):
        own(three.aaa, indicator(1, "amber"))
        audience = Audience.parse(reader)
        nobody = Principal(audience, audience.person or None)
        order = tearline.Order(ids=(ONE,), marking=tearline.Marking(to="CCC/cert:csirt", tlp="clear"), why="Fine.")
        assert code(tearline.draft, three.aaa, nobody, order) == "persons.not-named"
        shown = draft(three.aaa)
        for act in (tearline.release, tearline.reject):
            assert code(act, three.aaa, nobody, shown.number, why="Fine.") == "persons.not-named"

    def test_what_was_decided_on_is_decided_on_once(self, three):
        own(three.aaa, indicator(1, "amber"))
        first, second = draft(three.aaa), draft(three.aaa)
        bell = person(three.aaa, "bell")
        tearline.release(three.aaa, bell, first.number, why="Fine.")
        tearline.reject(three.aaa, bell, second.number, why="One is enough.")
        for number in (first.number, second.number):
            for act in (tearline.release, tearline.reject):
                assert code(act, three.aaa, bell, number, why="Fine.") == "tearline.decided"
        assert tearline.show(three.aaa, second.number).body is None
        assert states(three.aaa, second.id) == []

    def test_a_draft_takes_the_place_of_another(self, three):
        own(three.aaa, indicator(1, "amber"))
        first = draft(three.aaa)
        second = draft(three.aaa, replaces=first.number)
        assert [each.state for each in tearline.listed(three.aaa, limit=9)] == ["drafted", "rejected"]
        assert code(draft, three.aaa, replaces=first.number) == "tearline.decided"
        assert second.number != first.number

    def test_who_and_why_are_in_the_log_and_from_what_it_derives_is_not(self, three):
        own(three.aaa, indicator(1, "amber"))
        shown = made(three.aaa)
        (drafted,), (released,) = (audited(three.aaa, f"tearline:draft:{act}") for act in ("make", "release"))
        assert (drafted["person"], drafted["why"]) == ("mori", "The method is enough.")
        assert (released["person"], released["drafted_by"], released["id"]) == ("bell", "mori", shown.id)
        assert ONE not in json.dumps([drafted, released])

    def test_a_number_nobody_gave_is_named_as_such(self, three):
        assert code(tearline.show, three.aaa, 99) == "tearline.no-tearline"
        assert code(tearline.release, three.aaa, person(three.aaa, "bell"), 99, why="x") == "tearline.no-tearline"


class TestWhatStandsInIt:
    def test_it_is_a_new_object_of_the_type_with_marking_and_times_of_its_own(self, three):
        own(three.aaa, indicator(1, "amber", name="C2", labels=["a"], modified=LATER))
        body = draft(three.aaa, tlp="green", pap="amber", releasable_to=("BBB/cert:csirt",)).body
        assert body["id"] != ONE
        assert body["created"] == body["modified"] == "2026-03-01T12:00:00.000Z"
        assert (body["type"], body["name"], body["labels"]) == ("indicator", "C2", ["a"])
        assert body["object_marking_refs"][0] == marking_id("green")
        assert len(body["object_marking_refs"]) == 3

    def test_the_marking_that_was_decided_is_its_label(self, three):
        own(three.aaa, indicator(1, "amber"))
        said = {"tlp": "green", "pap": "amber", "releasable_to": ("BBB/cert:csirt",), "classifications": ("AAA:OPEN",)}
        found = label(three.aaa, made(three.aaa, to="BBB/cert:csirt", **said).id)
        assert (found["tlp"], found["pap"], found["releasable_to"], found["classifications"], found["blocked"]) == (
            "GREEN", "AMBER", ["BBB/cert:csirt"], ["AAA:OPEN"], [],
        )  # fmt: skip

    def test_granular_markings_stay_with_what_they_mark(self, three):
        parts = [{"marking_ref": marking_id("red"), "selectors": ["description"]}]
        own(three.aaa, indicator(1, "amber", name="C2", description="The source said so.", granular_markings=parts))
        shown = draft(three.aaa)
        fields = {each["name"]: (each["kept"], each["reason"] and each["reason"]["code"]) for each in shown.fields}
        assert fields["description"] == (False, "tearline.marked-narrower")
        assert fields["name"] == (True, None)
        assert not {"description", "granular_markings"} & shown.body.keys()

    def test_what_it_refers_to_may_be_known_or_does_not_go(self, three):
        own(three.aaa, indicator(1, "clear"), indicator(2, "red"), report(9, "red", object_refs=[ONE, TWO]))
        assert code(draft, three.aaa, REPORT) == "tearline.not-valid"
        edited = {**report(9), "object_refs": [ONE]}
        shown = draft(three.aaa, REPORT, edited=orjson.dumps(edited))
        assert shown.body["object_refs"] == [ONE]
        assert code(draft, three.aaa, REPORT, keep=("object_refs", "published", "name")) == "tearline.refers"

    def test_an_edited_draft_is_held_to_the_same(self, three):
        own(three.aaa, report(9, "red", object_refs=[ONE], description="About Example Foods"), indicator(1, "clear"))
        written = {**report(9), "object_refs": [ONE], "id": uid("report", 77), "description": "About a food maker"}

        def edit(**changes):
            return {"edited": orjson.dumps({**written, **changes}), "withhold": ("example foods",)}

        shown = draft(three.aaa, REPORT, **edit())
        assert shown.body["description"] == "About a food maker"
        assert shown.body["id"] not in (REPORT, uid("report", 77))
        assert {each["name"]: each["kept"] for each in shown.fields}["description"] is True
        assert code(draft, three.aaa, REPORT, **edit(name="EXAMPLE FOODS")) == "tearline.withheld-word"
        assert code(draft, three.aaa, REPORT, **edit(name=REPORT)) == "tearline.names-source"
        assert code(draft, three.aaa, REPORT, **edit(type="malware")) == "tearline.not-read"
        assert code(draft, three.aaa, REPORT, **edit(published="yesterday")) == "tearline.not-valid"
        assert code(draft, three.aaa, REPORT, edited=b"[]") == "tearline.not-read"
        assert code(draft, three.aaa, REPORT, edited=b"{", family=InputError).startswith("json.")

    def test_sources_are_of_one_type_that_has_versions(self, three):
        own(three.aaa, indicator(1, "amber"), report(9, "amber", object_refs=[ONE]))
        address = {"type": "ipv4-addr", "spec_version": "2.1", "id": uid("ipv4-addr", 1), "value": "192.0.2.1"}
        own(three.aaa, {**address, "object_marking_refs": [marking_id("amber")]})
        assert code(draft, three.aaa, ONE, REPORT) == "tearline.other-types"
        assert code(draft, three.aaa, uid("ipv4-addr", 1)) == "tearline.no-type"
        assert code(draft, three.aaa, uid("indicator", 99), family=InputError) == "release.not-held"

    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ({"to": "DDD/cert:csirt"}, "release.unknown-reader"),
            ({"tlp": "purple"}, "release.no-level"),
            ({"pap": "purple"}, "tearline.no-pap"),
            ({"releasable_to": ("DDD",)}, "release.unknown-reader"),
            ({"classifications": ("OPEN",)}, "tearline.no-classification"),
        ],
        ids=str,
    )
    def test_a_marking_nobody_knows_is_refused(self, three, said, found):
        own(three.aaa, indicator(1, "amber"))
        assert code(draft, three.aaa, **said) == found


class TestWhatItInherits:
    def test_anothers_material_stays_anothers_and_to_be_wider_takes_its_consent(self, three):
        give(three)
        done = made(three.bbb)
        found = label(three.bbb, done.id)
        assert (found["originators"], found["consent_of"], found["tlp"]) == (["AAA", "BBB"], ["AAA"], "CLEAR")
        assert done.verdict["code"] == "release.originator-control"
        assert rule(three.bbb, done.id) == "R9"

    def test_its_originator_gets_it_beside_the_request_and_consents_to_what_it_reads(self, three):
        give(three)
        done = made(three.bbb)
        (asked,) = ask(three, done.id)
        assert states(three.aaa, done.id) == [("BBB", "held")]
        assert consent.show(three.aaa, asked.request).objects[0]["known"] == "ours"
        grant(three, asked.request)
        assert (rule(three.bbb, done.id), rule(three.bbb, ONE)) == ("R13", "R9")
        release.share(three.bbb, [done.id], CCC)
        three.carry()
        assert states(three.ccc, done.id) == [("BBB", "held")]

    def test_no_later_version_loses_what_it_inherited(self, three):
        give(three)
        done = made(three.bbb)
        newer = {**done.body, "modified": "2026-03-02T00:00:00.000Z", "name": "Ours alone?"}
        own(three.bbb, newer)
        found = label(three.bbb, done.id)
        assert (found["originators"], found["consent_of"]) == (["AAA", "BBB"], ["AAA"])
        assert rule(three.bbb, done.id) == "R9"

    def test_embargo_and_end_go_with_it(self, three):
        own(three.aaa, indicator(1, "amber"))
        besides = release.Besides(
            embargo="2026-03-05T00:00:00Z", ahead=("BBB/cert:csirt",), until="2026-04-01T00:00:00Z"
        )
        release.mark(three.aaa, [ONE], level=None, besides=besides)
        done = made(three.aaa)
        assert (rule(three.aaa, done.id, CCC), rule(three.aaa, done.id, BBB)) == ("R8", "R13")
        three.hands.now += timedelta(days=60)
        assert rule(three.aaa, done.id, BBB) == "R8"

    @pytest.mark.parametrize("victim", [Victim.NOT_ASKED, Victim.REFUSED, Victim.NATIONAL_ONLY])
    def test_a_victim_who_has_not_agreed_keeps_it_too(self, three, victim):
        own(three.aaa, indicator(1, "amber"), handling=replace(REPORTED, victim=victim))
        done = made(three.aaa)
        assert rule(three.aaa, done.id) == "R3"
        until = three.hands.now + timedelta(days=1)
        agreeing = consent.Agreeing(stix_id=done.id, to=(CCC,), until=until, reference="IR-1", why="In writing.")
        consent.agree(three.aaa, agreeing)
        assert (rule(three.aaa, done.id), rule(three.aaa, ONE)) == ("R13", "R3")

    def test_a_victim_who_agreed_to_a_text_without_its_name_lets_it_go_once_the_name_was_looked_for(self, three):
        told = indicator(1, "amber", description="Example Foods was hit", name="C2")
        own(three.aaa, told, handling=replace(REPORTED, victim=Victim.ANONYMOUS))
        assert code(draft, three.aaa) == "tearline.name-needed"
        assert code(draft, three.aaa, withhold=(" ",)) == "tearline.name-needed"
        done = made(three.aaa, withhold=("Example Foods",))
        assert "description" not in done.body
        assert rule(three.aaa, done.id) == "R13"

    def test_a_victim_in_what_it_hangs_together_with_keeps_it_too(self, three):
        own(three.aaa, indicator(1, "amber"), handling=REPORTED)
        own(three.aaa, report(9, "amber", object_refs=[ONE], name="A report"))
        edited = orjson.dumps({**report(9), "object_refs": [TWO], "name": "Short"})
        own(three.aaa, indicator(2, "clear"))
        assert rule(three.aaa, made(three.aaa, REPORT, edited=edited).id) == "R3"

    def test_a_name_is_not_kept_by_the_way_of_the_reason(self, three):
        own(three.aaa, indicator(1, "amber"))
        assert code(draft, three.aaa, withhold=("METHOD",)) == "tearline.withheld-word"

    def test_personal_data_is_decided_by_the_two(self, three):
        own(three.aaa, indicator(1, "amber"), handling=replace(BASES["own-analysis"], personal_data=PersonalData.YES))
        assert rule(three.aaa, made(three.aaa).id) == "R3"
        assert rule(three.aaa, made(three.aaa, personal_data="no").id) == "R13"

    def test_without_a_stated_basis_nothing_is_made_of_it(self, three):
        own(three.aaa, indicator(1, "amber"), handling=UNKNOWN)
        assert code(draft, three.aaa) == "tearline.no-basis"

    def test_what_nobody_understands_makes_no_tear_line(self, three):
        own(three.aaa, indicator(1, object_marking_refs=[uid("marking-definition", 9)]))
        assert code(draft, three.aaa) == "tearline.unreadable"

    def test_a_source_that_was_narrowed_since_narrows_it(self, three):
        own(three.aaa, indicator(1, "amber"))
        shown = draft(three.aaa)
        release.mark(three.aaa, [ONE], level=None, besides=release.Besides(consent_of=("BBB",)))
        tearline.release(three.aaa, person(three.aaa, "bell"), shown.number, why="Fine.")
        assert label(three.aaa, shown.id)["consent_of"] == ["BBB"]
        assert rule(three.aaa, shown.id) == "R9"

    def test_what_is_for_a_named_person_alone_is_not_for_two_others_to_sum_up(self, three):
        own(three.aaa, indicator(1, "red"), caveats=(("BBB/cert:csirt@mori", "AAA"),))
        release.share(three.aaa, [ONE], Audience.parse("BBB/cert:csirt@mori"))
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "held")]
        with pytest.raises(InputError):
            draft(three.bbb)


class TestLosingASource:
    def fate(self, node, number=1):
        return tearline.show(node, number).sources[0]["fate"]

    def alarms(self, node):
        return [each.reason.params for each in health.alarms(node) if each.reason.code == "health.source-lost"]

    def test_a_recall_by_whoever_gave_it_is_told(self, three):
        give(three)
        done = made(three.bbb)
        assert (self.fate(three.bbb), self.alarms(three.bbb)) == (None, [])
        withdrawal.recall(three.aaa, [ONE], why="Wrong.")
        three.carry()
        assert self.fate(three.bbb) == "recalled"
        assert self.alarms(three.bbb) == [{"number": 1, "stix_id": done.id, "what": "recalled"}]
        withdrawal.recall(three.bbb, [done.id], why="It rests on nothing.")
        assert self.alarms(three.bbb) == []

    def test_a_revocation_is_told(self, three):
        give(three)
        done = made(three.bbb)
        withdrawal.revoke(three.aaa, [ONE], why="Wrong.")
        three.carry()
        assert self.fate(three.bbb) == "revoked"
        assert [each["stix_id"] for each in self.alarms(three.bbb)] == [done.id]

    def test_a_newer_version_is_shown_and_is_no_alarm(self, three):
        own(three.aaa, indicator(1, "amber"))
        made(three.aaa)
        own(three.aaa, indicator(1, "amber", modified=LATER))
        assert (self.fate(three.aaa), self.alarms(three.aaa)) == ("replaced", [])

    def test_our_own_recall_and_disposal_are_shown(self, three):
        own(three.aaa, indicator(1, "amber"), indicator(2, "amber"))
        made(three.aaa)
        made(three.aaa, TWO)
        withdrawal.recall(three.aaa, [ONE], why="Wrong.")
        holdings.dispose(three.aaa, [TWO])
        assert (self.fate(three.aaa, 1), self.fate(three.aaa, 2)) == ("recalled", "disposed")

    @pytest.mark.parametrize("change", ["recall", "newer", "dispose"])
    def test_a_draft_of_what_is_not_as_it_was_is_not_released(self, three, change):
        own(three.aaa, indicator(1, "amber"))
        shown = draft(three.aaa)
        {
            "recall": lambda: withdrawal.recall(three.aaa, [ONE], why="Wrong."),
            "newer": lambda: own(three.aaa, indicator(1, "amber", modified=LATER)),
            "dispose": lambda: holdings.dispose(three.aaa, [ONE]),
        }[change]()
        bell = person(three.aaa, "bell")
        assert code(tearline.release, three.aaa, bell, shown.number, why="Fine.") == "tearline.source-lost"


class TestTheSourceIsToldToNobody:
    """Canaries: the id, the UUID, the digest and the words of the source, wherever anything of the tear-line goes."""

    def test_neither_by_the_object_nor_by_what_goes_with_it_nor_at_home_outside_its_own_page(self, three, monkeypatch):
        source = indicator(1, "red", name="C2", description="CANARY9z", x_canary="CANARY9z")
        own(three.aaa, source)
        digest = holdings.show(three.aaa, ONE)[0].as_json()["sha256"]
        done = made(three.aaa, to=str(BBB), withhold=("CANARY9z",))
        words = [ONE, ONE.partition("--")[2], digest, "CANARY9z", "derived"]
        with three.aaa.database.read() as connection:
            assert ONE not in {name for name, _ in reachable(connection, done.id)}
        sent = []
        opened = three.bbb.signer.open

        def noting(*given):
            plain = opened(*given)
            sent.append(plain)
            return plain

        monkeypatch.setattr(three.bbb.signer, "open", noting)
        release.share(three.aaa, [done.id], BBB)
        three.carry()
        export = b"".join(part.body for part in holdings.export(three.aaa, holdings.Selection(ids=(done.id,))))
        found = holdings.find(three.aaa, "C2", 99)
        withdrawal.recall(three.aaa, [done.id], why="Wrong.")
        three.carry()
        assert done.id.encode() in export
        assert done.id in {each["id"] for each in found}
        assert any(done.id.encode() in each for each in sent)
        shown = [each.as_json() for each in holdings.show(three.bbb, done.id)]
        explained = [release.explain(three.aaa, done.id, to).as_json() for to in (AAA, BBB, CCC)]
        listed = [each for each in found if each["id"] == done.id]
        for said in (b"".join(sent), export, *(orjson.dumps(each, default=str) for each in (shown, explained, listed))):
            assert not [each for each in words if each.encode() in said]
