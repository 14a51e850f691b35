# SPDX-License-Identifier: MIT
"""What a bundle's number says, clause by clause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from making_channel import GBR, JPN, NOW
from tasuki.base.errors import PeerError
from tasuki.core.bundle.judging import Early, Next, Place, Refused, Repeated, Signer, place, require_signed
from tasuki.formats.bundle.bundle import Bundle, Manifest, manifest_statement, read_bundle, write_bundle
from tasuki.formats.suites.keys import Purpose

FIRST = Manifest(
    suite=1,
    sender=GBR.anchor.name,
    recipient=JPN.anchor.name,
    epoch=1,
    number=1,
    prev=None,
    received=0,
    keys=1,
    created=NOW,
    sig_keys=GBR.anchor.current_pair(Purpose.ENVELOPE, NOW).ids,
)
HERE = Place(epoch=1, taken=4, hash="d" * 64, keys=2, since=NOW - timedelta(days=1))
FIFTH = replace(FIRST, number=5, prev="d" * 64, keys=2)
SIGNERS = (Signer(node=GBR.anchor.name, keys=GBR.anchor.keys),)


def bundle(manifest) -> Bundle:
    statement = manifest_statement(manifest, ())
    return read_bundle(write_bundle(statement, GBR.signer.sign_bundle(statement), ()))


@pytest.mark.parametrize(
    ("changes", "known", "expected"),
    [
        ({}, None, Next()),
        ({"number": 7}, None, Early(missing=(5, 6))),
        ({"number": 6, "prev": "e" * 64}, None, Early(missing=(5, 5))),
        ({"number": 4}, None, Repeated()),
        ({"number": 4, "keys": 1}, None, Repeated()),
        ({"keys": 3}, None, Next()),
    ],
    ids=["next", "early", "early, of another chain", "repeated", "repeated, and old", "newer keys"],
)
def test_a_number_is_next_early_or_repeated(changes, known, expected):
    assert place(bundle(replace(FIFTH, **changes)), HERE, known, NOW) == expected


@pytest.mark.parametrize(
    ("changes", "code", "lie"),
    [
        ({"epoch": 2}, "bundle.epoch", False),
        ({"epoch": 2, "number": 1}, "bundle.epoch", False),
        ({"keys": 1}, "bundle.stale", False),
        ({"keys": 1, "number": 9}, "bundle.stale", False),
        ({"prev": "e" * 64}, "bundle.prev", True),
        ({"prev": None}, "bundle.prev", True),
    ],
    ids=["epoch", "epoch first", "stale", "stale and early", "prev", "no prev"],
)
def test_what_cannot_follow_is_refused_with_its_reason(changes, code, lie):
    found = place(bundle(replace(FIFTH, **changes)), HERE, None, NOW)
    assert isinstance(found, Refused)
    assert (found.reason.code, found.lie) == (code, lie)


@pytest.mark.parametrize("number", [4, 5, 6])
def test_two_bundles_of_one_number_are_a_lie(number):
    found = place(bundle(replace(FIFTH, number=number)), HERE, "f" * 64, NOW)
    assert isinstance(found, Refused)
    assert (found.reason.code, found.lie) == ("bundle.equivocation", True)


def test_the_same_bundle_that_is_held_may_come_again():
    early = bundle(replace(FIFTH, number=6))
    assert place(early, HERE, early.hash, NOW) == Early(missing=(5, 5))


@pytest.mark.parametrize(
    ("created", "now", "stale"),
    [
        (NOW - timedelta(days=2), NOW, False),
        (NOW - timedelta(days=1, seconds=1), NOW, False),
        (NOW - timedelta(days=1), NOW, True),
        (NOW, NOW, True),
        (NOW - timedelta(days=2), NOW + timedelta(days=12), False),
        (NOW - timedelta(days=2), NOW + timedelta(days=12, seconds=1), True),
    ],
)
def test_a_bundle_may_be_under_way_while_keys_change_and_not_for_ever(created, now, stale):
    found = place(bundle(replace(FIFTH, keys=1, created=created)), HERE, None, now)
    assert isinstance(found, Refused if stale else Next)


def signed(manifest, signers=SIGNERS, me=JPN.anchor.name, now=NOW):
    require_signed(bundle(manifest), signers, me, now)


def test_a_bundle_of_a_partner_for_this_node_counts():
    signed(FIRST)
    signed(replace(FIRST, created=NOW + timedelta(seconds=300)))
    signed(FIRST, now=NOW + timedelta(days=3000))


@pytest.mark.parametrize(
    ("manifest", "named", "code"),
    [
        (FIRST, {"signers": ()}, "bundle.stranger"),
        (FIRST, {"me": GBR.anchor.name}, "bundle.wrong-recipient"),
        (replace(FIRST, suite=2), {}, "bundle.signature"),
        (replace(FIRST, created=datetime(2000, 1, 1, tzinfo=UTC)), {}, "bundle.signature"),
        (replace(FIRST, created=NOW + timedelta(seconds=301)), {}, "bundle.future"),
        (FIRST, {"signers": (Signer(node=GBR.anchor.name, keys=JPN.anchor.keys),)}, "bundle.signature"),
        (FIRST, {"signers": (Signer(node=GBR.anchor.name, keys=()),)}, "bundle.signature"),
    ],
    ids=["stranger", "recipient", "suite", "no key then", "future", "other keys", "no keys"],
)
def test_what_nobody_here_was_to_have_is_refused(manifest, named, code):
    with pytest.raises(PeerError) as caught:
        signed(manifest, **named)
    assert caught.value.reason.code == code


def test_keys_of_another_purpose_do_not_count():
    keys = tuple(replace(key, purpose=Purpose.LOG) for key in GBR.anchor.keys)
    with pytest.raises(PeerError):
        signed(FIRST, signers=(Signer(node=GBR.anchor.name, keys=keys),))


def test_a_bent_signature_does_not_count():
    whole = bundle(FIRST)
    for name in ("ed25519", "ml_dsa_65"):
        block = getattr(whole.signatures, name)
        bent = replace(whole.signatures, **{name: bytes([block[0] ^ 1]) + block[1:]})
        with pytest.raises(PeerError, match="signed"):
            require_signed(replace(whole, signatures=bent), SIGNERS, JPN.anchor.name, NOW)
