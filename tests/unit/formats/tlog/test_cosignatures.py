# SPDX-License-Identifier: MIT
"""What an ML-DSA-44 cosignature covers: every name, number and the root, in one spelling that is read back."""

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.cosignature import V2_PREFIX, Statement, cosigned_message_v2, read_message_v2
from tasuki.formats.tlog.note import COSIGNATURE_MLDSA44, Note, cosignature, cosigned_at, make_key, verify_note

TEXT = Checkpoint(origin="log.example/a", size=7, root=bytes(range(32))).text
MESSAGE = cosigned_message_v2(TEXT, 99, "witness.example/w")
NAMES = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="+"), min_size=1, max_size=60)


def test_the_message_is_laid_out_as_the_text_has_it():
    assert (
        b"subtree/v1\n\0"
        b"\x11witness.example/w"
        + (99).to_bytes(8, "big")
        + b"\x0dlog.example/a"
        + (0).to_bytes(8, "big")
        + (7).to_bytes(8, "big")
        + bytes(range(32))
    ) == MESSAGE


@given(NAMES, NAMES, st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read_back(witness, origin, stamp, size, root):
    text = Checkpoint(origin=origin, size=size, root=root).text
    said = read_message_v2(cosigned_message_v2(text, stamp, witness))
    assert said == Statement(witness=witness, stamp=stamp, origin=origin, size=size, root=root)


@pytest.mark.parametrize("cut", range(len(MESSAGE)))
def test_a_cut_message_is_none(cut):
    with pytest.raises(InputError):
        read_message_v2(MESSAGE[:cut])


@pytest.mark.parametrize(
    "raw",
    [
        MESSAGE + b"\0",
        b"subtree/v2" + MESSAGE[10:],
        V2_PREFIX + b"\x00" + MESSAGE[len(V2_PREFIX) + 1 :],
        V2_PREFIX + b"\x02\xff\xfe" + MESSAGE[len(V2_PREFIX) + 18 :],
        MESSAGE[:-48] + (1).to_bytes(8, "big") + MESSAGE[-40:],
    ],
    ids=["longer", "another label", "no name", "no utf-8", "a subtree"],
)
def test_another_message_is_none(raw):
    with pytest.raises(InputError) as caught:
        read_message_v2(raw)
    assert caught.value.reason.code == "tlog.cosigned"


@pytest.mark.parametrize(("length", "fits"), [(1, True), (255, True), (256, False), (0, False)])
def test_a_name_has_1_to_255_bytes(length, fits):
    if fits:
        assert read_message_v2(cosigned_message_v2(TEXT, 1, "w" * length)).witness == "w" * length
        return
    with pytest.raises(InputError):
        cosigned_message_v2(TEXT, 1, "w" * length)


@pytest.mark.parametrize(("stamp", "holds"), [(0, True), (2**63 - 1, True), (2**63, False)])
def test_a_time_above_63_bits_is_none(stamp, holds):
    private = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    key = make_key("witness.example/w", COSIGNATURE_MLDSA44, private.public_key().public_bytes_raw())
    line = cosignature(key, stamp, private.sign(cosigned_message_v2(TEXT, stamp, key.name)))
    assert cosigned_at(line) == stamp
    if holds:
        assert verify_note(Note(text=TEXT, lines=(line,)), key) == line
        return
    with pytest.raises(InputError):
        verify_note(Note(text=TEXT, lines=(line,)), key)
