# SPDX-License-Identifier: MIT
"""The second verifier is one only as long as it shares nothing with the first."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "verifier"
NODE = ROOT / "src"


def imported(path: Path) -> set[str]:
    """Return the top-level names of everything a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("path", sorted((VERIFIER / "src").rglob("*.py")), ids=lambda path: path.name)
def test_the_verifier_imports_nothing_but_itself_and_one_library(path):
    assert imported(path) <= {"tasuki_verify", "cryptography", *sys.stdlib_module_names}


@pytest.mark.parametrize("path", sorted((VERIFIER / "tests").rglob("*.py")), ids=lambda path: path.name)
def test_its_tests_know_nothing_of_the_node(path):
    assert imported(path) <= {"tasuki_verify", "pytest", "cryptography", *sys.stdlib_module_names}


def test_the_node_knows_nothing_of_the_verifier():
    assert not [path for path in NODE.rglob("*.py") if "tasuki_verify" in path.read_text("utf-8")]


def test_it_asks_for_the_library_the_node_has():
    node, verifier = (tomllib.loads((folder / "pyproject.toml").read_text("utf-8")) for folder in (ROOT, VERIFIER))
    (wanted,) = verifier["project"]["dependencies"]
    assert wanted in node["project"]["dependencies"]


def test_it_can_be_read_in_an_hour():
    lines = [line for path in (VERIFIER / "src").rglob("*.py") for line in path.read_text("utf-8").splitlines()]
    assert len([line for line in lines if line.strip()]) <= 1500
