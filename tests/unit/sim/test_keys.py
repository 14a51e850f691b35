# SPDX-License-Identifier: MIT
"""The stand-ins of the bench refuse what was altered, and are gone when it ends."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import mldsa

from tasuki.adapters import sealing, signer
from tasuki.adapters.sealing import open_sealed, private_key, public_part, seal
from tasuki.base.errors import PeerError
from tasuki.formats.suites import signatures
from tasuki.sim.keys import stand_in

ONE, OTHER = bytes(range(96)), bytes(range(1, 97))


def test_a_signature_is_the_same_each_time_and_holds_for_nothing_else():
    with stand_in():
        key = signer.MLDSA65PrivateKey.from_seed_bytes(bytes(32))
        signed = key.sign(b"said", b"context")
        assert signed == key.sign(b"said", b"context")
        assert len(signed) == signatures.ML_DSA_65_BYTES
        public = signatures.MLDSA65PublicKey.from_public_bytes(key.public_key().public_bytes_raw())
        public.verify(signed, b"said", b"context")
        for changed in (
            (signed, b"other", b"context"),
            (signed, b"said", b"other"),
            (bytes(3309), b"said", b"context"),
        ):
            with pytest.raises(InvalidSignature):
                public.verify(*changed)


def test_the_public_key_is_the_true_one_of_the_seed():
    true = mldsa.MLDSA65PrivateKey.from_seed_bytes(bytes(32)).public_key().public_bytes_raw()
    with stand_in():
        assert signer.MLDSA65PrivateKey.from_seed_bytes(bytes(32)).public_key().public_bytes_raw() == true


def test_what_is_sealed_opens_for_its_recipient_alone():
    with stand_in():
        sealed = seal(public_part(ONE), b"info", b"text")
        assert sealed == seal(public_part(ONE), b"info", b"text")
        assert open_sealed(private_key(ONE), b"info", sealed) == b"text"
        for key, info, content in ((OTHER, b"info", sealed), (ONE, b"other", sealed), (ONE, b"info", sealed[:-1])):
            with pytest.raises(PeerError):
                open_sealed(private_key(key), info, content)


def test_afterwards_everything_is_as_before():
    before = signer.MLDSA65PrivateKey, signatures.MLDSA65PublicKey, sealing._SUITE
    with stand_in():
        assert all(now is not then for now, then in zip(_bound(), before, strict=True))
        sealed = seal(public_part(ONE), b"info", b"text")
    assert _bound() == before
    with pytest.raises(PeerError):
        open_sealed(private_key(ONE), b"info", sealed)


def _bound():
    return signer.MLDSA65PrivateKey, signatures.MLDSA65PublicKey, sealing._SUITE
