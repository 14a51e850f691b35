# SPDX-License-Identifier: MIT
"""Readers within a node, on both databases: what the gate lets them see, as sets, and nothing about the rest."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_readers import HOME, POLICE, Reader, let_in, pair
from making_release import LATER, audited, indicator, report, take_in, uid
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES, UNKNOWN
from tasuki.core.holdings.model import PersonalData
from tasuki.core.markings.lattice import WIDEST
from tasuki.services import holdings, persons, release
from tasuki.store import holdings as store

OWN = BASES["own-analysis"]
CERT_POLICY = "AAA/cert:policy"


def I(number):  # noqa: E743, N802 short, as it stands in many lists
    return uid("indicator", number)


@pytest.fixture
def two(node_url, tmp_path):
    with pair(tmp_path, node_url) as made:
        yield made


@pytest.fixture
def node(two):
    return two.aaa


def hold_everything(node):
    take_in(node, indicator(1, "clear"), indicator(2, "green"), indicator(3, "amber"), indicator(4, "amber+strict"))
    take_in(node, indicator(5, "amber"), caveats=(("AAA/cert",),))
    take_in(node, indicator(6, "amber"), caveats=((POLICE,),))
    take_in(node, indicator(7, "red"), caveats=((f"{POLICE}@mori",),))
    take_in(node, indicator(8))
    take_in(node, indicator(9, "green"), handling=UNKNOWN)
    take_in(node, indicator(10, "green"), handling=replace(OWN, personal_data=PersonalData.YES))
    take_in(node, report(11, "green", object_refs=[I(5)]), report(12, "green", object_refs=[I(2)]))
    take_in(node, indicator(13, "green", description=f"see {I(5)}"))


def recall(node, ids):
    """Do with holdings what a recall does with them."""
    node.database.write(lambda connection: store.bury(connection, "local", ids, node.clock.now()))


SEEN = {
    "police": [uid("report", 12), I(6), I(4), I(3), I(2), I(1)],
    "policy": [uid("report", 12), uid("report", 11), I(13), I(5), I(4), I(3), I(2), I(1)],
    "mori": [uid("report", 12), I(7), I(6), I(4), I(3), I(2), I(1)],
}


def in_order(ids, node):
    """Sort ids as the home lists them."""
    everything = Reader(node).ids()
    return sorted(ids, key=everything.index)


@pytest.mark.parametrize(("who", "desk"), [("police", POLICE), ("policy", CERT_POLICY), ("mori", POLICE)])
def test_lists_searches_exports_and_single_answers_show_the_same(node, who, desk):
    hold_everything(node)
    reader = let_in(node, who, desk)
    wanted = in_order(SEEN[who], node)
    assert reader.ids() == wanted
    assert reader.taken() == wanted[::-1]
    assert reader.found("example") == [each for each in wanted if each.startswith("indicator")]
    for stix_id in Reader(node).ids():
        status = reader.ask("GET", f"/holdings/{stix_id}").status_code
        assert status == (200 if stix_id in wanted else 422), stix_id


def test_the_home_sees_everything_of_its_own(node):
    hold_everything(node)
    assert len(Reader(node).ids()) == 14 - 1
    assert len(let_in(node, "bell", HOME).ids()) == 13


def test_what_may_not_be_seen_is_answered_like_what_is_not_held(node):
    hold_everything(node)
    reader = let_in(node, "hill")
    hidden, absent = I(5), uid("indicator", 999)
    asked = [
        ("GET", "/holdings/{}", {}),
        ("GET", "/holdings/{}?view=2.1", {}),
        ("GET", f"/release/explain/{{}}?to={POLICE}@hill", {}),
        ("POST", "/holdings/export", {"json": {"ids": ["{}"]}}),
        ("POST", "/holdings/export", {"json": {"ids": [I(1), "{}"]}}),
        ("POST", "/holdings/export", {"json": {"ids": ["{}"], "types": ["indicator"], "newest": True}}),
        ("GET", "/holdings?after={}@" + "0" * 64, {}),
        ("GET", "/holdings/find?words=example&after={}@" + "0" * 64, {}),
    ]
    for method, path, body in asked:
        answers = []
        for stix_id in (hidden, absent):
            filled = {"json": _filled(body["json"], stix_id)} if body else {}
            answer = reader.ask(method, path.format(stix_id), **filled)
            said = answer.content.replace(stix_id.encode(), b"ID")
            answers.append((answer.status_code, sorted(answer.headers.items()), said))
        assert answers[0] == answers[1], path
        assert answers[0][0] == 422


def _filled(body, stix_id):
    return {**body, "ids": [each.format(stix_id) for each in body["ids"]]}


def test_a_cursor_names_the_last_object_and_goes_on_after_it(node):
    hold_everything(node)
    reader = let_in(node, "hill")
    whole = reader.ids()
    for size in (1, 2, 5):
        pages, after = [], ""
        while page := reader.ask("GET", "/holdings", params={"limit": size, "after": after}).json():
            pages += [each["id"] for each in page]
            after = f"{page[-1]['id']}@{page[-1]['sha256']}"
        assert pages == whole


def test_a_cursor_that_names_what_is_hidden_is_none(node):
    hold_everything(node)
    reader, home = let_in(node, "hill"), Reader(node).ask("GET", "/holdings", params={"limit": 100}).json()
    answers = {
        reader.ask("GET", "/holdings", params={"after": after}).content
        for each in home
        if each["id"] not in reader.ids()
        for after in (f"{each['id']}@{each['sha256']}", f"{each['id']}@{each['sha256']}@local")
    }
    answers |= {reader.ask("GET", "/holdings", params={"after": each}).content for each in ("x", "@", "5", "é@@@")}
    assert len(answers) == 1
    seen = next(each for each in home if each["id"] == I(2))
    with_source = reader.ask("GET", "/holdings", params={"after": f"{seen['id']}@{seen['sha256']}@local"})
    assert with_source.content in answers


def test_the_home_goes_on_after_the_last_holding_of_a_source(node):
    hold_everything(node)
    page = Reader(node).ask("GET", "/holdings", params={"limit": 3}).json()
    last = f"{page[-1]['id']}@{page[-1]['sha256']}@{page[-1]['source']}"
    rest = Reader(node).ids(after=last)
    assert [each["id"] for each in page] + rest == Reader(node).ids()


def test_a_reader_sees_of_a_holding_what_a_partner_would_get(node):
    take_in(node, indicator(1, "amber"))
    (shown,) = let_in(node, "hill").ask("GET", f"/holdings/{I(1)}").json()
    assert set(shown) == {
        "id", "type", "spec_version", "originator", "sha256", "size", "label", "handling", "body",
    }  # fmt: skip
    (line,) = let_in(node, "mori").ask("GET", "/holdings").json()
    assert set(line) == {"id", "type", "spec_version", "originator", "sha256", "name"}


def test_only_the_newest_version_is_seen(node):
    take_in(node, indicator(1, "green", name="older"))
    take_in(node, indicator(1, "green", name="newer", modified=LATER))
    reader = let_in(node, "hill")
    assert [each["name"] for each in reader.ask("GET", "/holdings").json()] == ["newer"]
    assert reader.found("older") == []
    assert reader.found("newer") == [I(1)]


def test_a_reader_names_no_source_and_asks_only_about_itself(node):
    take_in(node, indicator(1, "amber"))
    reader = let_in(node, "hill")
    assert reader.ask("GET", "/holdings?source=local").json()["error"]["code"] == "holdings.no-sources"
    for to in (POLICE, HOME, "BBB/cert:csirt", f"{POLICE}@mori", "x"):
        answer = reader.ask("GET", f"/release/explain/{I(1)}", params={"to": to})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "persons.only-itself")
    told = reader.ask("GET", f"/release/explain/{I(1)}", params={"to": f"{POLICE}@hill"}).json()
    assert (told["allowed"], told["rule"]) == (True, "R13")
    assert (told["closure"], told["narrowed_by"]) == (None, [])


def test_what_a_partner_addressed_to_a_desk_is_read_there_and_elsewhere_not(two):
    take_in(two.bbb, indicator(1, "amber"), indicator(2, "amber"), indicator(3, "green"))
    release.share(two.bbb, [I(1)], Audience.parse(POLICE))
    release.share(two.bbb, [I(2), I(3)], Audience.parse(HOME))
    two.carry()
    police, policy = let_in(two.aaa, "hill"), let_in(two.aaa, "reed", CERT_POLICY)
    assert sorted(police.ids()) == [I(1), I(3)]
    assert policy.ids() == [I(3)]
    assert police.taken() == police.ids()[::-1]
    assert sorted(Reader(two.aaa).ids()) == [I(1), I(2), I(3)]


def test_red_of_a_partner_is_read_by_the_person_it_names_and_not_by_who_runs_the_node(two):
    bell = f"{HOME}@bell"
    take_in(two.bbb, indicator(1, "red"), caveats=((bell,),))
    release.share(two.bbb, [I(1)], Audience.parse(bell))
    two.carry()
    home, reader, other = Reader(two.aaa), let_in(two.aaa, "bell", HOME), let_in(two.aaa, "hill", HOME)
    for nobody in (home, other, let_in(two.aaa, "mori")):
        assert nobody.ids() == nobody.taken() == nobody.found("example") == []
        assert nobody.ask("GET", f"/holdings/{I(1)}").status_code == 422
    codes = [each.ask("GET", f"/holdings/{I(1)}").json()["error"]["code"] for each in (home, other, nobody)]
    assert codes == ["release.red", "release.red-person", "release.not-held"]
    assert reader.ids() == reader.taken() == [I(1)]
    assert reader.ask("GET", f"/holdings/{I(1)}").status_code == 200


def test_an_embargo_opens_and_an_end_closes_as_time_passes_and_as_a_clock_is_put_back(two):
    node, hands = two.aaa, two.hands
    reader, start = let_in(node, "hill"), hands.now
    take_in(node, indicator(1, "green"), besides=replace(WIDEST, embargo=start + timedelta(hours=1), ahead=frozenset()))
    take_in(node, indicator(2, "green"), besides=replace(WIDEST, until=start + timedelta(hours=1)))
    for hours, seen in ((0, [I(2)]), (1, [I(1)]), (2, [I(1)]), (0, [I(2)]), (1, [I(1)])):
        hands.now = start + timedelta(hours=hours)
        assert reader.ids() == seen
        assert reader.taken() == seen


def test_what_is_due_is_seen_no_more(two):
    node, hands = two.aaa, two.hands
    take_in(node, indicator(1, "green"), handling=replace(OWN, dispose_by=hands.now + timedelta(hours=1)))
    take_in(node, indicator(2, "green"), indicator(3, "green"))
    reader = let_in(node, "hill")
    assert len(reader.ids()) == 3
    hands.now += timedelta(hours=1)
    assert reader.ids() == reader.found("example") == [I(3), I(2)]
    assert reader.ask("GET", f"/holdings/{I(1)}").status_code == 422


def test_what_was_recalled_is_seen_no_more_whoever_else_gave_it(two):
    node = two.aaa
    take_in(two.bbb, indicator(1, "green", name="theirs", modified=LATER))
    release.share(two.bbb, [I(1)], Audience.parse(HOME))
    take_in(node, indicator(1, "green", name="ours"), indicator(2, "green"))
    two.carry()
    reader = let_in(node, "hill")
    assert [each["name"] for each in reader.ask("GET", "/holdings").json()] == [None, "ours"]
    recall(node, [I(1)])
    assert reader.ids() == reader.taken() == [I(2)]


def test_an_export_ends_when_its_reader_is_removed(node, monkeypatch):
    monkeypatch.setattr(holdings, "_OPEN_BYTES", 1)
    take_in(node, *(indicator(number, "green") for number in range(1, 6)))
    token = persons.add(node, "hill", POLICE).token
    parts = holdings.export(node, holdings.Selection(), by=persons.who(node, token))
    next(parts)
    persons.remove(node, "hill")
    with pytest.raises(CallerError):
        list(parts)


def test_an_export_says_in_the_audit_log_who_took_it(node):
    take_in(node, indicator(1, "green"))
    let_in(node, "hill").taken()
    (entry,) = audited(node, "holdings:bundle:export")
    assert (entry["audience"], entry["person"]) == (f"{POLICE}@hill", "hill")


def test_an_explanation_says_nothing_of_another_sources_copy(two):
    take_in(two.bbb, indicator(1, "green", name="theirs"))
    release.share(two.bbb, [I(1)], Audience.parse(HOME))
    take_in(two.aaa, indicator(1, "clear", name="ours"))
    reader = let_in(two.aaa, "hill")
    ask = lambda: reader.ask("GET", f"/release/explain/{I(1)}", params={"to": f"{POLICE}@hill"}).content  # noqa: E731
    before, shown = ask(), reader.ask("GET", f"/holdings/{I(1)}").content
    two.carry()
    assert (ask(), reader.ask("GET", f"/holdings/{I(1)}").content) == (before, shown)


def test_red_that_refers_to_what_its_reader_was_not_given_waits_for_it(two):
    bell = f"{HOME}@bell"
    take_in(two.bbb, indicator(1, "green"))
    take_in(two.bbb, report(2, "red", object_refs=[I(1)]), caveats=((bell,),))
    release.share(two.bbb, [I(1)], Audience.parse(POLICE))
    release.share(two.bbb, [uid("report", 2)], Audience.parse(bell))
    two.carry()
    reader = let_in(two.aaa, "bell", HOME)
    assert reader.ids() == [I(1)]
    release.share(two.bbb, [I(1)], Audience.parse(HOME))
    two.carry()
    assert sorted(reader.ids()) == [I(1), uid("report", 2)]
