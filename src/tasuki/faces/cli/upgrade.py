# SPDX-License-Identifier: MIT
"""`tasuki upgrade`: bring a stopped node to the installed version."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from tasuki.base.reasons import Text
from tasuki.faces.cli.kit import Call, command, option
from tasuki.services.upgrade import Step, Upgraded

_STEPS: Final = {
    Step.COPYING: Text(en="copying the database ...", ja="データベースの写しを作成しています…"),
    Step.MIGRATING: Text(en="changing the schema ...", ja="スキーマを更新しています…"),
}
_DONE: Final = Text(
    en="Upgraded the database from revision {before} to {after}.",
    ja="データベースをリビジョン{before}から{after}に更新しました。",
)
_COPY: Final = Text(
    en="The copy made before is {copy}; keep it until the node has run well, then delete it.",
    ja="更新前の写し: {copy}。正常な稼働を確認するまで保管し、その後削除してください。",
)
_NEXT: Final = Text(en="Now: tasuki serve {directory}", ja="次に実行: tasuki serve {directory}")
_NOTHING: Final = Text(
    en="The database is at revision {after} already; nothing had to be done.",
    ja="データベースは既にリビジョン{after}です。更新は不要です。",
)


@command(
    "upgrade",
    en="Bring the database of a stopped node to this version: a copy first, then all or nothing.",
    ja="停止中のノードのデータベースを、この版に合わせて更新します(先に写しを作成し、失敗時は元のままです)。",
    example="tasuki upgrade ./gbr",
)
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@option(
    "--backed-up",
    en="Make no copy: there is a backup of the database already.",
    ja="写しを作成しません(データベースのバックアップが既にある場合)。",
    is_flag=True,
)
def upgrade(call: Call, directory: Path | None, *, backed_up: bool) -> None:
    """Upgrade a node."""

    def tell(step: Step) -> None:
        if sys.stderr.isatty():
            click.echo(call.say(_STEPS[step]), err=True)

    directory = directory or call.node_directory
    done = call.lent.upgrade(directory, backed_up, tell)
    call.show(done, _lines(call, directory, done))


def _lines(call: Call, directory: Path, done: Upgraded) -> Iterator[str]:
    if done.before == done.after:
        yield call.say(_NOTHING, after=done.after)
        return
    yield call.say(_DONE, before=done.before, after=done.after)
    if done.copy is not None:
        yield call.say(_COPY, copy=done.copy)
    yield call.say(_NEXT, directory=directory)


COMMANDS: Final = (upgrade,)
