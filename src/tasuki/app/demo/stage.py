# SPDX-License-Identifier: MIT
"""The stage of the demonstration: two node processes on loopback, and the commands a person would type."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from tasuki.app.reasons import COMMAND_FAILED, NODE_DIED
from tasuki.base.errors import WorldError

READY: Final = b" ready, partners "
"""What a node writes once it answers."""

START_LIMIT_S: Final = 20.0
"""How long a node may take until it answers; measured about two seconds."""


@dataclass(slots=True, kw_only=True)
class Actor:
    """One side: its directory, its process, and what it typed.

    Attributes:
        participant: `GBR` or `JPN`.
        organisation: the organisation in its capacity that runs the node.
    """

    participant: str
    organisation: str
    directory: Path
    cli: click.Command
    process: subprocess.Popen[bytes] | None = None
    typed: list[str] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """Where the node process writes its log."""
        return self.directory.with_name(f"{self.participant.lower()}.log")

    def run(self, *words: str | Path, accept: tuple[int, ...] = (0,)) -> Any:
        """Type `tasuki WORDS --json` at this node; return the answer.

        Raises:
            WorldError: the command ended with a code not in `accept`.
        """
        command = " ".join(str(word) for word in words)
        self.typed.append(command)
        code, output = self._invoke([str(word) for word in words])
        if code not in accept:
            detail = output.strip().splitlines()[-1][:300] if output.strip() else "no output"
            raise WorldError(COMMAND_FAILED.because(command=command[:120], code=code, detail=detail), retry=False)
        return _parse(output)

    def _invoke(self, words: list[str]) -> tuple[int, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with (
            _environment(TASUKI_NODE=str(self.directory)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = _exit_code(self.cli, [*words, "--json"])
        said, complained = (_text(each) for each in (out, err))
        return code, said or complained

    def make(self) -> dict[str, Any]:
        """Make the node, listening on a free loopback port; return what its maker is told."""
        return self.run(  # type: ignore[no-any-return]
            "init",
            self.directory,
            "--profile",
            "japan-uk",
            "--as",
            self.participant,
            "--organisation",
            self.organisation,
            "--listen",
            f"127.0.0.1:{free_port()}",
        )

    def start(self) -> None:
        """Start the node process; `wait` says when it answers."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 our own program
                [sys.executable, "-m", "tasuki", "serve", str(self.directory)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until the node answers.

        Raises:
            WorldError: it ended or stayed silent for `START_LIMIT_S`.
        """
        deadline = time.monotonic() + START_LIMIT_S
        detail = "no answer"
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                detail = "process ended"
                break
            # Asking would not do: a command opens a node that does not run yet, and keeps it from starting.
            if READY in self.log.read_bytes():
                return
            time.sleep(0.05)
        raise WorldError(NODE_DIED.because(name=self.participant, detail=detail, log=str(self.log)), retry=False)

    def stop(self) -> None:
        """Ask the node to stop and wait for it; end it hard after ten seconds."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def introduce(one: Actor, other: Actor, folder: Path) -> None:
    """Start both nodes and let each trust the other, compared by two people; anchors stay in `folder`."""
    for actor in (one, other):
        actor.start()
    for actor in (one, other):
        actor.wait()
    for actor, partner in ((one, other), (other, one)):
        anchor = folder / f"{partner.participant.lower()}.anchor"
        said = partner.run("partner", "anchor", "--out", anchor)["words"]
        actor.run("partner", "add", anchor)
        actor.run("partner", "verify", partner.participant, "--compared", said, "--by", "A. Brown", "--by", "青木")


def _exit_code(cli: click.Command, words: list[str]) -> int:
    try:
        cli.main(words, prog_name="tasuki", standalone_mode=True)
    except SystemExit as stop:
        # Click always ends a command line so.
        return stop.code if isinstance(stop.code, int) else 1


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _parse(output: str) -> Any:
    lines = [line for line in output.splitlines() if line.strip()]
    if not lines:
        return None
    try:
        return msgspec.json.decode(output.encode())
    except msgspec.DecodeError:
        return [msgspec.json.decode(line.encode()) for line in lines]
