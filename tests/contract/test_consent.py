# SPDX-License-Identifier: MIT
"""What was agreed to is kept on both databases alike: grants, what left under them, requests, words, agreements."""

from __future__ import annotations

from datetime import timedelta

import pytest

from making_rows import NOW, hold, row
from tasuki.base.errors import WorldError
from tasuki.base.ids import Audience, NodeName
from tasuki.core.channel.model import Arrival
from tasuki.core.release.circumstances import Grant, GrantKind
from tasuki.store import consent

CCC = Audience.parse("CCC/cert:csirt")
POLICE = Audience.parse("CCC/police:csirt")
ID = "indicator--00000000-0000-4000-8000-000000000001"
UUID = "01890a5d-ac96-474b-8cce-b302099a8057"


def grant(digest="a" * 64, by="AAA", audience=CCC, **changes):
    whole = {
        "kind": GrantKind.ONWARD, "by": by, "digest": digest, "audience": audience, "purpose": "cyber-defence",
        "until": NOW + timedelta(microseconds=1),
    }  # fmt: skip
    return Grant(**{**whole, **changes})


def kept(database, *digests):
    with database.read() as connection:
        return consent.grants(connection, digests)


def add(database, under, *grants):
    database.write(lambda c: consent.add_grants(c, [(ID, each) for each in grants], under))


def test_a_grant_is_kept_to_the_microsecond_and_found_by_its_version(database):
    add(database, "one", grant(), grant("b" * 64, kind=GrantKind.LIFE, by=None))
    (first,) = kept(database, "a" * 64)
    assert first == grant(number=first.number)
    (second,) = kept(database, "b" * 64)
    assert (second.kind, second.by) == (GrantKind.LIFE, None)
    assert kept(database, "c" * 64) == []


def test_many_versions_are_asked_about_at_once(database):
    digests = [f"{number:064x}" for number in range(1200)]
    add(database, "one", *map(grant, digests))
    assert len(kept(database, *digests)) == 1200


def test_what_is_withdrawn_counts_no_more_and_is_named_once(database):
    add(database, "one", grant(), grant("b" * 64))
    add(database, "two", grant())
    withdrawn = database.write(lambda c: consent.withdraw_grants(c, "one"))
    assert len(withdrawn) == 2
    assert database.write(lambda c: consent.withdraw_grants(c, "one")) == []
    assert len(kept(database, "a" * 64, "b" * 64)) == 1
    with database.read() as connection:
        assert consent.is_anything_granted(connection)
    database.write(lambda c: consent.withdraw_grants(c, "two"))
    with database.read() as connection:
        assert not consent.is_anything_granted(connection)


class TestLeft:
    """What left under a consent is found by its withdrawal, and nothing that stood on another."""

    @pytest.fixture
    def position(self, database):
        return hold(database, row(1))

    def left(self, database, under):
        def work(connection):
            return consent.left_under(connection, consent.withdraw_grants(connection, under))

        return [(str(each.audience), each.position) for each in database.write(work)]

    def note(self, database, position, *numbers, audience=CCC):
        database.write(lambda c: consent.note_reliance(c, str(audience), position, numbers))

    def numbers(self, database, *digests):
        return [each.number for each in kept(database, *digests)]

    def test_under_the_one_alone(self, database, position):
        add(database, "one", grant())
        self.note(database, position, *self.numbers(database, "a" * 64))
        self.note(database, position, *self.numbers(database, "a" * 64))
        assert self.left(database, "one") == [(str(CCC), position)]

    def test_not_under_another_for_the_same_version_by_the_same_originator(self, database, position):
        add(database, "one", grant())
        add(database, "two", grant())
        self.note(database, position, *self.numbers(database, "a" * 64))
        assert self.left(database, "one") == []
        assert self.left(database, "two") == [(str(CCC), position)]

    def test_again_with_the_last_grant_of_the_same_say_until_it_was_called_back(self, database, position):
        add(database, "one", grant())
        self.note(database, position, *self.numbers(database, "a" * 64))
        add(database, "two", grant())
        add(database, "three", grant(by="DDD"))
        assert self.left(database, "one") == [(str(CCC), position)]
        assert self.left(database, "three") == []
        departed = consent.Departed(audience=CCC, position=position, stix_id=ID)
        assert self.left(database, "two") == [(str(CCC), position)]
        add(database, "four", grant())
        database.write(lambda c: consent.forget_reliance(c, departed))
        assert self.left(database, "four") == []

    @pytest.mark.parametrize("beside", [grant(by="DDD"), grant("b" * 64)], ids=["another's", "another version"])
    def test_but_under_what_says_something_else(self, database, position, beside):
        add(database, "one", grant())
        add(database, "two", beside)
        self.note(database, position, *self.numbers(database, "a" * 64, "b" * 64))
        assert self.left(database, "one") == [(str(CCC), position)]

    def test_each_audience_by_itself(self, database, position):
        add(database, "one", grant())
        add(database, "two", grant(audience=POLICE))
        first, second = self.numbers(database, "a" * 64)
        self.note(database, position, first)
        self.note(database, position, second, audience=POLICE)
        assert self.left(database, "two") == [(str(POLICE), position)]

    def test_nothing_left_under_what_was_never_used(self, database, position):
        add(database, "one", grant())
        assert self.left(database, "one") == []
        assert position


class TestRequests:
    def keep(self, database, asker="BBB", name=UUID, body=b"{}"):
        database.write(lambda c: consent.keep_request(c, asker=asker, asked="AAA", request=name, body=body, at=NOW))

    def test_are_found_by_id_and_newest_first(self, database):
        self.keep(database)
        self.keep(database, asker="CCC")
        with database.read() as connection:
            assert [each.asker for each in consent.request(connection, UUID)] == ["BBB", "CCC"]
            assert [each.asker for each in consent.requests(connection, 1)] == ["CCC"]
            assert len(consent.undecided(connection, "AAA")) == 2
            assert consent.undecided(connection, "BBB") == consent.request(connection, "?") == []

    def test_have_an_id_once_for_each_asker(self, database):
        self.keep(database)
        with pytest.raises(WorldError):
            self.keep(database, body=b"other")

    def test_keep_the_decision_that_counts(self, database):
        self.keep(database)
        with database.read() as connection:
            (asked,) = consent.request(connection, UUID)
        assert (asked.decision, asked.decided_at, asked.why, asked.at) == (None, None, "", NOW)
        database.write(lambda c: consent.decide(c, asked.number, "granted", NOW, "Fine."))
        with database.read() as connection:
            (asked,) = consent.request(connection, UUID)
            assert consent.undecided(connection, "AAA") == []
        assert (asked.decision, asked.decided_at, asked.why) == ("granted", NOW, "Fine.")


def test_every_word_is_kept_as_it_came_with_its_flag(database):
    arrival = Arrival(
        env_id=UUID, partner="CCC", sender=NodeName.parse("CCC/ccc-1"), lane="urgent", type="consent",
        in_reply_to=None, created=NOW, payload=b'{"a":1}',
    )  # fmt: skip
    for flag in (None, '{"code":"x"}'):
        database.write(lambda c, flag=flag: consent.keep_said(c, arrival, UUID, NOW, flag))
    with database.read() as connection:
        said = consent.said(connection, UUID, 9)
        assert consent.said(connection, None, 1) == said[:1]
        assert consent.said(connection, "another", 9) == []
    assert [(each.partner, each.body, each.flag) for each in said] == [
        ("CCC", b'{"a":1}', '{"code":"x"}'), ("CCC", b'{"a":1}', None),
    ]  # fmt: skip


def test_an_agreement_moves_with_who_moved_it_and_why(database):
    def work(connection):
        return consent.add_agreement(
            connection, kind=GrantKind.LIFE, stix_id=ID, body=b"{}", by="mori", at=NOW, state="proposed"
        )

    number = database.write(work)
    database.write(lambda c: consent.move_agreement(c, number, "in-force", by="bell", at=NOW, why="It is so."))
    with database.read() as connection:
        found = consent.agreement(connection, number)
        assert consent.agreements(connection, 9, ID) == consent.agreements(connection, 9) == [found]
        assert consent.agreements(connection, 9, "another") == []
        assert consent.agreement(connection, 99) is None
    assert (found.made_by, found.state, found.decided_by, found.decided_at, found.why) == (
        "mori", "in-force", "bell", NOW, "It is so.",
    )  # fmt: skip
