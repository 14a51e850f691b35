# SPDX-License-Identifier: MIT
"""The journal: what was written is read, torn ends are cut, altered middles are found; it says nothing by itself."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.adapters.clock import Entropy
from tasuki.adapters.journal import MAGIC, Journal
from tasuki.base.errors import WorldError

KEY = bytes(32)
ENTRIES = (b'{"kind":"recalled"}', b'{"kind":"disposed"}', b'{"kind":"removed"}')


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal"


def journal(path, key=KEY):
    return Journal(path, key, Entropy())


def test_a_journal_that_is_not_there_holds_nothing(path):
    read = journal(path).read()
    assert (read.records, read.torn, read.broken) == ((), False, False)


def test_what_was_added_is_read_in_order_by_whoever_opens_it_later(path):
    one = journal(path)
    one.append(ENTRIES[:2])
    one.append(ENTRIES[2:])
    other = journal(path)
    other.append([b"more"])
    assert journal(path).read().records == (*ENTRIES, b"more")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_reads_it_without_the_key(path):
    journal(path).append(ENTRIES)
    raw = path.read_bytes()
    assert not [each for each in (b"kind", b"recalled") if each in raw]
    read = journal(path, bytes([1]) * 32).read()
    assert (read.records, read.broken) == ((), True)


@given(cut=st.integers(0, 400))
def test_wherever_a_writer_was_killed_what_was_whole_is_read_and_the_next_entry_follows(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("torn") / "journal"
    journal(path).append(ENTRIES)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(0, len(whole) - cut)])
    left = journal(path).read()
    assert left.records == ENTRIES[: len(left.records)]
    assert not left.broken
    journal(path).append([b"next"])
    assert journal(path).read().records == (*left.records, b"next")


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_read_as_an_entry(tmp_path_factory, place, bit):
    path = tmp_path_factory.mktemp("bent") / "journal"
    journal(path).append(ENTRIES)
    raw = bytearray(path.read_bytes())
    raw[place % len(raw)] ^= 1 << bit
    path.write_bytes(raw)
    read = journal(path).read()
    assert read.records == ENTRIES[: len(read.records)]
    assert len(read.records) < len(ENTRIES)


def test_an_entry_taken_out_of_the_middle_is_found(path):
    made = journal(path)
    ends = []
    for each in ENTRIES:
        made.append([each])
        ends.append(path.stat().st_size)
    raw = path.read_bytes()
    path.write_bytes(raw[: ends[0]] + raw[ends[1] :])
    # The last may be torn; so one more entry, to stand in the middle.
    assert journal(path).read().records == ENTRIES[:1]
    path.write_bytes(raw[: ends[0]] + raw[ends[1] :] + raw[ends[0] : ends[1]])
    read = journal(path).read()
    assert (read.records, read.broken) == (ENTRIES[:1], True)


def test_nothing_is_added_to_what_somebody_altered(path):
    journal(path).append(ENTRIES)
    raw = bytearray(path.read_bytes())
    raw[len(MAGIC) + 20] ^= 1
    path.write_bytes(raw)
    with pytest.raises(WorldError) as caught:
        journal(path).append([b"more"])
    assert caught.value.reason.code == "adapters.journal-broken"
    assert path.read_bytes() == bytes(raw)


def test_what_is_no_journal_is_left_alone(path):
    path.write_bytes(b"something of somebody else")
    with pytest.raises(WorldError):
        journal(path).append([b"more"])
    assert path.read_bytes() == b"something of somebody else"


def test_a_trace_is_the_same_for_the_same_thing_and_says_nothing_without_the_key(path):
    assert journal(path).trace(b"one") == journal(path).trace(b"one")
    assert journal(path).trace(b"one") != journal(path).trace(b"two")
    assert journal(path).trace(b"one") != journal(path, bytes([1]) * 32).trace(b"one")


def test_a_disk_that_refuses_is_said(path):
    path.mkdir()
    with pytest.raises(WorldError) as caught:
        journal(path).append([b"x"])
    assert caught.value.reason.code == "adapters.journal-failed"
