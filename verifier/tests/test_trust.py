# SPDX-License-Identifier: MIT
"""Trust files made here by the letter of the specification: who may sign what, and whose keys are read."""

import base64
import hashlib
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from tasuki_verify.spelling import spell
from tasuki_verify.trust import read_known, read_trust
from tasuki_verify.words import WrongError

HEAD = {
    "v": 1,
    "participant": "GBR",
    "node": "GBR/gbr-1",
    "created": "2026-03-01T12:00:00.000Z",
    "expires": "2026-06-01T12:00:00.000Z",
}


@cache
def keys_of(person):
    seed = hashlib.sha256(person.encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed), MLDSA65PrivateKey.from_seed_bytes(seed)


def raws_of(person):
    return [
        (name, key.public_key().public_bytes_raw())
        for name, key in zip(("ed25519", "ml-dsa-65"), keys_of(person), strict=True)
    ]


def text(raw):
    return base64.b64encode(raw).decode()


def role(threshold, *people):
    holders = [
        {"id": who, "name": who, "keys": [{"algorithm": name, "raw": text(raw)} for name, raw in raws_of(who)]}
        for who in people
    ]
    return {"threshold": threshold, "holders": holders}


def signed(kind, members, *people, halves=2):
    """Return a statement that these people signed, each with both keys or with the first alone."""
    raw = spell({**HEAD, "role": kind, **members})
    context = f"tasuki/v1/{kind}".encode()
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (context, kind.encode(), raw))
    block = b""
    for who in people:
        ed25519, ml_dsa = keys_of(who)
        signatures = (ed25519.sign(message), ml_dsa.sign(message, context))
        for (name, key), signature in list(zip(raws_of(who), signatures, strict=True))[:halves]:
            key_id = hashlib.sha256(b"\0".join((b"tasuki/v1/key", name.encode(), key))).digest()[:16]
            block += key_id + len(signature).to_bytes(2, "big") + signature
    return b"TASUKIT\x01" + len(raw).to_bytes(4, "big") + raw + len(block).to_bytes(4, "big") + block


def root(version=1, people=("a", "b", "c"), by=("a", "b"), office="o", **changes):
    roles = {"root": role(2, *people), "keys": role(1, office), "peers": role(1, "p")}
    members = {"version": version, "suite": 1, "roles": roles, "floors": {"keys": 0, "peers": 0}}
    return signed("root", {**members, **changes}, *by)


def node_key(seed):
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest()).public_key().public_bytes_raw()


def node_keys(version=1, by=("o",), seed=b"n", root=1, peers=0, halves=2, **changes):
    listed = [
        {
            "purpose": purpose,
            "algorithm": "ed25519",
            "raw": text(node_key(seed + purpose.encode())),
            "not_before": HEAD["created"],
            "not_after": HEAD["expires"],
        }
        for purpose in ("log", "witness", "something-later")
    ]
    members = {
        "version": version,
        "with": {"root": root, "peers": peers},
        "endpoint": "https://gbr-1.example",
        "tls": [text(b"certificate")],
        "keys": listed,
        "revoked": [],
        "suite": 1,
        "min_suite": 1,
        "profile": "a" * 64,
    }
    return signed("keys", {**members, **changes}, *by, halves=halves)


def peers(version=1, by=("p",), keys=1):
    return signed("peers", {"version": version, "with": {"root": 1, "keys": keys}, "peers": []}, *by)


def opening():
    raw = spell({"index": 4, "what": "b" * 32, "node": "GBR/gbr-1", "partner": "JPN", "salt": "c" * 64, "v": 1})
    return b"TASUKIO\x01" + len(raw).to_bytes(4, "big") + raw


GOOD = {
    "one root": root() + node_keys(),
    "with peers": root() + node_keys(peers=1) + peers(),
    "keys of before": root() + node_keys(1, seed=b"old") + node_keys(2),
    "two roots": root() + root(2, ("a", "d", "e"), ("a", "b", "d"), "q") + node_keys(1, ("q",), root=2),
    "keys of before under a root of before": root()
    + root(2, ("a", "d", "e"), ("a", "b", "d"), "q")
    + node_keys(1, ("o",), b"old")
    + node_keys(2, ("q",), root=2),
    "more signatures than needed": root(by=("a", "b", "c")) + node_keys(by=("x", "o")),
    "an opening": root() + node_keys() + opening(),
}
BAD = {
    "nothing": b"",
    "no keys": root(),
    "no root": node_keys(),
    "one holder of two": root(by=("a",)) + node_keys(),
    "one holder twice": root(by=("a", "a")) + node_keys(),
    "people who hold nothing": root(by=("a", "x")) + node_keys(),
    "half a holder": root() + node_keys(halves=1),
    "keys signed by holders of the root": root() + node_keys(by=("a", "b", "c")),
    "a threshold of none": root(roles={"root": role(0, "a"), "keys": role(1, "o"), "peers": role(1, "p")})
    + node_keys(),
    "a threshold above the holders": root(
        roles={"root": role(3, "a", "b"), "keys": role(1, "o"), "peers": role(1, "p")}
    )
    + node_keys(),
    "a key in two roles": root(roles={"root": role(1, "a"), "keys": role(1, "a"), "peers": role(1, "p")}) + node_keys(),
    "a second root by the old alone": root() + root(2, ("a", "d", "e"), ("a", "b")) + node_keys(root=2),
    "a second root by the new alone": root() + root(2, ("a", "d", "e"), ("d", "e")) + node_keys(root=2),
    "a root left out": root() + root(3, by=("a", "b")) + node_keys(),
    "newest keys by whom an older root named": root()
    + root(2, ("a", "d", "e"), ("a", "b", "d"), "q")
    + node_keys(1, ("o",)),
    "a root that is not there": root() + node_keys(root=2),
    "peers that are not there": root() + node_keys(peers=1),
    "peers of newer keys": root() + node_keys() + peers(keys=2),
    "keys below the floor": root(floors={"keys": 2, "peers": 0}) + node_keys(),
    "versions that fall": root() + node_keys(2, seed=b"old") + node_keys(1),
    "out of order": node_keys() + root(),
    "of two nodes": root() + node_keys(participant="JPN", node="JPN/jpn-1"),
    "bytes behind": root() + node_keys() + b"\0",
    "a low-order key": root()
    + node_keys(
        keys=[
            {
                "purpose": "log",
                "algorithm": "ed25519",
                "raw": text(b"\1" + bytes(31)),
                "not_before": HEAD["created"],
                "not_after": HEAD["expires"],
            }
        ]
    ),
}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_keys_are_read_that_enough_holders_signed(name):
    newest, *former = read_trust(GOOD[name])
    assert newest.node == "GBR/gbr-1"
    assert [key.raw for key in newest.keys] == [node_key(b"nlog"), node_key(b"nwitness")]
    assert [each.keys[0].raw for each in former] == ([node_key(b"oldlog")] if "before" in name else [])


def test_the_fingerprint_is_that_of_the_first_root():
    first, later = read_trust(GOOD["one root"])[0], read_trust(GOOD["two roots"])[0]
    assert first.fingerprint == later.fingerprint
    size = int.from_bytes(root()[8:12], "big")
    assert first.fingerprint == hashlib.sha256(root()[12 : 12 + size]).hexdigest()


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_breaks_a_clause_is_no_trust_file(name):
    with pytest.raises(WrongError):
        read_known(BAD[name])
