# SPDX-License-Identifier: MIT
"""`tasuki init`: a new node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, option
from tasuki.services.setup import Made, Order

_MADE: Final = Text(
    en="Made {node} ({home}) in {directory}, under the profile {profile}; partners reach it at {endpoint}.",
    ja="{directory} に {node}({home})を作成しました。プロファイル: {profile}、接続先: {endpoint}",
)
_FINGERPRINT: Final = Text(en="Fingerprint of its anchor:", ja="アンカーの指紋:")
_NEXT: Final = Text(
    en="Back up keys, tls and vault.key in {directory} now; then: tasuki serve {directory}",
    ja="{directory} の keys、tls、vault.key を今すぐバックアップし、tasuki serve {directory} を実行してください。",
)


@command(
    "init",
    en="Make a new node: directory, keys, certificate, database, anchor.",
    ja="新しいノードを作成します(ディレクトリ、鍵、証明書、データベース、アンカー)。",
    example="tasuki init ./gbr --profile japan-uk --as GBR",
)
@click.argument("directory", type=click.Path(path_type=Path))
@option(
    "--profile",
    en="The partnership: a name that ships with Tasuki, or a TOML file.",
    ja="パートナーシップ。同梱の名前、またはTOMLファイル。",
    default="japan-uk",
    show_default=True,
)
@option(
    "--as",
    "participant",
    en="Whose node this is, such as GBR.",
    ja="ノードの参加者(例: JPN)。",
    required=True,
    metavar="PARTICIPANT",
)
@option(
    "--organisation",
    en="Organisation and capacity that run it; the participant's first one unless said.",
    ja="運用する組織と資格。省略時は参加者の最初の組織。",
    default="",
    metavar="ORG:CAPACITY",
)
@option("--node-name", "name", en="Name of the node.", ja="ノードの名前。", default="", metavar="NAME")
@option(
    "--database",
    en="URL of a PostgreSQL database; SQLite in the directory unless said.",
    ja="PostgreSQLのURL。省略時はディレクトリ内のSQLite。",
    default="",
    metavar="URL",
)
@option(
    "--listen",
    en="Address and port for partners.",
    ja="パートナー向けの待受アドレスとポート。",
    default="127.0.0.1:8443",
    show_default=True,
    metavar="HOST:PORT",
)
@option(
    "--endpoint",
    en="URL by which partners reach it; https and the listen address unless said.",
    ja="パートナーが接続するURL。省略時はhttpsと待受アドレス。",
    default="",
    metavar="URL",
)
def init(call: Call, directory: Path, **asked: str) -> None:
    """Make a node."""
    house = call.lent
    made = house.init(Order(directory=directory, **{**asked, "profile": house.profile(asked["profile"])}))
    call.show(made, _lines(call, made))


def _lines(call: Call, made: Made) -> Iterator[str]:
    yield call.say(
        _MADE,
        node=made.node,
        home=made.home,
        directory=made.directory,
        profile=made.profile,
        endpoint=made.endpoint,
    )
    yield call.say(_FINGERPRINT)
    yield f"  {made.fingerprint}"
    yield f"  {made.words}"
    if call.language is Language.JA:
        yield f"  {made.katakana}"
    yield call.say(_NEXT, directory=made.directory)


COMMANDS: Final = (init,)
