# SPDX-License-Identifier: MIT
"""Both signatures must verify, over the exact bytes, under the right context and purpose."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from tasuki.base.errors import PeerError
from tasuki.formats.suites.keys import Purpose, public_key
from tasuki.formats.suites.signatures import (
    SIGNATURE_BYTES,
    Signatures,
    SigningPair,
    context,
    read_signatures,
    require_suite,
    signing_input,
    verify,
)

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
ED = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
ML = MLDSA65PrivateKey.from_seed_bytes(b"\x02" * 32)


def key(private, algorithm, purpose=Purpose.ENVELOPE):
    raw = private.public_key().public_bytes_raw()
    return public_key(purpose=purpose, algorithm=algorithm, raw=raw, not_before=START, not_after=END)


PAIR = SigningPair(ed25519=key(ED, "ed25519"), ml_dsa_65=key(ML, "ml-dsa-65"))


def sign(kind=b"objects", statement=b"statement", ml_context=None):
    message = signing_input(kind.decode(), statement)
    ml_context = context(kind.decode()) if ml_context is None else ml_context
    return Signatures(ed25519=ED.sign(message), ml_dsa_65=ML.sign(message, ml_context))


def refused(statement_type, statement, signatures, pair=PAIR, purpose=Purpose.ENVELOPE):
    with pytest.raises(PeerError) as error:
        verify(statement_type, statement, signatures, pair, purpose)
    return error.value.reason.code


def test_both_signatures_over_the_same_bytes_verify():
    verify("objects", b"statement", sign(), PAIR, Purpose.ENVELOPE)


def test_another_statement_or_type_does_not_verify():
    assert refused("objects", b"statemenT", sign()) == "suites.bad-signature"
    assert refused("recall", b"statement", sign()) == "suites.bad-signature"


@pytest.mark.parametrize("field", ["ed25519", "ml_dsa_65"])
def test_one_good_signature_is_not_enough(field):
    good, other = sign(), sign(statement=b"other")
    assert refused("objects", b"statement", replace(good, **{field: getattr(other, field)})) == "suites.bad-signature"


def test_ml_dsa_under_another_context_does_not_verify():
    assert refused("objects", b"statement", sign(ml_context=b"")) == "suites.bad-signature"


def test_a_key_for_another_purpose_does_not_count():
    pair = replace(PAIR, ed25519=key(ED, "ed25519", Purpose.LOG))
    assert refused("objects", b"statement", sign(), pair) == "suites.wrong-purpose"
    assert refused("objects", b"statement", sign(), PAIR, Purpose.ROOT) == "suites.wrong-purpose"


def test_lengths_keep_type_and_statement_apart():
    assert signing_input("ab", b"c") != signing_input("a", b"bc")


def test_a_signature_block_has_one_length():
    assert read_signatures(sign().as_bytes()).as_bytes()[:64] == sign().ed25519
    for size in (0, SIGNATURE_BYTES - 1, SIGNATURE_BYTES + 1):
        with pytest.raises(ValueError, match="signature block"):
            read_signatures(bytes(size))


@pytest.mark.parametrize("suite", [0, 2, 99])
def test_an_unknown_suite_means_no(suite):
    require_suite(1)
    with pytest.raises(PeerError) as error:
        require_suite(suite)
    assert error.value.reason.code == "suites.unknown-suite"
