# SPDX-License-Identifier: MIT
"""People who type commands at a node of this process, in one language, with or without a token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from tasuki.base.reasons import Text
from tasuki.faces.api.app import api_app
from tasuki.faces.cli.kit import Group, House
from tasuki.services import persons
from tasuki.services.node import Node


@dataclass(frozen=True)
class Typist:
    """A person at one node, in one language; the home itself without a token."""

    node: Node
    commands: Sequence[click.Command]
    language: str = "en_GB"
    token: str = ""

    def named(self, name: str) -> Typist:
        """Return the same as a person of the home's desk, who gets a token."""
        token = persons.add(self.node, name, str(self.node.home)).token
        return Typist(self.node, self.commands, self.language, token)

    def speaking(self, language: str) -> Typist:
        """Return the same person in another language."""
        return Typist(self.node, self.commands, language, self.token)

    def run(self, *words: str | Path, code: int | None = 0) -> Result:
        """Type `tasuki WORDS`; without a code named, any will do."""

        @contextmanager
        def opened(_directory: Path) -> Iterator[Any]:
            yield api_app(self.node)

        house = House(**{**dict.fromkeys(each.name for each in fields(House)), "open_node": opened})
        environment = {"LC_ALL": f"{self.language}.UTF-8", "TASUKI_NODE": str(self.node.directory), "COLUMNS": "200"}
        environment |= {"TASUKI_TOKEN": self.token} if self.token else {}
        typed = Group(name="tasuki", text=Text(en="", ja=""), example="", commands=list(self.commands))
        done = CliRunner(env=environment).invoke(typed, [str(word) for word in words], obj=house, prog_name="tasuki")
        assert code is None or done.exit_code == code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def say(self, *words: str | Path, code: int | None = 0) -> str:
        """Type `tasuki WORDS` and read what people read, on either stream."""
        return self.run(*words, code=code).output

    def ask(self, *words: str | Path, code: int | None = 0) -> Any:
        """Type `tasuki WORDS --json` and read the answer."""
        return json.loads(self.run(*words, "--json", code=code).stdout)
