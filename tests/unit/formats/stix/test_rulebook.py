# SPDX-License-Identifier: MIT
"""The page of the rules is what the tables say."""

from __future__ import annotations

from pathlib import Path

from tasuki.formats.stix.rulebook import as_markdown

PAGE = Path(__file__).parents[4] / "docs" / "spec" / "stix-rules.md"


def test_the_page_is_written_from_the_tables():
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "write it anew: see tasuki.formats.stix.rulebook"
