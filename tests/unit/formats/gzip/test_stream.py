# SPDX-License-Identifier: MIT
"""Gzip unpacks to what was packed, however it streams; of a bad one the beginning comes, and then the reason."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.gzip.stream import CHUNK_BYTES, unpack

PARTS = st.lists(st.binary(max_size=200), min_size=1, max_size=3)


def chunked(raw, size):
    return (raw[at : at + size] for at in range(0, len(raw), size))


def unpacked(raw, *, limit=1 << 20):
    """Return what came, and the code of the refusal that ended it."""
    came = b""
    try:
        for part in unpack([raw], limit=limit):
            came += part
    except InputError as error:
        return came, error.reason.code
    return came, None


@given(PARTS, st.integers(1, 60), st.integers(0, 9))
def test_members_are_unpacked_one_after_the_other_whatever_the_chunks(parts, size, padding):
    packed = b"".join(gzip.compress(part) for part in parts) + bytes(padding)
    assert b"".join(unpack(chunked(packed, size), limit=1 << 20)) == b"".join(parts)


@given(st.binary(min_size=1, max_size=300), st.data())
def test_of_a_cut_file_only_a_beginning_comes_and_it_is_said(plain, data):
    packed = gzip.compress(plain)
    came, code = unpacked(packed[: data.draw(st.integers(0, len(packed) - 1))])
    assert plain.startswith(came)
    assert code == "gzip.cut"


@given(st.binary(max_size=100))
def test_any_bytes_are_unpacked_or_refused(raw):
    unpacked(raw)
    unpacked(gzip.compress(b"x" * 50)[:15] + raw)


def test_a_damaged_file_gives_what_came_before_the_damage():
    packed = gzip.compress(b"good") + b"damage, not gzip"
    assert unpacked(packed) == (b"good", "gzip.broken")


def test_a_bomb_is_stopped_at_the_limit_and_never_unpacked_at_once():
    bomb = gzip.compress(bytes(50 << 20))
    assert len(bomb) < 100_000
    came, code = unpacked(bomb, limit=4 << 20)
    assert code == "gzip.too-large"
    assert len(came) <= 4 << 20
    assert len(next(unpack([bomb], limit=4 << 20))) <= CHUNK_BYTES


def test_a_file_of_nothing_holds_nothing():
    assert unpacked(gzip.compress(b"")) == (b"", None)
