# SPDX-License-Identifier: MIT
"""A better version takes the place of what was sent, and nobody goes on with what is known to be wrong."""

import pytest

from making_readers import let_in
from making_release import AAA, BBB, CCC, LATER, audited, indicator, raw_of, report, states, take_in, three_nodes, uid
from making_withdrawal import bodies, explained, give, made, matches, received, told
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.services import release, withdrawal
from tasuki.services.channel import push, seal_next
from tasuki.services.withdrawal.hearing import PASSED_ON
from tasuki.store import holdings
from tasuki.store.channel import OUTBOX

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
WHY = "The domain was misspelt."
EXACT = "2026-02-02T00:00:00.123456Z"


def better(**changes):
    properties = {"modified": LATER, "pattern": "[domain-name:value = 'better.example']", **changes}
    return indicator(1, "amber", **properties)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


@pytest.fixture
def sent(three):
    give(three.aaa, BBB, indicator(1, "amber"))
    three.carry()
    return three


def correct(node, obj, raw=None):
    return withdrawal.correct(node, ONE, raw_of(obj) if raw is None else raw, why=WHY)


def matched(node, text):
    node.matching.catch_up(node)
    return node.matching.compiled.of_text(text)


def test_what_was_shared_and_has_not_left_yet_goes_in_its_better_version_alone(three):
    """Found by the bench: the old version was withheld when it was sealed, and the new one was for nobody."""
    give(three.aaa, BBB, indicator(1, "amber"))
    answer = correct(three.aaa, better())
    assert answer["queued"] == [{"audience": "BBB/cert:csirt", "count": 1}]
    assert told(answer) == {}
    three.carry()
    assert matched(three.bbb, "better.example") == (ONE,)
    assert len(bodies(three.bbb, ONE)) == 1


def test_the_better_version_takes_its_place_everywhere(sent):
    answer = correct(sent.aaa, better())
    assert answer["ids"] == [ONE]
    assert answer["modified"] == LATER
    assert answer["queued"] == [{"audience": "BBB/cert:csirt", "count": 1}]
    assert told(answer) == {("BBB", "correct"): 1}
    sent.carry()
    for node in (sent.aaa, sent.bbb):
        assert matched(node, "better.example") == (ONE,)
        assert matched(node, "n1.example") == ()
        assert len(bodies(node, ONE)) == 2
    assert made(sent.aaa) == [("BBB", "correct", [ONE], {"replaced": 1})]
    assert received(sent.bbb) == [("AAA", "correct", [ONE], {"replaced": 1})]
    (entry,) = audited(sent.aaa, "withdrawal:objects:correct")
    assert (entry["ids"], entry["modified"], entry["why"]) == ([ONE], LATER, WHY)


def test_it_is_held_and_sent_byte_for_byte_as_it_was_given(sent):
    raw = b" \n" + raw_of(better()).replace(b", ", b" ,  ") + b"\n"
    correct(sent.aaa, None, raw)
    sent.carry()
    for node, source in ((sent.aaa, "local"), (sent.bbb, "AAA")):
        with node.database.read() as connection:
            newest = max(holdings.latest(connection, [ONE]), key=lambda each: each.version)
            (body,) = holdings.sealed(connection, [newest.position])
        assert body.source == source
        assert node.vault.open(body.ciphertext, body.wrapped, body.digest) == raw


def test_whoever_may_not_have_it_stops_with_the_old_one_and_the_operator_sees_both(sent):
    answer = correct(sent.aaa, indicator(1, "red", modified=EXACT))
    (stays,) = answer["withheld"]
    assert (stays["audience"], stays["rule"], stays["example"]) == ("BBB/cert:csirt", "R5", ONE)
    assert told(answer) == {("BBB", "correct"): 1}
    sent.carry()
    assert not matches(sent.bbb, ONE)
    assert len(bodies(sent.bbb, ONE)) == 1
    assert made(sent.aaa) == [("BBB", "correct", [ONE], {"use-stopped": 1})]


def test_a_version_told_apart_by_microseconds_is_told_apart_by_the_notice(sent):
    take_in(sent.aaa, indicator(1, "amber", modified="2026-02-02T00:00:00.123455Z"))
    release.share(sent.aaa, [ONE], BBB)
    sent.carry()
    assert correct(sent.aaa, indicator(1, "red", modified=EXACT))["modified"] == EXACT
    sent.carry()
    assert not matches(sent.bbb, ONE)


@pytest.mark.parametrize("first", ["notice", "version"])
def test_notice_and_version_come_to_the_same_in_either_order(sent, first):
    release.mark(sent.aaa, [ONE], level="amber")
    if first == "version":
        take_in(sent.aaa, better())
        release.share(sent.aaa, [ONE], BBB)
        sent.carry()
        take_in(sent.aaa, better(modified="2026-02-03T00:00:00.000Z"))
    else:
        correct(sent.aaa, better())
        # The version waits behind its notice.
        late = sent.aaa.database.write(
            lambda c: (
                c.execute(
                    OUTBOX.update().where(OUTBOX.c.kind == "objects", OUTBOX.c.state == "waiting").values(lane="bulk")
                ).rowcount
            )
        )
        assert late == 1
        while seal_next(sent.aaa, "BBB", "urgent") or push(sent.aaa, "BBB", "urgent"):
            pass
        assert not matches(sent.bbb, ONE)
        sent.carry()
        assert made(sent.aaa)[0][3] == {"use-stopped": 1}
    assert matched(sent.bbb, "better.example") == (ONE,)


def test_an_old_version_that_comes_after_its_correction_is_not_used(three):
    give(three.aaa, BBB, indicator(1, "amber"))
    assert seal_next(three.aaa, "BBB", "bulk")
    correct(three.aaa, indicator(1, "red", modified=LATER))
    while seal_next(three.aaa, "BBB", "urgent") or push(three.aaa, "BBB", "urgent"):
        pass
    three.carry()
    assert states(three.bbb, ONE) == [("AAA", "held")]
    assert not matches(three.bbb, ONE)


def test_whoever_got_a_partners_copy_is_told_and_gets_the_version_when_people_pass_it_on(three):
    give(three.aaa, BBB, indicator(1, "clear"))
    three.carry()
    release.share(three.bbb, [ONE], CCC)
    three.carry()
    correct(three.aaa, {**better(), "object_marking_refs": indicator(1, "clear")["object_marking_refs"]})
    three.carry()
    (notice,) = withdrawal.withdrawals(three.ccc, limit=9).received
    assert (notice.partner, notice.verb, notice.why) == ("BBB", "correct", PASSED_ON["correct"])
    assert not matches(three.ccc, ONE)
    release.share(three.bbb, [ONE], CCC)
    three.carry()
    assert matched(three.ccc, "better.example") == (ONE,)


def test_what_is_known_to_be_wrong_goes_no_further_and_stays_readable_here(three):
    give(three.aaa, BBB, indicator(1, "clear"))
    three.carry()
    release.share(three.bbb, [ONE], CCC)
    police = let_in(three.bbb, "bell", "BBB/police:csirt")
    correct(three.aaa, indicator(1, "red", modified=LATER))
    three.carry()
    # What waited is asked about again, and nobody shares it anew.
    assert list(release.share(three.bbb, [ONE], AAA).reasons) == ["release.withdrawn"]
    assert states(three.ccc, ONE) == []
    assert explained(three.bbb, ONE, Audience.parse("BBB/police:csirt")) == "R13"
    assert police.ids() == [ONE]
    release.mark(three.aaa, [ONE], level="clear")
    take_in(three.aaa, indicator(1, "clear", modified="2026-02-03T00:00:00.000Z"))
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    assert release.share(three.bbb, [ONE], CCC).released == 1


def test_it_is_never_released_more_widely_than_the_one_before(sent):
    correct(sent.aaa, {**better(), "object_marking_refs": indicator(1, "clear")["object_marking_refs"]})
    assert explained(sent.aaa, ONE, CCC) == "R13"
    with sent.aaa.database.read():
        said = release.explain(sent.aaa, ONE, BBB)
    assert str(said.own.tlp) == "TLP:AMBER"


def test_what_nobody_got_is_corrected_here_alone(three):
    take_in(three.aaa, indicator(1, "amber"))
    answer = correct(three.aaa, better())
    assert (answer["queued"], answer["withheld"], answer["told"]) == ([], [], [])


@pytest.mark.parametrize(
    ("obj", "code"),
    [
        (better(modified="2026-02-01T00:00:00.000Z"), "withdrawal.not-newer"),
        ({name: value for name, value in better().items() if name != "modified"}, "withdrawal.not-newer"),
        (better(modified="2026-03-01T12:05:02.000Z"), "withdrawal.not-yet"),
        (better(revoked=True), "withdrawal.revokes"),
        (better(created="2026-01-01T00:00:00.000Z"), "withdrawal.other-object"),
        (better(created_by_ref=uid("identity", 1)), "withdrawal.other-object"),
        (indicator(2, "amber", modified=LATER), "withdrawal.other-object"),
        (report(1, "amber"), "withdrawal.other-object"),
        (["a list"], "stix.not-an-object"),
        (better(id="indicator"), "stix.id-syntax"),
    ],
    ids=["same", "no modified", "future", "revoked", "created", "maker", "other id", "other type", "list", "no id"],
)
def test_what_is_no_newer_version_changes_nothing(sent, obj, code):
    with pytest.raises(InputError) as caught:
        correct(sent.aaa, obj)
    assert caught.value.reason.code == code
    assert states(sent.aaa, ONE) == [("local", "held")]
    sent.carry()
    assert received(sent.bbb) == []


@pytest.mark.parametrize("raw", [b"", b"{", b'{"id": 1, "id": 2}', b"\xff"], ids=["none", "half", "twice", "bytes"])
def test_what_is_no_json_changes_nothing(sent, raw):
    with pytest.raises(InputError):
        correct(sent.aaa, None, raw)
    assert states(sent.aaa, ONE) == [("local", "held")]


def test_what_lies_above_the_ceiling_is_refused_and_not_kept(sent):
    with pytest.raises(InputError) as caught:
        correct(sent.aaa, better(description="SECRET"))
    assert caught.value.reason.code == "holdings.spill"
    assert states(sent.aaa, ONE) == [("local", "held")]


def test_what_a_partner_gave_is_not_ours_to_correct(sent):
    with pytest.raises(InputError) as caught:
        correct(sent.bbb, better())
    assert caught.value.reason.code == "withdrawal.not-ours"


def test_a_reason_is_one_sentence(sent):
    with pytest.raises(CallerError):
        withdrawal.correct(sent.aaa, ONE, raw_of(better()), why="")
