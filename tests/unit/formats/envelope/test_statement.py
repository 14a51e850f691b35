# SPDX-License-Identifier: MIT
"""The statement: what was written is read; anything of another form is refused before a signature is looked at."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.formats.envelope.statement import (
    MAGIC,
    MAX_ROWS,
    Head,
    ReceivedRow,
    SentRow,
    Statement,
    is_statement,
    read_signed_statement,
    statement_bytes,
    write_statement,
)
from tasuki.formats.json import strict
from tasuki.formats.suites.signatures import Signatures

SIGNATURES = Signatures(ed25519=b"e" * 64, ml_dsa_65=b"m" * 3309)
SENT = SentRow(lane="bulk", epoch=1, sealed=9, answered=7, root="1" * 64)
RECEIVED = ReceivedRow(lane="bulk", epoch=1, received=4, root="2" * 64)
STATEMENT = Statement(
    by=NodeName.parse("GBR/gbr-1"),
    to=NodeName.parse("JPN/jpn-1"),
    version=12,
    at=datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC),
    metadata={"keys": 2, "partner_keys": 1},
    rules="d" * 64,
    log=Head(size=31, root="3" * 64),
    mirror=Head(size=28, root="4" * 64),
    sent=(SENT, replace(SENT, lane="urgent")),
    received=(RECEIVED, replace(RECEIVED, epoch=2)),
    requests="5" * 64,
    suite=1,
    sig_keys=("6" * 32, "7" * 32),
)


def wire(made=STATEMENT, **members):
    """Return a statement with members changed or, where None, left out."""
    value = strict.loads(statement_bytes(made))
    for name, changed in members.items():
        value[name] = changed
        if changed is None:
            del value[name]
    return write_statement(canonical(value), SIGNATURES)


def test_a_statement_is_read_as_it_was_written():
    read = read_signed_statement(wire())
    assert read.statement == STATEMENT
    assert read.signed == statement_bytes(STATEMENT)
    assert read.signatures == SIGNATURES
    assert is_statement(wire())
    assert not is_statement(b"TASUKIR\x01")


def test_its_hash_covers_statement_and_signatures():
    other = write_statement(statement_bytes(STATEMENT), replace(SIGNATURES, ed25519=b"f" * 64))
    hashes = {read_signed_statement(raw).hash for raw in (wire(), wire(replace(STATEMENT, version=13)), other)}
    assert len(hashes) == 3


def test_a_member_of_a_later_version_is_passed_over():
    assert read_signed_statement(wire(later=["anything"])).statement == STATEMENT


def row(**changes):
    return [{"lane": "bulk", "epoch": 1, "sealed": 9, "answered": 7, "root": "1" * 64, **changes}]


def many(count):
    return [row(epoch=i)[0] for i in range(1, count + 1)]


def test_as_many_lanes_as_may_be_fit():
    assert len(read_signed_statement(wire(sent=many(MAX_ROWS))).statement.sent) == MAX_ROWS


@pytest.mark.parametrize(
    "members",
    [
        {"version": 0},
        {"version": "12"},
        {"at": "2026-03-01T12:00:00Z"},
        {"by": "gbr"},
        {"to": None},
        {"metadata": {"keys": -1}},
        {"metadata": {"keys": True}},
        {"metadata": {"keys": "1"}},
        {"metadata": None},
        {"rules": "D" * 64},
        {"log_size": -1},
        {"mirror_root": "0"},
        {"requests": None},
        {"sig_keys": ["6" * 32]},
        {"suite": 0},
        {"sent": row(answered=10)},
        {"sent": row(sealed=-1)},
        {"sent": row(epoch=0)},
        {"sent": row(lane="Bulk")},
        {"sent": row(root="")},
        {"sent": row() * 2},
        {"sent": [*row(lane="urgent"), *row()]},
        {"sent": many(MAX_ROWS + 1)},
        {"sent": {}},
        {"received": [{"lane": "bulk", "epoch": 1, "received": -1, "root": "2" * 64}]},
        {"received": [{"lane": "bulk", "epoch": 0, "received": 1, "root": "2" * 64}]},
        {"received": [{"lane": "bulk", "epoch": 1, "received": 1, "root": "2" * 64}] * 2},
    ],
    ids="-".join,
)
def test_a_member_of_another_form_is_refused(members):
    with pytest.raises(PeerError):
        read_signed_statement(wire(**members))


def test_bytes_after_the_signatures_another_magic_and_a_cut_one_are_refused():
    raw = wire()
    for bad in (raw + b"x", raw[:-1], b"TASUKIR\x01" + raw[len(MAGIC) :], b"", MAGIC):
        with pytest.raises(PeerError):
            read_signed_statement(bad)
