# SPDX-License-Identifier: MIT
"""`tasuki person`: who may read at the node beside its home."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tasuki.base.reasons import Text
from tasuki.faces.cli.kit import Call, command, group, option, write_file

_SHOWN: Final = Text(
    en="{name} of {of} may read at this node. The token is shown once; hand it over so that nobody else sees it:",
    ja="{of} の {name} が読めるようになりました。トークンの表示は一度きりです。人目に触れない方法で渡してください:",
)
_WRITTEN: Final = Text(
    en="{name} of {of} may read at this node. The token is in {file} and nowhere else; hand it over as a secret.",
    ja="{of} の {name} が読めるようになりました。トークンは {file} だけにあります。安全に渡してください。",
)
_REMOVED: Final = Text(
    en="{name} of {of} may no longer read at this node.", ja="{of} の {name} はこのノードで読めなくなりました。"
)
_NOBODY: Final = Text(
    en="Nobody but the organisation that runs this node reads at it.",
    ja="このノードで読めるのは運用組織だけです。",
)


@command(
    "add",
    en="Let a person of one of your own organisations read at this node; shows the token, once.",
    ja="自国の組織の人がこのノードで読めるようにし、トークンを一度だけ表示します。",
    example="tasuki person add bell --of GBR/nca:police",
)
@click.argument("name")
@option(
    "--of",
    en="The organisation in its capacity that the person belongs to.",
    ja="その人が属する組織と資格。",
    required=True,
    metavar="ORGANISATION",
)
@option(
    "--out",
    en="File to write the token to instead of showing it; readable by you alone.",
    ja="トークンを表示せずに書き出すファイル(本人のみ読み取り可)。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
def add(call: Call, name: str, of: str, out: Path | None) -> None:
    """Add a person."""
    added = call.post("/v1/persons", {"name": name, "of": of})
    if out is None:
        call.show(added, [call.say(_SHOWN, name=added["name"], of=added["of"]), added["token"]])
        return
    write_file(out, added.pop("token").encode() + b"\n")
    call.show({**added, "file": str(out)}, [call.say(_WRITTEN, name=added["name"], of=added["of"], file=out)])


@command(
    "list",
    en="List who may read at this node.",
    ja="このノードで読める人の一覧を表示します。",
    example="tasuki person list",
)
def list_(call: Call) -> None:
    """List persons."""
    known = call.get("/v1/persons")
    lines = [f"{each['name']}  {each['of']}  {each['added_at']}" for each in known]
    call.show(known, lines or [call.say(_NOBODY)])


@command(
    "remove",
    en="Let a person read no longer; it counts from the next request on.",
    ja="その人が読めないようにします。次の要求から有効です。",
    example="tasuki person remove bell",
)
@click.argument("name")
def remove(call: Call, name: str) -> None:
    """Remove a person."""
    removed = call.post("/v1/persons/remove", {"name": name})
    call.show(removed, [call.say(_REMOVED, name=removed["name"], of=removed["of"])])


COMMANDS: Final = (
    group(
        "person",
        en="Say who of your own organisations may read at this node.",
        ja="自国の組織の誰がこのノードで読めるかを管理します。",
        example="tasuki person list",
        commands=[add, list_, remove],
    ),
)
