# SPDX-License-Identifier: MIT
"""Runs nodes as their users do: the commands people type, and `tasuki serve` in a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tasuki.app.main import cli

_READY = b" ready, "


def tasuki(*words: str | Path, code: int = 0, language: str = "C.UTF-8") -> Any:
    """Do one command in this process; return its JSON answer, or its lines where there are several."""
    done = CliRunner().invoke(cli, [*map(str, words), "--json"], env={"LC_ALL": language}, catch_exceptions=False)
    assert done.exit_code == code, done.output
    values = [json.loads(line) for line in done.stdout.splitlines()]
    return values[0] if len(values) == 1 else values


def said(*words: str | Path, code: int = 0, language: str = "C.UTF-8") -> str:
    """Do one command in this process; return what people would read."""
    done = CliRunner().invoke(cli, [*map(str, words)], env={"LC_ALL": language}, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


@contextmanager
def serving(directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a node in a process of its own until the end, and require that it stops cleanly."""
    command = [sys.executable, "-m", "tasuki", "serve", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        lines: deque[bytes] = deque(maxlen=50)
        for line in process.stdout:
            lines.append(line)
            if _READY in line:
                break
        else:
            raise AssertionError(b"".join(lines).decode())
        listener = threading.Thread(target=lines.extend, args=(process.stdout,), daemon=True)
        listener.start()
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)
            listener.join()
        assert process.returncode == 0, b"".join(lines).decode()


def free_listen() -> str:
    """Return a loopback address with a port that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{found.getsockname()[1]}"


def make(directory: Path, participant: str, *options: str) -> Path:
    """Make a node that listens on a free loopback port; return its directory."""
    tasuki("init", directory, "--profile", "japan-uk", "--as", participant, "--listen", free_listen(), *options)
    return directory


def introduce(one: Path, other: Path, folder: Path) -> None:
    """Let two nodes trust each other, compared by two people; anchors stay in `folder`."""
    for ours, theirs in ((one, other), (other, one)):
        anchor = folder / f"{theirs.name}.anchor"
        words = tasuki("partner", "anchor", "--out", anchor, "--node", theirs)["words"]
        participant = tasuki("partner", "add", anchor, "--node", ours)["partner"]
        people = ("--by", "A. Brown", "--by", "青木")
        tasuki("partner", "verify", participant, "--compared", words, *people, "--node", ours)
