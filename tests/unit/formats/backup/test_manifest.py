# SPDX-License-Identifier: MIT
"""The list of what a backup holds: read as written, and no path in it leads out of the node's directory."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.backup import frame
from tasuki.formats.backup.manifest import LENGTH, LaneMark, Manifest, Part, is_inside, read_manifest, write_manifest

DIGEST = "ab" * 32
MADE = Manifest(
    node="GBR/gbr-1",
    home="GBR/ncsc:csirt",
    profile=DIGEST,
    program="1.0",
    dialect="sqlite",
    revision="0001",
    at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    logs={"audit": 7},
    lanes=(LaneMark(partner="JPN", lane="bulk", direction="in", epoch=1, next_seq=3),),
    journal=4,
    parts=(Part(name="database", size=9, sha256=DIGEST), Part(name="file:settings.toml", size=2, sha256=DIGEST)),
)


def test_a_manifest_is_read_as_it_was_written():
    raw = write_manifest(MADE)
    assert LENGTH.unpack(raw[: LENGTH.size]) == (len(raw) - LENGTH.size,)
    assert read_manifest(raw[LENGTH.size :]) == MADE
    assert not MADE.has_keys


@given(st.binary(max_size=200))
def test_what_is_no_manifest_is_refused(raw):
    with pytest.raises(InputError):
        read_manifest(raw)


BENT = {
    "another version": {"v": 2},
    "no database": {"parts": []},
    "a part twice": {"parts": [{"name": "database", "size": 1, "sha256": DIGEST}] * 2},
    "a path out of the node": {
        "parts": [
            {"name": "database", "size": 1, "sha256": DIGEST},
            {"name": "file:../../etc/passwd", "size": 1, "sha256": DIGEST},
        ]
    },
    "a part of another kind": {
        "parts": [{"name": "database", "size": 1, "sha256": DIGEST}, {"name": "x", "size": 1, "sha256": DIGEST}]
    },
    "a negative size": {"parts": [{"name": "database", "size": -1, "sha256": DIGEST}]},
    "a short digest": {"parts": [{"name": "database", "size": 1, "sha256": "ab"}]},
    "no moment": {"at": "yesterday"},
    "a lane without a number": {"lanes": [{"partner": "JPN"}]},
    "logs that are no object": {"logs": []},
}


@pytest.mark.parametrize("name", BENT)
def test_a_bent_manifest_is_refused(name):
    with pytest.raises(InputError) as caught:
        read_manifest(orjson.dumps({**MADE.as_json(), **BENT[name]}))
    assert caught.value.reason.code == "backup.bad-manifest"


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a\\b", "a\n"])
def test_a_path_that_is_not_plain_is_no_part(path):
    assert not is_inside(path, f"file:{path}")


def test_nonces_differ_by_chunk_and_by_whether_it_is_the_last():
    made = {frame.nonce(number, last=last) for number in range(300) for last in (True, False)}
    assert len(made) == 600
    assert {len(each) for each in made} == {12}


@pytest.mark.parametrize(
    "start",
    [b"", b"TASUKIC\x01", b"TASUKIC\x01\x00\x00\x00\x00", b"TASUKIC\x01\xff\xff\xff\xff", b"PK\x03\x04" + bytes(8)],
)
def test_another_beginning_is_no_backup(start):
    with pytest.raises(InputError) as caught:
        frame.head_length(start)
    assert caught.value.reason.code == "backup.no-backup"
