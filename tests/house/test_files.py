# SPDX-License-Identifier: MIT
"""What holds for every file of the project."""

from __future__ import annotations

import itertools
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 700
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def tracked(pattern: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in sorted(set(listed.stdout.splitlines())) if (ROOT / line).is_file()]


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


PYTHON = tracked("*.py")
PAGES = tracked("*.md")


@pytest.mark.parametrize("path", PYTHON, ids=names(PYTHON))
def test_a_file_says_under_which_licence_it_stands(path):
    assert path.read_text("utf-8").startswith("# SPDX-License-Identifier: MIT\n")


@pytest.mark.parametrize("path", [each for each in PYTHON if "src" in each.parts], ids=lambda path: path.name)
def test_no_file_of_the_product_grows_without_a_question(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_a_page_links_to_what_exists(path):
    broken = [
        link
        for link in LINK.findall(path.read_text("utf-8"))
        if "://" not in link and not (path.parent / link).exists()
    ]
    assert not broken


def test_every_dependency_has_its_line():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = [
        *project["project"]["dependencies"],
        *itertools.chain.from_iterable(project["project"]["optional-dependencies"].values()),
        *project["dependency-groups"]["dev"],
    ]
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    missing = [name for each in declared if (name := re.split(r"[^a-zA-Z0-9-]", each)[0]) not in page]
    assert not missing
