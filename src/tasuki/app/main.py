# SPDX-License-Identifier: MIT
"""The entry point: `tasuki` and the table of its commands."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from tasuki.adapters.clock import Clock, Entropy
from tasuki.app.config import profile_text
from tasuki.app.demo.story import run as demonstrate
from tasuki.app.serve import serve
from tasuki.app.wiring import opened, upgrade
from tasuki.base.reasons import Text
from tasuki.faces.cli import (
    assistance,
    backup,
    bundle,
    channel,
    consent,
    demo,
    detection,
    health,
    hold,
    holdings,
    ledger,
    marking,
    partners,
    persons,
    release,
    setup,
    tearline,
    trust,
    validation,
    withdrawal,
)
from tasuki.faces.cli import pattern as patterns
from tasuki.faces.cli import serve as serving
from tasuki.faces.cli import upgrade as upgrading
from tasuki.faces.cli.kit import Group, House, Option, token_option
from tasuki.faces.cli.words import SHOW_VERSION, WHICH_NODE
from tasuki.services.backup import Order as RestoreOrder
from tasuki.services.backup import Restored, restore
from tasuki.services.setup import Made, Order, init

COMMANDS: Final[tuple[click.Command, ...]] = (
    *demo.COMMANDS,
    *setup.COMMANDS,
    *serving.COMMANDS,
    *partners.COMMANDS,
    *trust.COMMANDS,
    *persons.COMMANDS,
    *holdings.COMMANDS,
    *validation.COMMANDS,
    *patterns.COMMANDS,
    *channel.COMMANDS,
    *bundle.COMMANDS,
    *release.COMMANDS,
    *marking.COMMANDS,
    *consent.COMMANDS,
    *tearline.COMMANDS,
    *withdrawal.COMMANDS,
    *hold.COMMANDS,
    *detection.COMMANDS,
    *ledger.COMMANDS,
    *assistance.COMMANDS,
    *health.COMMANDS,
    *upgrading.COMMANDS,
    *backup.COMMANDS,
)
"""Every command, in the order in which a new user meets them."""

_ABOUT: Final = Text(
    en="Node software for a cyber partnership between states: share under the originator's rules, with proof.",
    ja="国家間サイバー・パートナーシップのためのノード。発信者の条件の下で共有し、証拠を残します。",
)


def _show_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 click's form
    if wanted and not context.resilient_parsing:
        click.echo(f"tasuki {version('tasuki')}")
        context.exit()


def _init(order: Order) -> Made:
    return init(order, Clock(), Entropy())


def _restore(order: RestoreOrder) -> Restored:
    return restore(order, Clock(), Entropy())


class _Tasuki(Group):
    """The root: it lends the commands the wiring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the table."""
        del ctx
        return list(self.commands)


cli: Final = _Tasuki(
    name="tasuki",
    text=_ABOUT,
    example="tasuki init ./gbr --profile japan-uk --as GBR && tasuki serve ./gbr",
    commands=list(COMMANDS),
    params=[
        Option(("--node",), text=WHICH_NODE, type=click.Path(path_type=Path), metavar="DIR"),
        token_option(),
        Option(
            ("--version",),
            text=SHOW_VERSION,
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
        ),
    ],
    callback=lambda **_: None,
    context_settings={
        "obj": House(
            open_node=opened,
            profile=profile_text,
            init=_init,
            serve=serve,
            upgrade=upgrade,
            restore=_restore,
            demo=demonstrate,
        ),
        "help_option_names": ["-h", "--help"],
    },
)


def main() -> None:
    """Run the command line."""
    cli.main(args=sys.argv[1:], prog_name="tasuki")
