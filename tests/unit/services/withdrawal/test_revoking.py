# SPDX-License-Identifier: MIT
"""What we made and was wrong is revoked: it stays readable, matches nowhere, and everybody who got it knows."""

import json

import pytest

from making_release import AAA, BBB, CCC, LATER, audited, indicator, raw_of, states, take_in, three_nodes, uid
from making_withdrawal import bodies, explained, give, made, matches, received, told
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.services import holdings as showing
from tasuki.services import release, withdrawal
from tasuki.services.channel import push, seal_next
from tasuki.services.withdrawal.hearing import PASSED_ON, STATEMENT
from tasuki.store import channel, holdings

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
POLICY = Audience.parse("BBB/cert:policy")
WHY = "The sample was benign."


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


@pytest.fixture
def revoked(three):
    give(three.aaa, BBB, indicator(1, "amber", name="wolf"), indicator(2, "amber"))
    three.carry()
    assert matches(three.bbb, ONE)
    three.answer = withdrawal.revoke(three.aaa, [ONE], why=WHY)
    three.carry()
    return three


@pytest.mark.parametrize("who", ["aaa", "bbb"])
def test_it_matches_no_longer_and_stays_readable_and_found(revoked, who):
    node = getattr(revoked, who)
    assert not matches(node, ONE)
    assert matches(node, TWO)
    old, new = bodies(node, ONE)
    assert (old["name"], new["name"], new["revoked"]) == ("wolf", "wolf", True)
    assert [each["id"] for each in showing.find(node, "wolf", 9)] == [ONE]


def test_the_version_is_the_same_otherwise_canonical_and_later_and_ours(revoked):
    (_, new) = showing.show(revoked.aaa, ONE)
    at = "2026-03-01T12:00:01.000Z"
    made_of = canonical({**indicator(1, "amber", name="wolf"), "modified": at, "revoked": True})
    with revoked.bbb.database.read() as connection:
        (body,) = [
            each
            for each in holdings.sealed(connection, range(9))
            if each.stix_id == ONE and each.digest.hex() == new.holding.digest
        ]
    assert revoked.bbb.vault.open(body.ciphertext, body.wrapped, body.digest) == made_of
    assert (new.holding.source, new.holding.originator) == ("local", "AAA")
    assert new.handling == showing.show(revoked.aaa, ONE)[0].handling
    assert revoked.answer["modified"] == at


def test_the_act_says_what_goes_and_who_is_told(revoked):
    assert revoked.answer["ids"] == [ONE]
    assert revoked.answer["queued"] == [{"audience": "BBB/cert:csirt", "count": 1}]
    assert revoked.answer["withheld"] == []
    assert told(revoked.answer) == {("BBB", "revoke"): 1}
    (entry,) = audited(revoked.aaa, "withdrawal:objects:revoke")
    assert (entry["ids"], entry["why"]) == ([ONE], WHY)


def test_the_partner_attests_that_it_holds_the_revoked_version(revoked):
    assert made(revoked.aaa) == [("BBB", "revoke", [ONE], {"replaced": 1})]
    assert received(revoked.bbb) == [("AAA", "revoke", [ONE], {"replaced": 1})]
    (notice,) = withdrawal.withdrawals(revoked.bbb, limit=9).received
    assert notice.why == WHY
    assert notice.attested.statement == STATEMENT["revoke"]


def test_whoever_may_not_have_the_version_stops_all_the_same(three):
    give(three.aaa, BBB, indicator(1, "amber"))
    three.carry()
    release.mark(three.aaa, [ONE], level="red")
    answer = withdrawal.revoke(three.aaa, [ONE], why=WHY)
    assert answer["queued"] == []
    (stays,) = answer["withheld"]
    assert (stays["audience"], stays["count"], stays["code"], stays["rule"]) == (
        "BBB/cert:csirt",
        1,
        "release.red",
        "R5",
    )
    three.carry()
    assert made(three.aaa) == [("BBB", "revoke", [ONE], {"use-stopped": 1})]
    assert not matches(three.bbb, ONE)
    assert len(bodies(three.bbb, ONE)) == 1


def test_the_version_goes_to_every_audience_that_got_any_and_to_no_other(three):
    give(three.aaa, BBB, indicator(1, "amber"))
    three.carry()
    give(three.aaa, POLICY, indicator(1, "amber", modified=LATER))
    release.share(three.aaa, [ONE], CCC)
    three.carry()
    give(three.aaa, CCC, indicator(2, "amber"))
    answer = withdrawal.revoke(three.aaa, [ONE, TWO], why=WHY)
    assert {each["audience"]: each["count"] for each in answer["queued"]} == {
        "BBB/cert:csirt": 1,
        "BBB/cert:policy": 1,
        "CCC/cert:csirt": 1,
    }
    assert told(answer) == {("BBB", "revoke"): 1, ("CCC", "revoke"): 1}
    three.carry()
    assert {node.me.participant: received(node)[0][2] for node in (three.bbb, three.ccc)} == {
        "BBB": [ONE],
        "CCC": [ONE],
    }
    assert states(three.bbb, TWO) == states(three.ccc, TWO) == []


def test_what_was_revoked_goes_no_further_and_what_says_so_does(three):
    give(three.aaa, BBB, indicator(1, "clear"))
    three.carry()
    release.mark(three.aaa, [ONE], level="red")
    withdrawal.revoke(three.aaa, [ONE], why=WHY)
    three.carry()
    assert list(release.share(three.bbb, [ONE], CCC).reasons) == ["release.withdrawn"]
    give(three.aaa, BBB, indicator(2, "clear"))
    three.carry()
    withdrawal.revoke(three.aaa, [TWO], why=WHY)
    three.carry()
    assert release.share(three.bbb, [TWO], CCC).released == 1


def test_it_is_listed_as_revoked(revoked):
    for node in (revoked.aaa, revoked.bbb):
        newest = showing.listed(node, types=(), sources=(), limit=9)[0]
        assert (newest["id"], newest["flags"]) == (ONE, ["revoked"])


def test_what_is_sealed_and_comes_after_its_notice_is_never_used(three):
    give(three.aaa, BBB, indicator(1, "amber"))
    assert seal_next(three.aaa, "BBB", "bulk")
    release.mark(three.aaa, [ONE], level="red")
    withdrawal.revoke(three.aaa, [ONE], why=WHY)
    while seal_next(three.aaa, "BBB", "urgent") or push(three.aaa, "BBB", "urgent"):
        pass
    assert states(three.bbb, ONE) == []
    three.carry()
    assert states(three.bbb, ONE) == [("AAA", "held")]
    assert not matches(three.bbb, ONE)
    assert made(three.aaa) == [("BBB", "revoke", [ONE], {"never-held": 1})]


def test_whoever_got_a_partners_copy_is_told_in_our_own_words(three):
    give(three.aaa, BBB, indicator(1, "clear"))
    three.carry()
    release.share(three.bbb, [ONE], CCC)
    three.carry()
    assert matches(three.ccc, ONE)
    withdrawal.revoke(three.aaa, [ONE], why="It names our informant.")
    three.carry()
    assert not matches(three.ccc, ONE)
    (notice,) = withdrawal.withdrawals(three.ccc, limit=9).received
    assert (notice.partner, notice.verb, notice.why) == ("BBB", "revoke", PASSED_ON["revoke"])
    assert made(three.bbb) == [("CCC", "revoke", [ONE], {"use-stopped": 1})]
    (entry,) = audited(three.bbb, "withdrawal:revoke:received")
    assert entry["passed_on"] == [{"partner": "CCC", "verb": "revoke", "ids": 1}]
    with three.aaa.database.read() as connection:
        assert all(b"CCC" not in body for _, body, _ in channel.messages(connection, "attestation"))


def test_a_partner_that_revokes_takes_nothing_from_another_source(three):
    give(three.aaa, BBB, indicator(1, "clear"))
    three.carry()
    take_in(three.bbb, indicator(1, "clear", name="found here too"))
    withdrawal.revoke(three.aaa, [ONE], why=WHY)
    three.carry()
    assert matches(three.bbb, ONE)
    assert made(three.aaa)[0][3] == {"replaced": 1}


def test_what_we_revoked_is_out_of_use_here_whoever_else_gave_it(three):
    give(three.aaa, BBB, indicator(1, "clear"))
    three.carry()
    release.share(three.bbb, [ONE], AAA)
    three.carry()
    assert ("BBB", "held") in states(three.aaa, ONE)
    withdrawal.revoke(three.aaa, [ONE], why=WHY)
    assert not matches(three.aaa, ONE)


def test_a_version_our_people_bring_in_revoked_counts_too(three):
    take_in(three.aaa, indicator(1, "clear"))
    assert matches(three.aaa, ONE)
    take_in(three.aaa, indicator(1, "clear", modified=LATER, revoked=True))
    assert not matches(three.aaa, ONE)


def test_all_of_one_act_have_one_moment_later_than_every_version(three):
    take_in(three.aaa, indicator(1, "amber", modified="2030-01-01T00:00:00.0005Z"), indicator(2, "amber"))
    answer = withdrawal.revoke(three.aaa, [ONE, TWO, ONE], why=WHY)
    assert (answer["ids"], answer["modified"]) == ([ONE, TWO], "2030-01-01T00:00:00.001Z")
    assert {bodies(three.aaa, each)[-1]["modified"] for each in (ONE, TWO)} == {"2030-01-01T00:00:00.001Z"}


def test_a_version_is_never_released_more_widely_than_the_one_before(three):
    take_in(three.aaa, indicator(1), levels=("amber",), caveats=(("BBB/cert:csirt",),))
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    withdrawal.revoke(three.aaa, [ONE], why=WHY)
    assert (explained(three.aaa, ONE, CCC), explained(three.aaa, ONE, BBB)) == ("R6", "R13")
    three.carry()
    assert bodies(three.bbb, ONE)[-1]["revoked"] is True


def test_what_left_use_before_is_attested_as_that(three):
    give(three.aaa, BBB, indicator(1, "amber"), indicator(2, "amber"))
    three.carry()
    showing.dispose(three.bbb, [TWO])
    withdrawal.recall(three.aaa, [ONE], why=WHY)
    three.carry()
    take_in(three.aaa, indicator(1, "amber", modified=LATER))
    withdrawal.revoke(three.aaa, [ONE, TWO], why=WHY)
    three.carry()
    # The recalled id goes nowhere again; of the other the revoked version came.
    assert made(three.aaa)[0] == ("BBB", "revoke", [ONE, TWO], {"not-in-use": 1, "replaced": 1})
    assert explained(three.aaa, ONE, BBB) == "R0"


def test_a_partner_trusted_no_longer_gets_no_version_and_the_act_goes_on(three):
    give(three.aaa, BBB, indicator(1, "amber"))
    release.share(three.aaa, [ONE], CCC)
    three.carry()
    three.aaa.database.write(lambda c: c.execute(channel.PARTNERS.update().values(state="ended").where(
        channel.PARTNERS.c.participant == "BBB")))  # fmt: skip
    answer = withdrawal.revoke(three.aaa, [ONE], why=WHY)
    assert [each["audience"] for each in answer["queued"]] == ["CCC/cert:csirt"]
    assert [(each["audience"], each["code"]) for each in answer["withheld"]] == [
        ("BBB/cert:csirt", "services.unknown-partner")
    ]
    assert told(answer) == {("BBB", "revoke"): 1, ("CCC", "revoke"): 1}


class TestRefused:
    """Nothing is revoked that is not ours to revoke, and nothing by halves."""

    def refused(self, node, *ids):
        with pytest.raises(InputError) as caught:
            withdrawal.revoke(node, ids, why=WHY)
        return caught.value.reason.code

    def test_what_a_partner_gave(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        take_in(three.bbb, indicator(2, "clear"))
        assert self.refused(three.bbb, TWO, ONE) == "withdrawal.not-ours"
        assert matches(three.bbb, TWO)
        assert states(three.bbb, TWO) == [("local", "held")]

    @pytest.mark.parametrize("basis", ["open-source", "commercial"])
    def test_what_others_made_and_we_found(self, three, basis):
        take_in(three.aaa, indicator(1, "clear"), handling=BASES[basis])
        assert self.refused(three.aaa, ONE) == "withdrawal.not-ours"

    def test_what_was_never_held(self, three):
        assert self.refused(three.aaa, ONE) == "release.not-held"

    def test_what_was_revoked_already(self, three):
        take_in(three.aaa, indicator(1, "clear"))
        withdrawal.revoke(three.aaa, [ONE], why=WHY)
        assert self.refused(three.aaa, ONE) == "withdrawal.already-revoked"

    def test_what_was_recalled_and_is_held_no_longer(self, three):
        take_in(three.aaa, indicator(1, "clear"))
        withdrawal.recall(three.aaa, [ONE], why=WHY)
        assert self.refused(three.aaa, ONE) == "release.not-held"

    def test_what_has_no_versions(self, three):
        address = {"type": "ipv4-addr", "spec_version": "2.1", "id": uid("ipv4-addr", 1), "value": "192.0.2.1"}
        take_in(three.aaa, address)
        assert self.refused(three.aaa, address["id"]) == "withdrawal.no-versions"

    @pytest.mark.parametrize("why", ["", "x" * 501, "two\nlines"])
    def test_without_a_sentence(self, three, why):
        take_in(three.aaa, indicator(1, "clear"))
        with pytest.raises(CallerError):
            withdrawal.revoke(three.aaa, [ONE], why=why)

    def test_what_changed_meanwhile(self, three, monkeypatch):
        take_in(three.aaa, indicator(1, "clear"))
        write = three.aaa.database.write

        def late(work):
            monkeypatch.undo()
            take_in(three.aaa, indicator(1, "clear", modified=LATER))
            return write(work)

        monkeypatch.setattr(three.aaa.database, "write", late)
        assert self.refused(three.aaa, ONE) == "withdrawal.changed"
        assert [each["modified"] for each in bodies(three.aaa, ONE)] == [
            json.loads(raw_of(indicator(1)))["modified"],
            LATER,
        ]
