# SPDX-License-Identifier: MIT
"""When a checkpoint of a pair log is good: log and partner always, third witnesses as their policy has it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tasuki.base.errors import InputError
from tasuki.core.ledger.quorum import named_by, pair_policy
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.cosignature import cosigned_message, cosigned_message_v2
from tasuki.formats.tlog.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    ED25519,
    Note,
    SignatureLine,
    cosignature,
    make_key,
)
from tasuki.formats.tlog.policy import parse_policy

TEXT = Checkpoint(origin="tasuki/GBR/gbr-1/pair/JPN", size=3, root=bytes(32)).text


def ed25519(seed):
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


ML_DSA = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
LOG = make_key("tasuki/GBR/gbr-1/pair/JPN", ED25519, ed25519(1).public_key().public_bytes_raw())
FIRST = make_key("tasuki/JPN/jpn-1/witness", COSIGNATURE_ED25519, ed25519(2).public_key().public_bytes_raw())
SECOND = make_key("tasuki/JPN/jpn-1/witness", COSIGNATURE_MLDSA44, ML_DSA.public_key().public_bytes_raw())
THIRD = make_key("third.example/w", COSIGNATURE_ED25519, ed25519(3).public_key().public_bytes_raw())
FOURTH = make_key("fourth.example/w", COSIGNATURE_ED25519, ed25519(4).public_key().public_bytes_raw())
LINES = {
    "log": SignatureLine(name=LOG.name, key_id=LOG.id, signature=ed25519(1).sign(TEXT.encode())),
    "first": cosignature(FIRST, 5, ed25519(2).sign(cosigned_message(TEXT, 5))),
    "second": cosignature(SECOND, 5, ML_DSA.sign(cosigned_message_v2(TEXT, 5, SECOND.name))),
    "third": cosignature(THIRD, 5, ed25519(3).sign(cosigned_message(TEXT, 5))),
    "fourth": cosignature(FOURTH, 5, ed25519(4).sign(cosigned_message(TEXT, 5))),
}


def note(names):
    return Note(text=TEXT, lines=tuple(LINES[name] for name in names.split()))


def third(rest):
    return parse_policy(f"witness w {THIRD.text} https://third.example\nwitness v {FOURTH.text}\n{rest}\n".encode())


@pytest.mark.parametrize(
    ("rest", "names", "met"),
    [
        (None, "log first second", True),
        (None, "log first", False),
        (None, "log second", False),
        (None, "first second", False),
        (None, "log first second third", True),
        ("quorum none", "log first second", True),
        ("quorum w", "log first second", False),
        ("quorum w", "log first second third", True),
        ("quorum w", "log third fourth", False),
        ("group both all w v\nquorum both", "log first second third", False),
        ("group both all w v\nquorum both", "log first second third fourth", True),
        ("group either any w v\nquorum either", "log first second fourth", True),
    ],
)
def test_log_and_partner_always_and_others_as_asked(rest, names, met):
    policy = pair_policy(LOG, [FIRST, SECOND], None if rest is None else third(rest))
    assert policy.is_met_by(note(names)) is met
    assert policy.is_met_with(named_by(note(names), policy)) is (met or names == "first second")


def test_a_partner_of_the_previous_release_needs_its_one_key():
    assert pair_policy(LOG, [FIRST], None).is_met_by(note("log first"))


@pytest.mark.parametrize("twin", [LOG, FIRST])
def test_a_third_witness_under_the_key_of_somebody_else_is_refused(twin):
    again = make_key("other.example/w", COSIGNATURE_ED25519, twin.key)
    policy = parse_policy(f"witness w {again.text}\nquorum w\n".encode())
    with pytest.raises(InputError) as caught:
        pair_policy(LOG, [FIRST, SECOND], policy)
    assert caught.value.reason.code == "ledger.witness-twice"


def test_a_policy_keeps_where_its_witnesses_are_asked():
    assert third("quorum w").urls == {"w": "https://third.example"}


@pytest.mark.parametrize(
    "witness",
    [
        make_key(LOG.name, COSIGNATURE_ED25519, THIRD.key),
        make_key("other.example/w", COSIGNATURE_ED25519, LOG.key),
    ],
    ids=["name", "key"],
)
@pytest.mark.parametrize("first", ["log", "witness"])
def test_a_witness_with_the_name_or_key_of_a_log_is_refused(witness, first):
    lines = [f"log {LOG.text}", f"witness w {witness.text}"]
    ordered = lines if first == "log" else lines[::-1]
    with pytest.raises(InputError) as caught:
        parse_policy("\n".join([*ordered, "quorum w", ""]).encode())
    assert caught.value.reason.code == "tlog.policy"
