# SPDX-License-Identifier: MIT
"""A partner that lies about what was exchanged, forges or repeats statements, or asks without end, gets nowhere."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_ledger import send
from making_nodes import Hands
from making_reconciliation import codes, outcome, reconciled, signed, stated
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, PeerError
from tasuki.core.channel.model import STATEMENT_TYPES, TYPES
from tasuki.core.reconciliation.comparison import read_question, write_answer
from tasuki.core.reconciliation.sets import MAX_NAMED, MAX_ROUNDS, Answer, Tally, is_narrow, tally
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.statement import (
    STATEMENT_TYPE,
    ReceivedRow,
    is_statement,
    read_signed_statement,
    statement_bytes,
    write_statement,
)
from tasuki.services.channel.peers import partner_anchor
from tasuki.services.reconciliation import COMPARE, answer_comparison, answer_statement, exchange, make, take
from tasuki.services.reconciliation.exchanging import STATEMENTS_A_MINUTE
from tasuki.store import ledger
from tasuki.store import reconciliation as store


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def pair(tmp_path, hands):
    with reconciled(tmp_path, hands) as nodes:
        yield nodes


def lying(pair, answer):
    """Let Japan's node claim more than it received, and answer every comparison with a lie."""
    gbr, jpn = pair
    honest = gbr.link.receive
    asked = []

    def reach(node, certificate, path, body):
        if path == COMPARE:
            spans = read_question(body)
            asked.append(spans)
            return canonical(write_answer([answer(span) for span in spans]))
        raw = honest(node, certificate, path, body)
        if not is_statement(raw):
            return raw
        said = read_signed_statement(raw).statement
        rows = tuple(replace(row, received=10**9, root="f" * 64) for row in said.received)
        return signed(jpn, said, received=rows)

    gbr.link.receive = reach
    return gbr, asked


def other_root(span):
    if not is_narrow(span):
        return Answer(tally=Tally(count=span.width, root="e" * 64), items=[])
    items = [(seq, "d" * 64) for seq in range(span.first, span.last + 1)]
    return Answer(tally=tally(span, items), items=items)


def test_whoever_always_says_that_it_differs_is_asked_a_bounded_number_of_times(pair):
    send(pair[0], "JPN", 3)
    gbr, asked = lying(pair, other_root)
    exchange(gbr, "JPN")
    assert len(asked) <= MAX_ROUNDS
    assert outcome(gbr, "JPN") == "differs"
    assert set(codes(gbr, "JPN")) == {"reconciliation.other-envelope", "reconciliation.lost-here"}


def test_lies_over_a_million_numbers_cost_a_bounded_number_of_questions_and_findings(pair, monkeypatch):
    send(pair[0], "JPN", 3)
    gbr, asked = lying(pair, other_root)
    # As if this node had sent a million: the lie is looked for in all of it.
    heights = store.heights
    monkeypatch.setattr(
        store, "heights", lambda *a: [replace(each, last=10**6, answered=10**6) for each in heights(*a)]
    )
    exchange(gbr, "JPN")
    found = codes(gbr, "JPN")
    assert len(asked) <= MAX_ROUNDS
    assert len(found) <= MAX_NAMED + 20
    assert "reconciliation.too-many" in found


@pytest.mark.parametrize(
    "answer",
    [
        lambda span: Answer(tally=Tally(count=span.width + 1, root="e" * 64), items=[]),
        lambda span: Answer(tally=tally(span, []), items=[(span.last + 1, "d" * 64)]),
        lambda _: Answer(tally=Tally(count=2, root="e" * 64), items=[(1, "d" * 64), (2, "d" * 64)]),
    ],
    ids=["more-than-there-are-numbers", "outside-of-the-span", "items-of-another-root"],
)
def test_an_answer_that_contradicts_itself_ends_the_comparison_and_concludes_nothing(pair, answer):
    send(pair[0], "JPN", 3)
    gbr, _ = lying(pair, answer)
    with pytest.raises(PeerError):
        exchange(gbr, "JPN")
    with gbr.database.read() as connection:
        assert store.reconciled(connection) == {}


def test_a_statement_of_another_partner_counts_for_nobody_else(pair):
    gbr, jpn = pair
    ours = make(jpn, partner_anchor(jpn, "GBR")).raw
    # Its own words sent back to it, and its words shown to it as the partner's.
    with pytest.raises(PeerError):
        take(jpn, partner_anchor(jpn, "GBR"), ours)
    with pytest.raises(PeerError):
        take(gbr, replace(partner_anchor(gbr, "JPN"), name=gbr.me), ours)


def test_signatures_of_one_statement_do_not_carry_another(pair):
    gbr, jpn = pair
    good = read_signed_statement(make(gbr, partner_anchor(gbr, "JPN")).raw)
    bad = write_statement(statement_bytes(replace(good.statement, version=99)), good.signatures)
    with pytest.raises(PeerError) as refused:
        take(jpn, partner_anchor(jpn, "GBR"), bad)
    assert refused.value.reason.code == "suites.bad-signature"


def test_the_signer_states_for_nobody_but_its_node(pair):
    gbr, jpn = pair
    theirs = make(jpn, partner_anchor(jpn, "GBR")).statement
    with pytest.raises(CallerError):
        gbr.signer.sign_statement(statement_bytes(theirs))


def test_an_envelope_that_claims_to_be_a_statement_is_none():
    assert STATEMENT_TYPE in STATEMENT_TYPES
    assert STATEMENT_TYPE not in TYPES


def test_an_old_statement_repeated_for_ever_freezes_nothing(pair, hands):
    gbr, jpn = pair
    exchange(jpn, "GBR")
    old = stated(gbr, "JPN")
    raw = signed(jpn, old)
    hands.now += timedelta(hours=25)
    answered = read_notice(answer_statement(gbr, partner_anchor(gbr, "JPN"), raw).body)
    assert answered.code == "reconciliation.statement-back"
    with gbr.database.read() as connection:
        assert store.newest_stated(connection, "JPN") == old.at


def test_two_different_statements_under_one_version_do_not_both_count(pair):
    gbr, jpn = pair
    made = make(gbr, partner_anchor(gbr, "JPN"))
    take(jpn, partner_anchor(jpn, "GBR"), made.raw)
    row = ReceivedRow(lane="bulk", epoch=1, received=5, root="a" * 64)
    with pytest.raises(PeerError):
        take(jpn, partner_anchor(jpn, "GBR"), signed(gbr, made.statement, received=(row,)))
    assert stated(jpn, "GBR") == made.statement


def test_statements_without_end_fill_neither_log_nor_time(pair):
    gbr, jpn = pair
    anchor = partner_anchor(jpn, "GBR")
    said = [answer_statement(jpn, anchor, b"rubbish").body for _ in range(STATEMENTS_A_MINUTE + 5)]
    assert [read_notice(each).code for each in said[-5:]] == ["channel.too-fast"] * 5
    with jpn.database.read() as connection:
        leaves = ledger.leaves(connection, "audit", 0, ledger.size(connection, "audit"))
    assert sum(leaf.kind == "statement-refused" for leaf in leaves) == STATEMENTS_A_MINUTE
    assert gbr.me != jpn.me


def test_a_question_over_all_numbers_there_could_be_costs_no_more_than_what_there_is(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    span = {"way": "sent", "lane": "urgent", "epoch": 1, "first": 1, "last": 2**53 - 1}
    answered = answer_comparison(jpn, partner_anchor(jpn, "GBR"), canonical({"spans": [span]}))
    assert answered.kind == "compared"
    assert jpn.sets.edge(("GBR", "received", "urgent", 1)).last == 2
