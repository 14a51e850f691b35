# SPDX-License-Identifier: MIT
"""`tasuki serve`: run a node until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tasuki.faces.cli.kit import Call, command


@command(
    "serve",
    en="Run the node: partners' exchange over mutual TLS, the local API, the worker. Ctrl-C or SIGTERM stops it.",
    ja="ノードを稼働させます(相互TLSによる交換、ローカルAPI、ワーカー)。Ctrl-C または SIGTERM で停止します。",
    example="tasuki serve ./gbr",
)
@click.argument("directory", type=click.Path(path_type=Path), required=False)
def serve(call: Call, directory: Path | None) -> None:
    """Run a node in this process."""
    call.lent.serve(directory or call.node_directory)


COMMANDS: Final = (serve,)
