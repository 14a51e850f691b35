# SPDX-License-Identifier: MIT
"""What the pages tell people to type exists: command, options, words of a choice, and everything that is required."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import click
import pytest

from tasuki.app.main import cli
from tasuki.core.assistance import words

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "README.ja.md", "docs/guide.md", "docs/guide.ja.md", "docs/operate.md")
INLINE = re.compile(r"`(tasuki [^`]+)`")


def typed(page: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("tasuki ")]
    return [re.split(r"\s{3,}", line)[0] for line in lines] + INLINE.findall(text)


LINES = [pytest.param(line, id=f"{page}:{number}") for page in PAGES for number, line in enumerate(typed(page))]


def resolve(line: str) -> tuple[click.Command, list[str]]:
    command: click.Command = cli
    rest = shlex.split(line)[1:]
    while isinstance(command, click.Group) and rest:
        # Where an id stands in place of a command, one of them is meant.
        meant = command.otherwise if rest[0] == "ID" else ""
        found = command.commands.get(meant or rest[0])
        assert found is not None, f"no command {rest[0]} in: {line}"
        command, rest = found, rest if meant else rest[1:]
    return command, rest


@pytest.mark.parametrize("line", LINES)
def test_a_line_can_be_typed(line):
    command, rest = resolve(line)
    known = {name: param for param in command.params for name in (*param.opts, *param.secondary_opts)}
    given = [word for word in rest if word.startswith("--")]
    assert not [word for word in given if word not in known]
    # Dots that stand for more options excuse what is not there; dots in the place of a value do not.
    if any(word == "..." and not before.startswith("--") for before, word in pairwise(["", *rest])):
        return
    required = [param for param in command.params if param.required and isinstance(param, click.Option)]
    # A bare name of a command stands for it; a line with options is one to be typed.
    assert not given or not [param.opts[0] for param in required if not set(param.opts) & set(given)]


@pytest.mark.parametrize("line", [each for each in LINES if " assist close " in each.values[0]])
def test_a_request_is_closed_by_a_word_there_is(line):
    _, rest = resolve(line)
    assert rest[rest.index("--outcome") + 1] in words.ENDINGS
