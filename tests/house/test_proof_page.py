# SPDX-License-Identifier: MIT
"""The page for auditors: its commands, run as they stand on a file of the vectors, and on one that is wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "proof.md").read_text("utf-8")
VECTORS = json.loads((ROOT / "tests/vectors/evidence/v1.json").read_text("utf-8"))
BLOCKS = re.findall(r"^```(python)?\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
PYTHON = [body for language, body in BLOCKS if language]
OPENSSL = [
    line for language, body in BLOCKS if not language for line in body.splitlines() if line.startswith("openssl")
]


@pytest.fixture
def folder(tmp_path):
    for (node, listed), name in zip(VECTORS["anchors"].items(), ("gbr.anchor", "jpn.anchor"), strict=True):
        assert node[:3].lower() == name[:3]
        (tmp_path / name).write_bytes(bytes.fromhex(listed["file"]))
    (text,) = [each["file"] for each in VECTORS["valid"] if each["name"] == "envelope-sent-open"]
    (tmp_path / "evidence.json").write_text(text, "utf-8")
    return tmp_path


def by_hand(folder):
    return subprocess.run([sys.executable, "-c", "\n".join(PYTHON)], cwd=folder, capture_output=True, check=False)


def test_the_arithmetic_of_the_page_works_on_a_file_that_holds(folder):
    done = by_hand(folder)
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode()
    assert all(listed["fingerprint"] in said for listed in VECTORS["anchors"].values())
    assert "GBR/gbr-1 sent objects to JPN/jpn-1 at 2026-03-01T12:00:00.000Z" in said


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_verifies_what_the_page_wrote_and_nothing_else(folder):
    assert by_hand(folder).returncode == 0
    assert len(OPENSSL) == 3
    for line in OPENSSL:
        words = line.split()
        assert subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode == 0
        signed = folder / words[words.index("-in") + 1]
        signed.write_bytes(signed.read_bytes() + b" ")
        assert subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("path", [("index",), ("opening", "body", "seq"), ("proof",), ("commitment",)])
def test_the_arithmetic_of_the_page_fails_on_a_file_that_is_wrong(folder, path):
    file = folder / "evidence.json"
    document = json.loads(file.read_text("utf-8"))
    at = document
    for name in path[:-1]:
        at = at[name]
    value = at[path[-1]]
    at[path[-1]] = value + 1 if isinstance(value, int) else value[::-1] if isinstance(value, list) else "A" * 43 + "="
    file.write_text(json.dumps(document), "utf-8")
    done = by_hand(folder)
    assert done.returncode != 0
    assert b"AssertionError" in done.stderr


def test_every_check_has_its_row():
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))
    assert rows >= {"form", "log-signature", "cosignature", "inclusion", "opening", "envelope", "receipt"}
