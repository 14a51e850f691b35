# SPDX-License-Identifier: MIT
"""`tasuki verify` as its users run it: another process, files and public keys, no node."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tasuki.base.canonical import canonical

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/evidence/v1.json").read_text("utf-8"))
VALID = {listed["name"]: listed["file"] for listed in VECTORS["valid"]}


@pytest.fixture
def anchors(tmp_path):
    folder = tmp_path / "anchors"
    folder.mkdir()
    for node, listed in VECTORS["anchors"].items():
        (folder / f"{node.replace('/', '-')}.anchor").write_bytes(bytes.fromhex(listed["file"]))
    return folder


def verify(*words):
    """Run the command as a stranger would, with nothing but a language in the environment."""
    command = [sys.executable, "-m", "tasuki", "verify", *map(str, words)]
    done = subprocess.run(command, capture_output=True, env={"LANG": "en_GB.UTF-8"}, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def changed(listed):
    document = json.loads(VALID[listed["of"]])
    at = document
    *path, last = listed["path"]
    for step in path:
        at = at[step]
    at[last] = listed["value"]
    return canonical(document)


def test_every_valid_vector_holds(tmp_path, anchors):
    files = []
    for name, text in VALID.items():
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(text)
    code, out, err = verify(*files, "--anchor", anchors, "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert [each["meaning"] for each in answer["files"]] == [listed["meaning"] for listed in VECTORS["valid"]]
    assert {each["node"]: each["fingerprint"] for each in answer["anchors"]} == {
        node: listed["fingerprint"] for node, listed in VECTORS["anchors"].items()
    }


def test_every_invalid_vector_fails_for_the_reasons_listed(tmp_path, anchors):
    files = []
    for number, listed in enumerate(VECTORS["invalid"]):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_bytes(changed(listed))
    code, out, _ = verify(*files, "--anchor", anchors, "--json")
    assert code == 1
    found = [[check["name"] for check in each["checks"] if not check["holds"]] for each in json.loads(out)["files"]]
    assert found == [listed["fails"] for listed in VECTORS["invalid"]]


def test_a_wrong_use_says_so_in_one_line(tmp_path, anchors):
    for words in ((), (tmp_path / "none.json", "--anchor", anchors), (anchors / "GBR-gbr-1.anchor",)):
        code, out, err = verify(*words)
        assert (code, out) == (2, "")
        assert err.startswith("tasuki: ")
        assert err.count("\n") == 1
