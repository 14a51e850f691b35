# SPDX-License-Identifier: MIT
"""A person who types at a node that is in this process already, beside others it talks to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from starlette.applications import Starlette

from tasuki.app.main import COMMANDS
from tasuki.base.reasons import Text
from tasuki.faces.api.app import api_app
from tasuki.faces.cli.kit import Group, House
from tasuki.services.node import Node


@dataclass(frozen=True)
class Typist:
    """A person at one node, in one language."""

    node: Node
    language: str = "en_GB"

    def run(self, *words: str, stdin: str | None = None) -> Result:
        """Type `tasuki WORDS`."""

        @contextmanager
        def opened(_directory: Path) -> Iterator[Starlette]:
            yield api_app(self.node)

        house = House(**{**dict.fromkeys(each.name for each in fields(House)), "open_node": opened})
        environment = {"LC_ALL": f"{self.language}.UTF-8", "TASUKI_NODE": str(self.node.directory)}
        typed = Group(name="tasuki", text=Text(en="", ja=""), example="", commands=COMMANDS)
        return CliRunner(env=environment).invoke(typed, list(words), obj=house, prog_name="tasuki", input=stdin)

    def json(self, *words: str, code: int = 0, stdin: str | None = None) -> Any:
        """Type `tasuki WORDS --json` and read the answer."""
        done = self.run(*words, "--json", stdin=stdin)
        assert done.exit_code == code, done.output
        return json.loads(done.output)
