# SPDX-License-Identifier: MIT
"""Moves of the catalogue around restores: replay after one (REP03), an old copy (KEY22), two living copies (KEY23).

And a partner that uses somebody's restore to rewrite what was.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from making_ledger import cosigned, send
from making_nodes import UNREACHED, Hands, two_nodes
from making_recovery import copied, leaves, put_back, receive, tried
from making_release import audited, indicator, take_in, uid
from making_withdrawal import give, matches
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError, WorldError
from tasuki.base.ids import Audience
from tasuki.core.ledger.model import Leaf
from tasuki.core.recovery.messages import read_answer, write_answer, write_question
from tasuki.core.recovery.model import LaneTold
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.receipt import is_receipt
from tasuki.services import channel, holdings, ledger, reconciliation, recovery
from tasuki.services.channel import accept, sync
from tasuki.services.node.confirmations import Confirmations
from tasuki.services.recovery.collecting import first_question
from tasuki.store import recovery as store
from tasuki.store.database import Database
from tasuki.store.release import Labels

GBR, JPN = Audience.parse("GBR/ncsc:csirt"), Audience.parse("JPN/nco:csirt")
ONE, TWO = uid("indicator", 1), uid("indicator", 2)


@pytest.fixture
def pair(tmp_path):
    hands = Hands()
    with two_nodes(tmp_path, receive, hands=hands) as (gbr, jpn):
        made = {"gbr": gbr, "jpn": jpn, "hands": hands, "folder": tmp_path}
        yield made
        made["gbr"].database.close()
        made["jpn"].database.close()


def carry(pair):
    while sync(pair["gbr"], "JPN") + sync(pair["jpn"], "GBR"):
        pair["hands"].now += timedelta(seconds=1)


def envelopes(node):
    return [raw for path, raw in node.link.carried if path == channel.PATH]


def grown(pair):
    """Let Japan receive, copy its database, and let it receive and send more."""
    gbr, jpn = pair["gbr"], pair["jpn"]
    give(gbr, JPN, indicator(1, "green"))
    carry(pair)
    cosigned(gbr, jpn)
    copy = copied(jpn, pair["folder"] / "copy.db")
    give(gbr, JPN, indicator(2, "green"))
    give(jpn, GBR, indicator(11, "green"))
    carry(pair)
    cosigned(gbr, jpn)
    return copy


def restored(pair, copy, **how):
    pair["jpn"] = put_back(pair["jpn"], copy, pair["gbr"], **how)
    return pair["jpn"]


class TestREP03:
    """Replay after 30 days, after restart, after restore from backup: same receipt or reject; never applied twice."""

    def test_an_envelope_after_a_restore_gets_the_receipt_it_got_and_is_applied_once(self, pair):
        gbr = pair["gbr"]
        copy = grown(pair)
        raws = envelopes(gbr)
        shown = gbr.anchor.tls_certificate
        before = [accept(pair["jpn"], shown, raw).body for raw in raws]
        assert all(map(is_receipt, before))
        jpn = restored(pair, copy)
        recovery.catch_up(jpn)
        assert [accept(jpn, shown, raw).body for raw in raws] == before
        assert [accept(jpn, shown, raw).body for raw in raws] == before
        assert len(holdings.show(jpn, ONE)) == len(holdings.show(jpn, TWO)) == 1

    def test_after_thirty_days_too(self, pair):
        gbr, jpn = pair["gbr"], pair["jpn"]
        grown(pair)
        raws, shown = envelopes(gbr), gbr.anchor.tls_certificate
        before = [accept(jpn, shown, raw).body for raw in raws]
        pair["hands"].now += timedelta(days=30)
        assert [accept(jpn, shown, raw).body for raw in raws] == before
        assert len(holdings.show(jpn, TWO)) == 1

    def test_what_expired_meanwhile_is_taken_in_again_as_it_was(self, pair):
        """The receipt said `stored`, in time; saying `expired` now would be a second truth."""
        copy = grown(pair)
        jpn = restored(pair, copy)
        pair["hands"].now += timedelta(days=10)
        recovery.catch_up(jpn)
        carry(pair)
        assert matches(jpn, TWO)

    def test_another_envelope_under_a_number_that_was_receipted_is_a_lie(self, pair):
        gbr = pair["gbr"]
        copy = grown(pair)
        jpn = restored(pair, copy)
        recovery.catch_up(jpn)
        with jpn.database.read() as connection:
            (promised,) = store.promised(connection, "GBR", "?", ("bulk", 1, 2))
        forged = replace(promised, hash="0" * 64)
        jpn.database.write(lambda c: store.keep_given_back(c, "GBR", "in", [forged]))
        raw = envelopes(gbr)[-1]
        answer = accept(jpn, gbr.anchor.tls_certificate, raw).body
        assert read_notice(answer).code == "channel.equivocation"


class TestKEY22:
    """Restore the node from yesterday's backup: it refuses to sign until it has seen what its partner knows."""

    @pytest.mark.parametrize("mark", [True, False], ids=["restored", "swapped by hand beside its journal"])
    def test_nothing_is_signed_before_the_partner_was_asked(self, pair, mark):
        gbr = pair["gbr"]
        copy = grown(pair)
        holdings.dispose(pair["jpn"], [uid("indicator", 11)])
        jpn = restored(pair, copy, mark=mark)
        take_in(jpn, indicator(12, "green"))
        assert recovery.status(jpn).cause == ("restored" if mark else "rolled-back")
        assert tried(channel.seal_next, jpn, "GBR", "urgent") == "recovery.closed"
        assert tried(sync, jpn, "GBR") == "recovery.closed"
        assert tried(ledger.cosign_with, jpn, "GBR") == "recovery.not-rebuilt"
        assert tried(reconciliation.make, jpn, gbr.anchor) == "recovery.closed"
        assert tried(accept, jpn, gbr.anchor.tls_certificate, envelopes(gbr)[-1]) == "recovery.not-rebuilt"
        assert tried(ledger.receive_mirror, jpn, gbr.anchor, b"{}") == "recovery.not-rebuilt"
        assert tried(ledger.add_checkpoint, jpn, gbr.anchor, b"") == "recovery.not-rebuilt"

    def test_as_long_as_the_partner_is_away_it_stays_closed_and_says_why(self, pair):
        copy = grown(pair)
        jpn = restored(pair, copy)
        jpn.link.cut = True
        assert not recovery.catch_up(jpn)
        (standing,) = recovery.status(jpn).partners
        assert (standing.state, standing.reason["code"]) == ("waiting", "test.unreached")
        jpn.link.cut = False
        recovery.catch_up(jpn)
        carry_until_open(pair)

    def test_its_log_is_the_one_it_had(self, pair):
        copy = grown(pair)
        before = leaves(pair["jpn"], "GBR")
        jpn = restored(pair, copy, journal=False)
        recovery.catch_up(jpn)
        assert leaves(jpn, "GBR")[: len(before)] == before

    def test_what_was_signed_and_never_mirrored_keeps_its_place(self, pair):
        """Receipts promise a leaf; where nobody mirrored it, the partner's receipt says where it stands."""
        gbr, jpn = pair["gbr"], pair["jpn"]
        give(gbr, JPN, indicator(1, "green"))
        carry(pair)
        copy = copied(jpn, pair["folder"] / "copy.db")
        send(jpn, "GBR", 2)
        give(gbr, JPN, indicator(2, "green"))
        carry(pair)
        jpn = restored(pair, copy, journal=False)
        carry_until_open(pair)
        cosigned(gbr, pair["jpn"])
        cosigned(gbr, pair["jpn"])
        for each in ledger.examine(pair["jpn"], "GBR") + ledger.examine(gbr, "JPN"):
            assert not each.differences, [reason.sentence() for reason in each.differences]


def carry_until_open(pair):
    for _ in range(5):
        if recovery.catch_up(pair["jpn"]):
            carry(pair)
            return
        sync(pair["gbr"], "JPN")
    raise AssertionError(recovery.status(pair["jpn"]))


class TestKEY23:
    """Two live copies of one node: the second is refused by compare-and-swap of signed state."""

    def test_a_copy_that_starts_beside_the_one_that_runs_signs_nothing(self, pair):
        jpn = pair["jpn"]
        recovery.confirm(jpn, "GBR")
        copy = copied(jpn, pair["folder"] / "copy.db")
        twin = twin_of(pair, copy)
        jpn.confirmations.note("GBR", float("-inf"))
        pair["hands"].now += timedelta(seconds=20)
        confirm_anew(jpn)
        give(twin, GBR, indicator(21, "green"))
        with pytest.raises(WorldError) as caught:
            recovery.seal_confirmed(twin, "GBR", "bulk")
        assert caught.value.reason.code == "recovery.stale-copy"
        assert not [raw for path, raw in twin.link.carried if path == channel.PATH]
        assert audited(pair["gbr"], "recovery:partner:refuse")
        give(jpn, GBR, indicator(22, "green"))
        confirm_anew(jpn)
        assert recovery.seal_confirmed(jpn, "GBR", "bulk"), "the one that ran goes on"
        twin.database.close()

    def test_of_two_that_start_from_one_state_the_first_to_ask_goes_on(self, pair):
        jpn = pair["jpn"]
        copy = copied(jpn, pair["folder"] / "copy.db")
        twin = twin_of(pair, copy)
        confirm_anew(twin)
        give(jpn, GBR, indicator(22, "green"))
        assert tried(recovery.seal_confirmed, jpn, "GBR", "bulk") == "recovery.stale-copy"
        give(twin, GBR, indicator(21, "green"))
        assert recovery.seal_confirmed(twin, "GBR", "bulk")
        twin.database.close()

    def test_an_answer_that_was_lost_is_asked_for_again_and_nobody_is_shut_out(self, pair):
        jpn = pair["jpn"]
        ask = jpn.link.ask

        def lost(partner, path, body):
            ask(partner, path, body)
            raise WorldError(_unreached(), retry=True)

        jpn.link.ask = lost
        assert tried(recovery.confirm, jpn, "GBR") == "test.unreached"
        jpn.link.ask = ask
        for _ in range(3):
            confirm_anew(jpn)

    def test_a_restored_node_goes_on_and_the_one_it_replaces_is_refused(self, pair):
        copy = grown(pair)
        old_copy = copied(pair["jpn"], pair["folder"] / "old.db")
        old = twin_of(pair, old_copy)
        confirm_anew(old)
        jpn = restored(pair, copy)
        carry_until_open(pair)
        confirm_anew(jpn)
        with pytest.raises(WorldError) as caught:
            confirm_anew(old)
        assert caught.value.reason.code == "recovery.stale-copy"
        old.database.close()

    def test_a_partner_of_an_earlier_release_is_no_obstacle(self, pair):
        jpn = pair["jpn"]
        jpn.link.ask = lambda *_: (404, b"")
        recovery.confirm(jpn, "GBR")


def _unreached():
    return UNREACHED.because()


def confirm_anew(node):
    """Have a copy confirmed now, however short ago it was confirmed last."""
    fresh = replace(node, confirmations=type(node.confirmations)())
    recovery.confirm(fresh, "GBR")


def twin_of(pair, copy):
    """Start a copy of Japan's node beside the one that runs."""
    jpn = pair["jpn"]
    link = replace(jpn.link, carried=[])
    return replace(
        jpn, database=Database(f"sqlite:///{copy}"), link=link, confirmations=Confirmations(), labels=Labels()
    )


def lying(pair, **changes):
    """Let the UK answer a question of a restored Japan with something else."""
    jpn, gbr = pair["jpn"], pair["gbr"]
    ask = jpn.link.ask

    def bent(partner, path, body):
        status, raw = ask(partner, path, body)
        if path != recovery.PATH:
            return status, raw
        answer = read_answer(raw, "GBR", first_question(jpn, "GBR"))
        for name, change in changes.items():
            answer = replace(answer, **{name: change(getattr(answer, name))})
        return status, canonical(write_answer(answer, "tasuki/JPN/jpn-1/pair/GBR"))

    jpn.link.ask = bent
    return gbr


def other_body(found):
    return tuple(replace(leaf, body={**leaf.body, "seq": 99}) for leaf in found)


def one_more(found):
    leaf = Leaf(index=0, kind="envelope-sent", salt=bytes(32), body={"env_id": "x"})
    return (*found, leaf) if found else found


def forged(found):
    return tuple(raw[:-1] + bytes([raw[-1] ^ 1]) for raw in found)


def unsigned(raw):
    """Change the signature of a note."""
    other = b"B" if raw[-9:-8] == b"A" else b"A"
    return raw[:-9] + other + raw[-8:] if raw else raw


def taken_more(found):
    return tuple(_moved(each, 5) for each in found)


def _moved(each: LaneTold, by: int) -> LaneTold:
    taken = replace(each.taken, next_seq=each.taken.next_seq + by, prev="0" * 64)
    return replace(each, taken=taken)


def sealed_less(found):
    return tuple(replace(each, sealed=1) for each in found)


LIES = {
    "leaves of another body": {"leaves": other_body},
    "a leaf more": {"leaves": one_more},
    "no leaves": {"leaves": lambda _: ()},
    "another root": {"root": lambda _: bytes(32)},
    "a forged receipt of ours": {"receipts": forged},
    "a checkpoint nobody signed": {"note": unsigned},
    "envelopes that nobody took": {"lanes": taken_more},
    "less sealed than was taken": {"lanes": sealed_less},
    "fewer envelopes of ours": {"sent": lambda found: found[1:]},
    "leaves of its own that were never cosigned so": {"theirs": other_body},
    "a cosigned checkpoint of another log": {
        "cosigned": lambda found: tuple(raw.replace(b"GBR", b"FRA") for raw in found)
    },
}


@pytest.mark.parametrize("lie", LIES)
def test_a_partner_that_lies_about_what_was_changes_nothing(pair, lie):
    copy = grown(pair)
    jpn = restored(pair, copy, journal=False)
    before = leaves(jpn, "GBR")
    ask = jpn.link.ask
    lying(pair, **LIES[lie])
    assert not recovery.catch_up(jpn)
    (standing,) = recovery.status(jpn).partners
    assert standing.state == "people", standing
    assert standing.reason["code"] in ("recovery.other-history", "recovery.strange-answer", "recovery.partner-behind")
    assert leaves(jpn, "GBR") == before
    assert recovery.status(jpn).closed
    jpn.link.ask = ask
    carry_until_open(pair)
    assert matches(jpn, TWO), "once it tells the truth, everything is there"


def test_a_question_of_one_partner_gives_it_nothing_of_another(pair):
    """Whatever numbers it asks for, it hears of its own log, receipts and envelopes."""
    gbr, jpn = pair["gbr"], pair["jpn"]
    grown(pair)
    question = replace(first_question(jpn, "GBR"), size=0, mirror=0)
    answer = recovery.answer(gbr, jpn.anchor, canonical(write_question(question))).body
    said = read_answer(answer, "GBR", question)
    assert {leaf.kind for leaf in said.leaves} <= {"envelope-sent", "receipt-issued", "receipt-held"}
    assert all(base64.b64encode(raw) for raw in said.receipts)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"{" * 100])
def test_what_is_no_question_is_answered_with_a_notice_and_changes_nothing(pair, body):
    gbr, jpn = pair["gbr"], pair["jpn"]
    answer = recovery.answer(gbr, jpn.anchor, body).body
    assert read_notice(answer).code == "recovery.strange-question"
    with gbr.database.read() as connection:
        assert store.copy(connection, "JPN", "theirs")[0].number == 0


def test_nobody_but_a_trusted_partner_is_asked(pair):
    with pytest.raises(PeerError):
        recovery.confirm(pair["jpn"], "FRA")
