# SPDX-License-Identifier: MIT
"""Decided receipts: a person says what becomes of an envelope, its sender sees it beside the envelope, and no more."""

import pytest
import sqlalchemy as sa

from making_ledger import put, send, sent_ids
from making_nodes import Hands
from making_reconciliation import reconciled
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError
from tasuki.core.channel.deciding import DECISIONS, DESK
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.services.channel import decide, envelope, sync
from tasuki.store import channel, ledger

AT = "2026-03-01T12:00:00.000Z"


@pytest.fixture
def pair(tmp_path):
    with reconciled(tmp_path, Hands()) as nodes:
        yield nodes


def decided(node, env_id):
    return [(each.by, each.decision, each.office) for each in envelope(node, env_id).decided]


def raws(node):
    with node.database.read() as connection:
        table = channel.ENVELOPES_OUT
        return [row.raw for row in connection.execute(sa.select(table).order_by(table.c.id))]


@pytest.mark.parametrize("decision", DECISIONS)
def test_what_a_person_decided_is_shown_beside_the_envelope_on_both_sides(pair, decision):
    gbr, jpn = pair
    send(gbr, "JPN")
    (env_id,) = sent_ids(gbr)
    decide(jpn, env_id, decision, "nco-duty-desk")
    assert decided(jpn, env_id) == [("JPN", decision, "nco-duty-desk")]
    sync(jpn, "GBR")
    assert decided(gbr, env_id) == [("JPN", decision, "nco-duty-desk")]


def test_a_decided_receipt_is_an_envelope_that_names_the_one_it_answers_and_stays_on_its_lane(pair):
    gbr, jpn = pair
    put(gbr, "JPN", "exercise")
    sync(gbr, "JPN")
    (env_id,) = sent_ids(gbr)
    decide(jpn, env_id, "noted", DESK)
    sync(jpn, "GBR")
    header = read_envelope(raws(jpn)[0]).header
    assert (header.type, header.lane) == ("receipt", "exercise")
    assert header.in_reply_to == read_envelope(raws(gbr)[0]).hash
    with jpn.database.read() as connection:
        kinds = [leaf.kind for leaf, _ in ledger.newest(connection, "audit", 50)]
    assert kinds.count("envelope-decided") == 1


def test_the_same_decision_again_is_said_once_and_another_one_is_said_too(pair):
    gbr, jpn = pair
    send(gbr, "JPN")
    (env_id,) = sent_ids(gbr)
    for decision in ("noted", "noted", "taken-up", "taken-up", "noted"):
        decide(jpn, env_id, decision, DESK)
    sync(jpn, "GBR")
    assert [each[1] for each in decided(gbr, env_id)] == ["noted", "taken-up", "noted"]


def test_a_decided_receipt_is_never_answered_by_one(pair):
    gbr, jpn = pair
    send(gbr, "JPN")
    decide(jpn, sent_ids(gbr)[0], "noted", DESK)
    sync(jpn, "GBR")
    with pytest.raises(CallerError) as refused:
        decide(gbr, sent_ids(jpn)[0], "noted", DESK)
    assert refused.value.reason.code == "channel.not-decided-on"


@pytest.mark.parametrize(
    ("decision", "office", "code"),
    [
        ("approved", DESK, "channel.no-decision"),
        ("noted", "Ms Tanaka", "channel.no-office"),
        ("noted", "", "channel.no-office"),
    ],
)
def test_only_a_decision_of_the_list_by_an_office_is_said(pair, decision, office, code):
    gbr, jpn = pair
    send(gbr, "JPN")
    with pytest.raises(CallerError) as refused:
        decide(jpn, sent_ids(gbr)[0], decision, office)
    assert refused.value.reason.code == code
    assert decided(jpn, sent_ids(gbr)[0]) == []


def test_nobody_decides_on_what_was_not_received(pair):
    gbr, jpn = pair
    send(gbr, "JPN")
    with pytest.raises(CallerError):
        decide(gbr, sent_ids(gbr)[0], "noted", DESK)
    with pytest.raises(CallerError):
        decide(jpn, "019ca945-0a00-7610-98e6-f49f98cee84f", "noted", DESK)


def claim(node, env_id):
    body = canonical({"env_id": env_id, "decision": "noted", "office": DESK, "at": AT})
    node.database.write(
        lambda connection: channel.enqueue(
            connection, partner="GBR", lane="urgent", kind="receipt", body=body, at=node.clock.now()
        )
    )
    sync(node, "GBR")
    with node.database.read() as connection:
        table = channel.ENVELOPES_OUT
        return connection.execute(sa.select(table.c.state).order_by(table.c.id.desc())).scalars().first()


def test_a_decision_on_what_was_never_sent_is_refused(pair):
    _, jpn = pair
    assert claim(jpn, "019ca945-0a00-7610-98e6-f49f98cee84f") == "refused"


def test_a_decision_on_a_decision_is_refused(pair):
    gbr, jpn = pair
    send(jpn, "GBR")
    decide(gbr, sent_ids(jpn)[0], "noted", DESK)
    sync(gbr, "JPN")
    assert claim(jpn, sent_ids(gbr)[0]) == "refused"
    assert decided(gbr, sent_ids(gbr)[0]) == []


def test_a_decision_on_an_envelope_to_somebody_else_is_refused(pair):
    gbr, jpn = pair
    send(gbr, "JPN")
    (env_id,) = sent_ids(gbr)
    gbr.database.write(lambda c: c.execute(channel.ENVELOPES_OUT.update().values(partner="AUS")))
    assert claim(jpn, env_id) == "refused"
    assert decided(gbr, env_id) == []
