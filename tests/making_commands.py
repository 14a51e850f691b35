# SPDX-License-Identifier: MIT
"""Types commands at a node as a person would: the real command line, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tasuki.app.main import cli


@dataclass(frozen=True)
class Person:
    """Somebody at a terminal, and the node they work at."""

    directory: Path
    language: str = "en_GB"

    def run(self, *words: str | Path, code: int | None = 0, stdin: bytes | None = None) -> Result:
        """Type `tasuki WORDS`; without a code named, any will do."""
        environment = {"LC_ALL": f"{self.language}.UTF-8", "TASUKI_NODE": str(self.directory), "COLUMNS": "200"}
        done = CliRunner(env=environment).invoke(cli, [str(word) for word in words], input=stdin, prog_name="tasuki")
        assert code is None or done.exit_code == code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def ask(self, *words: str | Path, code: int | None = 0, stdin: bytes | None = None) -> Any:
        """Type `tasuki WORDS --json` and read the answer."""
        return json.loads(self.run(*words, "--json", code=code, stdin=stdin).stdout_bytes)

    def lines(self, *words: str | Path, code: int | None = 0, stdin: bytes | None = None) -> list[Any]:
        """Type `tasuki WORDS --json` and read an answer of many lines."""
        raw = self.run(*words, "--json", code=code, stdin=stdin).stdout_bytes
        return [json.loads(line) for line in raw.splitlines()]


def settle(directory: Path, participant: str = "GBR") -> Person:
    """Make a node and return somebody who works at it."""
    person = Person(directory)
    person.run("init", directory, "--profile", "japan-uk", "--as", participant)
    return person
