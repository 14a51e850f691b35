# SPDX-License-Identifier: MIT
"""The bytes of a bundle: what is written is read back, and nothing else is a bundle."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.formats.bundle.bundle import (
    ABOUT_AN_ENVELOPE,
    MAGIC,
    MAX_BUNDLE_BYTES,
    MAX_PARTS,
    Manifest,
    Part,
    PartKind,
    manifest_statement,
    read_bundle,
    write_bundle,
)
from tasuki.formats.suites.signatures import ED25519_BYTES, ML_DSA_65_BYTES, Signatures

SIGNATURES = Signatures(ed25519=bytes(ED25519_BYTES), ml_dsa_65=bytes(ML_DSA_65_BYTES))
ENV_ID = "019ca945-0a00-7610-98e6-f49f98cee84f"
MANIFEST = Manifest(
    suite=1,
    sender=NodeName.parse("GBR/gbr-1"),
    recipient=NodeName.parse("JPN/jpn-1"),
    epoch=1,
    number=3,
    prev="a" * 64,
    received=2,
    keys=1,
    created=datetime(2026, 3, 1, 12, tzinfo=UTC),
    sig_keys=("b" * 32, "c" * 32),
)


def part(kind, raw=b"x"):
    return Part(kind=kind, raw=raw, of=ENV_ID if kind in ABOUT_AN_ENVELOPE else None)


def written(parts=(), manifest=MANIFEST):
    return write_bundle(manifest_statement(manifest, parts), SIGNATURES, parts)


parts_of = st.lists(st.tuples(st.sampled_from(PartKind), st.binary(min_size=1, max_size=40)), max_size=12).map(
    lambda rows: tuple(part(kind, raw) for kind, raw in sorted(rows, key=lambda row: list(PartKind).index(row[0])))
)


@given(parts=parts_of, number=st.integers(1, 2**53 - 1), prev=st.sampled_from([None, "0" * 64]))
def test_what_is_written_is_read_back(parts, number, prev):
    manifest = replace(MANIFEST, number=number, prev=prev)
    read = read_bundle(written(parts, manifest))
    assert (read.manifest, read.parts) == (manifest, parts)
    assert write_bundle(read.statement, read.signatures, read.parts) == written(parts, manifest)


@given(raw=st.binary(max_size=200))
def test_other_bytes_are_none(raw):
    for bent in (raw, MAGIC + raw):
        with pytest.raises(PeerError):
            read_bundle(bent)


@given(parts=parts_of.filter(bool), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_changed_bit_behind_the_signatures_is_noticed(parts, at, bit):
    raw = bytearray(written(parts))
    behind = sum(len(each.raw) + 4 for each in parts)
    raw[len(raw) - 1 - at % behind] ^= 1 << bit
    with pytest.raises(PeerError):
        read_bundle(bytes(raw))


@pytest.mark.parametrize(
    "change",
    [
        {"note": 1},
        {"v": 2},
        {"v": True},
        {"epoch": 0},
        {"number": 0},
        {"received": -1},
        {"keys": 0},
        {"prev": ""},
        {"from": "GBR"},
        {"created": "2026-03-01T12:00:00Z"},
        {"parts": {}},
        {"parts": [{"kind": "archive", "len": 1, "sha256": "0" * 64, "of": None}]},
        {"parts": [{"kind": "leaves", "len": 1, "sha256": "0" * 64, "of": ENV_ID}]},
        {"parts": [{"kind": "receipt", "len": 1, "sha256": "0" * 64, "of": None}]},
        {"parts": [{"kind": "leaves", "len": 1, "sha256": "0" * 64, "of": None, "name": "x"}]},
        {"parts": [{"kind": "leaves", "len": 0, "sha256": "0" * 64, "of": None}]},
        {"parts": [{"kind": "leaves", "len": 2**40, "sha256": "0" * 64, "of": None}]},
        {"parts": [None]},
    ],
    ids=str,
)
def test_a_manifest_has_its_members_in_their_forms_and_no_others(change):
    value = json.loads(manifest_statement(MANIFEST, ()))
    raw = write_bundle(canonical({**value, **change}), SIGNATURES, ())
    with pytest.raises(PeerError):
        read_bundle(raw)


def test_parts_stand_in_the_order_of_their_kinds():
    first, second = part(PartKind.STATEMENT), part(PartKind.ENVELOPE)
    with pytest.raises(ValueError, match="order"):
        written((second, first))
    statement = manifest_statement(MANIFEST, (second, first))
    swapped = write_bundle(statement, SIGNATURES, ()) + b"".join(
        len(each.raw).to_bytes(4, "big") + each.raw for each in (second, first)
    )
    with pytest.raises(PeerError, match="another order"):
        read_bundle(swapped)


def test_size_and_number_of_parts_are_bounded():
    with pytest.raises(PeerError, match="bytes"):
        read_bundle(MAGIC + bytes(MAX_BUNDLE_BYTES))
    with pytest.raises(ValueError, match="parts"):
        written(tuple(part(PartKind.LEAVES) for _ in range(MAX_PARTS + 1)))


def test_the_hash_covers_every_byte():
    parts = (part(PartKind.LEAVES),)
    hashes = {read_bundle(written(parts, replace(MANIFEST, number=number))).hash for number in range(1, 5)}
    assert len(hashes) == 4
