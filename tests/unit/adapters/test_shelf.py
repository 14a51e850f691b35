# SPDX-License-Identifier: MIT
"""Backups on a shelf: opened by the recovery key alone, and every cut or change is found, with and without the key."""

from __future__ import annotations

import io
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.adapters import shelf
from tasuki.adapters.clock import Entropy
from tasuki.base.errors import CallerError, InputError
from tasuki.formats.backup import frame

ENTROPY = Entropy()
CONTENT = b"a secret of the node " * 100


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    shelf.make_recovery_key(folder, folder / "recovery.key", ENTROPY)
    return shelf.public_key(folder), shelf.secret_key(folder / "recovery.key"), folder


def sealed(keys, content=CONTENT):
    out = io.BytesIO()
    key = shelf.seal(out, keys[0], [content], ENTROPY)
    return out.getvalue(), key


def opened(path, secret):
    return b"".join(shelf.unseal(path, secret))


@pytest.mark.parametrize(
    "size",
    [0, 1, frame.CHUNK_BYTES - 1, frame.CHUNK_BYTES, frame.CHUNK_BYTES + 1, 2 * frame.CHUNK_BYTES],
)
def test_what_was_sealed_is_opened_whatever_its_length(keys, tmp_path, size):
    content = bytes(size)
    raw, key = sealed(keys, content)
    (tmp_path / "b").write_bytes(raw)
    shelf.require_whole(tmp_path / "b")
    assert opened(tmp_path / "b", keys[1]) == content
    assert b"".join(shelf.unseal(tmp_path / "b", file_key=key)) == content


def test_pieces_of_any_size_give_the_same_content(keys, tmp_path):
    out = io.BytesIO()
    shelf.seal(out, keys[0], [CONTENT[i : i + 7] for i in range(0, len(CONTENT), 7)], ENTROPY)
    (tmp_path / "b").write_bytes(out.getvalue())
    assert opened(tmp_path / "b", keys[1]) == CONTENT


def test_nothing_of_it_can_be_seen_and_no_two_are_alike(keys):
    one, two = sealed(keys)[0], sealed(keys)[0]
    assert b"secret" not in one
    assert one[:8] == two[:8] == frame.MAGIC
    assert one[20:] != two[20:]


def test_another_key_opens_nothing(keys, tmp_path):
    (tmp_path / "b").write_bytes(sealed(keys)[0])
    shelf.make_recovery_key(tmp_path, tmp_path / "other.key", ENTROPY)
    with pytest.raises(InputError) as caught:
        opened(tmp_path / "b", shelf.secret_key(tmp_path / "other.key"))
    assert caught.value.reason.code == "adapters.backup-other-key"


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found_from_outside_and_from_inside(keys, tmp_path_factory, place, bit):
    path = tmp_path_factory.mktemp("bent") / "b"
    raw = bytearray(sealed(keys)[0])
    raw[place % len(raw)] ^= 1 << bit
    path.write_bytes(raw)
    with pytest.raises(InputError):
        shelf.require_whole(path)
    if place % len(raw) < len(raw) - frame.HASH_BYTES:
        with pytest.raises(InputError):
            opened(path, keys[1])


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(1, 3000))
def test_a_file_cut_off_is_found(keys, tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("cut") / "b"
    raw = sealed(keys)[0]
    path.write_bytes(raw[: max(0, len(raw) - cut)])
    with pytest.raises(InputError):
        shelf.require_whole(path)
    with pytest.raises(InputError):
        opened(path, keys[1])


def test_chunks_that_change_places_are_found(keys, tmp_path):
    raw, _ = sealed(keys, bytes(3 * frame.CHUNK_BYTES))
    step = frame.CHUNK_BYTES + frame.TAG_BYTES
    start = frame.START_BYTES + frame.head_length(raw[: frame.START_BYTES])
    swapped = raw[:start] + raw[start + step : start + 2 * step] + raw[start : start + step] + raw[start + 2 * step :]
    (tmp_path / "b").write_bytes(swapped)
    with pytest.raises(InputError):
        opened(tmp_path / "b", keys[1])


def test_a_recovery_key_is_its_owners_and_never_written_over(keys):
    folder = keys[2]
    assert stat.S_IMODE((folder / "recovery.key").stat().st_mode) == 0o600
    assert len(shelf.public_key(folder)) < (folder / "recovery.key").stat().st_size * 20
    with pytest.raises(CallerError):
        shelf.make_recovery_key(folder, folder / "recovery.key", ENTROPY)


def test_a_node_without_one_is_told_how_to_make_it(tmp_path):
    with pytest.raises(CallerError) as caught:
        shelf.public_key(tmp_path)
    assert "--new-key" in caught.value.reason.sentence()


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"secret": "AAAA"}', b'{"secret": 1}', b"\xff"])
def test_what_is_no_recovery_key_is_refused(tmp_path, raw):
    (tmp_path / "k").write_bytes(raw)
    with pytest.raises(InputError) as caught:
        shelf.secret_key(tmp_path / "k")
    assert caught.value.reason.code == "adapters.recovery-key-bad"


def test_keys_open_under_their_passphrase_alone():
    held = shelf.seal_keys("correct horse battery", b"keys", ENTROPY)
    assert shelf.open_keys("correct horse battery", held) == b"keys"
    assert b"keys" not in held
    for wrong in ("correct horse batterz", ""):
        with pytest.raises(InputError) as caught:
            shelf.open_keys(wrong, held)
        assert caught.value.reason.code == "adapters.wrong-passphrase"
    with pytest.raises(InputError):
        shelf.open_keys("correct horse battery", held[:20])
