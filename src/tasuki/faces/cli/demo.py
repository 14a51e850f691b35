# SPDX-License-Identifier: MIT
"""`tasuki demo`: two nodes on loopback, the whole story, a report."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tasuki.faces.cli.kit import Call, command, option


@command(
    "demo",
    en="Run two nodes on loopback and tell the whole story, on real data and with an invented incident.",
    ja="ループバック上で二つのノードを動かし、実在のデータと架空の事案で全体の流れを見せます。",
    example="tasuki demo --keep ./demo",
)
@option(
    "--keep",
    en="Keep both nodes in this new folder.",
    ja="二つのノードをこの新しいフォルダーに残します。",
    type=click.Path(path_type=Path),
    metavar="DIR",
)
def demo(call: Call, keep: Path | None) -> None:
    """Run the demonstration."""
    call.lent.demo(click.get_current_context().find_root().command, keep)


COMMANDS: Final = (demo,)
