# SPDX-License-Identifier: MIT
"""Each partner hears of the ids it got and of no others, by the verb that fits what it may still have."""

from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.ids import Audience
from tasuki.core.withdrawal.model import Left, Verb, Word
from tasuki.core.withdrawal.telling import called_back, narrowed, told

CSIRT, POLICE, CANBERRA = (Audience.parse(each) for each in ("JPN/nco:csirt", "JPN/npa:police", "AUS/acsc:csirt"))
JPN = Audience.parse("JPN")
AUDIENCES = st.sampled_from([CSIRT, POLICE, CANBERRA, JPN])
IDS = st.sampled_from(["a", "b", "c"])
LEFT = st.lists(st.builds(Left, audience=AUDIENCES, stix_id=IDS), max_size=12)
MAY = st.sets(st.tuples(AUDIENCES, IDS))


def left(*pairs):
    return [Left(audience=audience, stix_id=stix_id) for audience, stix_id in pairs]


def no(_audience, _stix_id):
    return False


def yes(_audience, _stix_id):
    return True


def test_a_partner_hears_once_of_each_id_whoever_of_its_audiences_got_it():
    words = told(Verb.REVOKE, left((POLICE, "b"), (CSIRT, "b"), (CSIRT, "a"), (CANBERRA, "c")))
    assert words == [
        Word(partner="AUS", verb=Verb.REVOKE, ids=("c",)),
        Word(partner="JPN", verb=Verb.REVOKE, ids=("a", "b")),
    ]


def test_what_one_audience_may_keep_is_narrowed_and_what_none_may_is_recalled():
    went = left((POLICE, "a"), (CSIRT, "a"), (POLICE, "b"), (CANBERRA, "a"))
    words = narrowed(went, lambda audience, _: audience == CSIRT)
    assert words == [
        Word(partner="AUS", verb=Verb.RECALL, ids=("a",)),
        Word(partner="JPN", verb=Verb.NARROW, ids=("a",)),
        Word(partner="JPN", verb=Verb.RECALL, ids=("b",)),
    ]


def test_what_is_called_back_from_one_audience_is_left_to_another_that_may_have_it():
    went = left((POLICE, "a"), (CSIRT, "a"), (POLICE, "b"), (CANBERRA, "a"), (CANBERRA, "b"))
    words = called_back(went, [POLICE], lambda audience, _: audience == CSIRT)
    assert words == [
        Word(partner="JPN", verb=Verb.NARROW, ids=("a",), kept_by=frozenset({CSIRT})),
        Word(partner="JPN", verb=Verb.RECALL, ids=("b",)),
    ]


def test_what_different_audiences_keep_is_told_apart():
    went = left((CSIRT, "a"), (POLICE, "a"), (JPN, "a"), (CSIRT, "b"), (POLICE, "b"), (JPN, "b"))
    kept = {"a": {CSIRT}, "b": {CSIRT, POLICE}}
    words = called_back(went, [JPN], lambda audience, stix_id: audience in kept[stix_id])
    assert {word.ids: word.kept_by for word in words} == {("a",): {CSIRT}, ("b",): {CSIRT, POLICE}}
    assert {word.verb for word in words} == {Verb.NARROW}


def test_an_audience_stands_for_all_it_covers_and_for_no_more():
    went = left((CSIRT, "a"), (POLICE, "b"), (CANBERRA, "c"), (JPN, "d"))
    assert [word.ids for word in called_back(went, [JPN], no)] == [("a", "b", "d")]
    assert [word.ids for word in called_back(went, [CSIRT], no)] == [("a",)]


def test_nobody_gives_back_what_it_may_have_anyway():
    assert called_back(left((CSIRT, "a"), (POLICE, "a")), [JPN], yes) == []


@given(LEFT, MAY)
def test_narrowing_tells_everybody_of_exactly_what_it_got(went, may):
    words = narrowed(went, lambda audience, stix_id: (audience, stix_id) in may)
    heard = [(word.partner, stix_id) for word in words for stix_id in word.ids]
    assert len(heard) == len(set(heard))
    assert set(heard) == {(each.audience.participant, each.stix_id) for each in went}
    for word in words:
        for stix_id in word.ids:
            kept = any(
                (each.audience, stix_id) in may
                for each in went
                if (each.audience.participant, each.stix_id) == (word.partner, stix_id)
            )
            assert word.verb is (Verb.NARROW if kept else Verb.RECALL)


@given(LEFT, MAY, st.lists(AUDIENCES, max_size=2))
def test_calling_back_takes_nothing_from_whoever_may_have_it(went, may, audiences):
    words = called_back(went, audiences, lambda audience, stix_id: (audience, stix_id) in may)
    for word in words:
        for stix_id in word.ids:
            got = {
                each.audience for each in went if (each.audience.participant, each.stix_id) == (word.partner, stix_id)
            }
            assert word.kept_by == {audience for audience in got if (audience, stix_id) in may}
            assert word.verb is (Verb.NARROW if word.kept_by else Verb.RECALL)
            assert any(wanted.covers(each) for wanted in audiences for each in got - word.kept_by)
