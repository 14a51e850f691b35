# SPDX-License-Identifier: MIT
"""Project Wycheproof: every Ed25519, ML-DSA-44 and ML-DSA-65 verification case comes out as listed."""

import gzip
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey, MLDSA65PublicKey


def groups(data, name):
    return json.loads(gzip.decompress((data / "security/wycheproof" / name).read_bytes()))["testGroups"]


def holds(verify):
    try:
        verify()
    except (InvalidSignature, ValueError):
        return False
    return True


def test_every_ed25519_case(data):
    wrong, count = [], 0
    for group in groups(data, "ed25519_test.json.gz"):
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            count += 1
            message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
            if holds(lambda: key.verify(signature, message)) != (case["result"] == "valid"):  # noqa: B023 called at once
                wrong.append(case["tcId"])
    assert not wrong
    assert count >= 150


def ml_dsa_case(kind, public, case):
    message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
    context = bytes.fromhex(case["ctx"]) if "ctx" in case else None
    return holds(lambda: kind.from_public_bytes(public).verify(signature, message, context))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(MLDSA44PublicKey, "mldsa_44_verify_test.json.gz"), (MLDSA65PublicKey, "mldsa_65_verify_test.json.gz")],
    ids=["44", "65"],
)
def test_every_ml_dsa_case(data, kind, name):
    wrong, count = [], 0
    for group in groups(data, name):
        public = bytes.fromhex(group["publicKey"])
        for case in group["tests"]:
            count += 1
            if ml_dsa_case(kind, public, case) != (case["result"] == "valid"):
                wrong.append(case["tcId"])
    assert not wrong
    assert count >= 100


@pytest.mark.parametrize(
    "name", ["ed25519_test.json.gz", "mldsa_44_verify_test.json.gz", "mldsa_65_verify_test.json.gz"]
)
def test_the_lists_hold_both_outcomes(data, name):
    results = {case["result"] for group in groups(data, name) for case in group["tests"]}
    assert results >= {"valid", "invalid"}
