# SPDX-License-Identifier: MIT
"""Cosignatures of both kinds, made here with keys of the test by the letter of C2SP tlog-cosignature."""

import base64
import hashlib
import struct
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tasuki_verify.anchor import Anchor, Key
from tasuki_verify.checks import cosignature, log_signature
from tasuki_verify.evidence import Evidence
from tasuki_verify.words import WrongError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = int(NOW.timestamp())
YEAR = timedelta(days=365)
LOG, WITNESS = Ed25519PrivateKey.from_private_bytes(b"l" * 32), Ed25519PrivateKey.from_private_bytes(b"w" * 32)
SECOND = MLDSA44PrivateKey.from_seed_bytes(b"s" * 32)
ORIGIN, NAME = "tasuki/GBR/gbr-1/pair/JPN", "tasuki/JPN/jpn-1/witness"


def key(private, purpose, algorithm, start=NOW - YEAR, end=NOW + YEAR):
    return Key(purpose, algorithm, private.public_key().public_bytes_raw(), start, end)


def anchors(*more, node="JPN/jpn-1", previous=False):
    second = () if previous else (key(SECOND, "witness", "ml-dsa-44", end=NOW + 9 * YEAR),)
    owner = Anchor("GBR/gbr-1", 1, "", (key(LOG, "log", "ed25519"), *second))
    return [owner, Anchor(node, 1, "", (key(WITNESS, "witness", "ed25519"), *more))]


def line(name, kind, private, signature):
    raw = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4]
    return f"\u2014 {name} {base64.b64encode(key_id + signature).decode()}\n"


def text(origin=ORIGIN):
    return f"{origin}\n7\n{base64.b64encode(b'r' * 32).decode()}\n"


def by_log(origin=ORIGIN):
    return line(origin, 1, LOG, LOG.sign(text(origin).encode()))


def by_witness(stamp=STAMP, origin=ORIGIN):
    signed = WITNESS.sign(f"cosignature/v1\ntime {stamp}\n{text(origin)}".encode())
    return line(NAME, 4, WITNESS, struct.pack(">Q", stamp) + signed)


def by_second(stamp=STAMP, name=NAME, size=7):
    message = struct.pack(
        f">12sB{len(name)}sQB{len(ORIGIN)}sQQ32s",
        b"subtree/v1\n\0",
        len(name),
        name.encode(),
        stamp,
        len(ORIGIN),
        ORIGIN.encode(),
        0,
        size,
        b"r" * 32,
    )
    return line(NAME, 6, SECOND, struct.pack(">Q", stamp) + SECOND.sign(message))


def judged(trusted, *lines, origin=ORIGIN):
    note = text(origin) + "\n" + "".join(lines)
    evidence = Evidence(0, bytes(32), (), note, None, None, None)
    return cosignature(log_signature(evidence, trusted), trusted)


HAS_SECOND = key(SECOND, "witness", "ml-dsa-44")


def test_a_partner_of_the_previous_release_cosigns_with_one_key():
    assert judged(anchors(), by_log(), by_witness()).at == NOW


def test_one_that_has_two_keys_is_asked_for_both():
    assert judged(anchors(HAS_SECOND), by_log(), by_second(), by_witness()).anchor.node == "JPN/jpn-1"
    with pytest.raises(WrongError, match="ML-DSA-44"):
        judged(anchors(HAS_SECOND), by_log(), by_witness())
    with pytest.raises(WrongError, match="no line"):
        judged(anchors(HAS_SECOND), by_log(), by_second())


def test_the_log_of_a_node_of_the_previous_release_has_one_line_of_a_witness():
    assert judged(anchors(HAS_SECOND, previous=True), by_log(), by_witness()).anchor.node == "JPN/jpn-1"


def test_a_key_that_was_not_valid_yet_is_not_asked_for():
    later = key(SECOND, "witness", "ml-dsa-44", NOW + timedelta(days=1))
    assert judged(anchors(later), by_log(), by_witness())
    with pytest.raises(WrongError, match="ML-DSA-44"):
        judged(anchors(later), by_log(), by_witness(STAMP + 2 * 86_400))


@pytest.mark.parametrize(
    "second", [by_second(name=NAME.replace("1", "2")), by_second(size=8)], ids=["another name", "another size"]
)
def test_what_it_signs_is_name_time_origin_size_and_root(second):
    with pytest.raises(WrongError, match="does not verify"):
        judged(anchors(HAS_SECOND), by_log(), by_witness(), second)


def test_a_line_of_a_key_nobody_trusts_says_nothing():
    assert judged(anchors(), by_log(), by_witness(), by_second(size=8))


def test_of_two_cosignatures_the_earlier_is_meant():
    assert judged(anchors(), by_log(), by_witness(), by_witness(STAMP - 60)).at == NOW - timedelta(minutes=1)


def test_a_later_period_of_a_log_names_year_and_start():
    origin = f"{ORIGIN}/2027/18204"
    note = text(origin) + "\n" + by_log(origin)
    log = log_signature(Evidence(0, bytes(32), (), note, None, None, None), anchors())
    assert (log.node, log.partner, log.start) == ("GBR/gbr-1", "JPN", 18204)
    assert judged(anchors(), by_log(origin), by_witness(origin=origin), origin=origin)


@pytest.mark.parametrize("end", ["/2027", "/2027/", "/0000/1", "/27/1", "/2027/0", "/2027/01", "/2027/1/", "/x/1", "/"])
def test_another_origin_is_no_pair_log(end):
    with pytest.raises(WrongError, match="no pair log"):
        judged(anchors(), by_log(ORIGIN + end), origin=ORIGIN + end)
