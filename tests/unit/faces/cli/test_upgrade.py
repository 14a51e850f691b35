# SPDX-License-Identifier: MIT
"""`tasuki upgrade` in both languages: what people read when it was done, needless or refused."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from tasuki.base.errors import WorldError
from tasuki.faces.cli.kit import House
from tasuki.faces.cli.upgrade import COMMANDS
from tasuki.services.upgrade import Step, Upgraded
from tasuki.store.reasons import IN_USE

DONE = Upgraded(before="0001", after="0002", copy="/nodes/gbr/backups/node-0001.db")
NEEDLESS = Upgraded(before="0002", after="0002", copy=None)


class Upgrading:
    """Stands for the wiring: answers what the test says, and keeps what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def __call__(self, directory, backed_up, tell):
        self.asked.append((directory, backed_up))
        tell(Step.COPYING)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def run(answer, *words, language="C.UTF-8"):
    upgrading = Upgrading(answer)
    house = House(**{**dict.fromkeys(each.name for each in fields(House)), "upgrade": upgrading})
    done = CliRunner().invoke(COMMANDS[0], words, obj=house, env={"LC_ALL": language}, catch_exceptions=False)
    return done, upgrading.asked


def test_what_was_done_is_said_with_the_copy_and_the_next_step():
    done, asked = run(DONE, "./gbr")
    assert done.exit_code == 0
    assert asked == [(Path("gbr"), False)]
    first, copy, following = done.output.splitlines()
    assert "0001" in first
    assert "0002" in first
    assert DONE.copy in copy
    assert following.endswith("tasuki serve gbr")


def test_without_a_copy_none_is_named():
    done, asked = run(Upgraded(before="0001", after="0002", copy=None), "--node", "gbr", "--backed-up")
    assert asked == [(Path("gbr"), True)]
    assert len(done.output.splitlines()) == 2


@pytest.mark.parametrize(("language", "word"), [("C.UTF-8", "already"), ("ja_JP.UTF-8", "既に")], ids=["en", "ja"])
def test_nothing_to_do_is_said_in_one_line(language, word):
    done, _ = run(NEEDLESS, "gbr", language=language)
    assert done.exit_code == 0
    assert word in done.output
    assert len(done.output.splitlines()) == 1


def test_machines_get_json():
    done, _ = run(DONE, "gbr", "--json")
    assert json.loads(done.output) == {"before": "0001", "after": "0002", "copy": DONE.copy}


def test_a_refusal_is_one_line_and_exit_1():
    done, _ = run(WorldError(IN_USE.because(), retry=True), "gbr")
    assert done.exit_code == 1
    assert done.output == f"tasuki: {IN_USE.because().sentence()}\n"
