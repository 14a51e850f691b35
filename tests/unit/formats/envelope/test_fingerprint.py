# SPDX-License-Identifier: MIT
"""Fingerprints survive being read aloud in either script."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.envelope.fingerprint import KATAKANA, ROMAJI, heard, hexadecimal, spoken

DIGEST = hashlib.sha256(b"anchor").digest()


@given(st.binary(min_size=32, max_size=32))
def test_what_is_said_is_heard(digest):
    assert heard(spoken(digest)) == digest
    assert heard(spoken(digest, KATAKANA)) == digest
    assert heard(hexadecimal(digest)) == digest
    assert heard(spoken(digest).upper().replace("-", " ")) == digest


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_two_digests_never_sound_alike(one, other):
    assert (spoken(one) == spoken(other)) == (one == other)


def test_the_form_is_thirteen_groups_of_four():
    groups = spoken(DIGEST).split("-")
    assert [len(group) // 2 for group in groups] == [4] * 13
    assert len(set(ROMAJI)) == len(set(KATAKANA)) == 32
    assert all(len(syllable) == 2 for syllable in ROMAJI)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ka",
        hexadecimal(DIGEST)[:-1],
        spoken(DIGEST)[:-2],
        spoken(DIGEST) + "-ka",
        spoken(DIGEST)[:-2] + "bo",
        "shi" * 52,
    ],
)
def test_anything_else_is_not_heard(text):
    with pytest.raises(InputError) as refused:
        heard(text)
    assert refused.value.reason.code == "envelope.bad-fingerprint"


def test_only_a_sha256_is_spoken():
    with pytest.raises(ValueError, match="32 bytes"):
        spoken(b"short")
