# SPDX-License-Identifier: MIT
"""Public keys: which are registered, and what names them."""

import json
from datetime import UTC, datetime

import pytest

from tasuki.base.errors import PeerError
from tasuki.formats.suites.keys import KEY_BYTES, LOW_ORDER_KEYS, Algorithm, check_validity, public_key

START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 4, 1, tzinfo=UTC)


def register(raw, algorithm="ed25519", purpose="envelope"):
    return public_key(purpose=purpose, algorithm=algorithm, raw=raw, not_before=START, not_after=END)


def test_the_fourteen_low_order_keys_are_those_of_the_shared_list(data):
    listed = json.loads((data / "security/cctv/ed25519_refused_public_keys.json").read_text())
    assert {bytes.fromhex(key) for key in listed["low_order_public_keys_hex"]} == LOW_ORDER_KEYS


@pytest.mark.parametrize("raw", sorted(LOW_ORDER_KEYS), ids=bytes.hex)
def test_a_low_order_key_is_not_registered(raw):
    with pytest.raises(PeerError) as refused:
        register(raw)
    assert refused.value.reason.code == "suites.low-order-key"


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("off", [-1, 1])
def test_a_key_of_another_length_is_not_registered(algorithm, off):
    with pytest.raises(PeerError) as refused:
        register(b"\x07" * (KEY_BYTES[algorithm] + off), algorithm, "witness")
    assert refused.value.reason.code == "suites.bad-key"


@pytest.mark.parametrize(("algorithm", "purpose"), [("rsa", "envelope"), ("ed25519", "anything"), ("ED25519", "log")])
def test_an_unknown_algorithm_or_purpose_is_not_registered(algorithm, purpose):
    with pytest.raises(PeerError) as refused:
        register(b"\x07" * 32, algorithm, purpose)
    assert refused.value.reason.code == "suites.unknown-algorithm"


def test_the_id_depends_on_key_and_algorithm_and_not_on_purpose():
    one, other = register(b"\x07" * 32), register(b"\x08" * 32)
    assert one.id != other.id
    assert one.id == register(b"\x07" * 32, purpose="log").id
    assert len(one.id) == 32


@pytest.mark.parametrize(
    ("at", "fit"), [(START, True), (END, True), (START.replace(year=2025), False), (END.replace(year=2027), False)]
)
def test_a_key_counts_only_within_its_validity(at, fit):
    key = register(b"\x07" * 32)
    if fit:
        check_validity(key, at)
    else:
        with pytest.raises(PeerError) as refused:
            check_validity(key, at)
        assert refused.value.reason.code == "suites.key-not-valid"
