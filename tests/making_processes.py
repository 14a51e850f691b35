# SPDX-License-Identifier: MIT
"""Runs nodes as their users do: `tasuki serve` in a process of its own, and people at two nodes who know each other."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from making_commands import Person

_READY = b" ready, "


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


def make(directory: Path, participant: str, *options: str) -> Person:
    """Make a node that listens on a free loopback port; return somebody who works at it."""
    person = Person(directory)
    person.run("init", directory, "--profile", "japan-uk", "--as", participant, "--listen", free_listen(), *options)
    return person


def introduce(one: Person, other: Person, folder: Path) -> None:
    """Let two nodes trust each other, compared by two people; anchors stay in `folder`."""
    for ours, theirs in ((one, other), (other, one)):
        anchor = folder / f"{theirs.directory.name}.anchor"
        words = theirs.ask("partner", "anchor", "--out", anchor)["words"]
        participant = ours.ask("partner", "add", anchor)["partner"]
        ours.run("partner", "verify", participant, "--compared", words, "--by", "A. Brown", "--by", "青木")
