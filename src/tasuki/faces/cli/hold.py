# SPDX-License-Identifier: MIT
"""`tasuki hold`: keep sealed what a law wants kept, and use it for nothing."""

from __future__ import annotations

from typing import Final

import click

from tasuki.base.reasons import Text
from tasuki.faces.cli.kit import Call, command, group, option

_SEALED: Final = Text(
    en="{sealed} holdings are under legal hold: kept sealed, used for nothing.",
    ja="{sealed}件を法的保全の対象とし、封印しました。使用はできません。",
)
_LIFTED: Final = Text(
    en="{lifted} holdings are no longer under hold; what was recalled meanwhile stays out of use.",
    ja="{lifted}件の法的保全を解除しました。その間に取り消されたものは引き続き使用できません。",
)
_NONE: Final = Text(en="nothing is under legal hold", ja="法的保全の対象はありません")

_BY: Final = Text(en="A person who answers for it; name two.", ja="責任者の氏名(2名を指定)。")
_REASON: Final = Text(en="Why, in one line; it goes into the audit log.", ja="理由(1行)。監査ログに記録されます。")


@command(
    "place",
    en="Put ids under legal hold: nothing of them is used, shared or destroyed until two people lift it.",
    ja="IDを法的保全の対象とします。2名が解除するまで、使用、共有、廃棄はできません。",
    example='tasuki hold place ID --by "A. Brown" --by "C. Dale" --reason "Court order 7"',
)
@click.argument("ids", nargs=-1, required=True)
@option("--by", en=_BY.en, ja=_BY.ja, multiple=True, required=True, metavar="NAME")
@option("--reason", "why", en=_REASON.en, ja=_REASON.ja, required=True, metavar="TEXT")
def place(call: Call, ids: tuple[str, ...], by: tuple[str, ...], why: str) -> None:
    """Place a hold."""
    answer = call.post("/v1/holds", {"ids": ids, "by": by, "why": why})
    call.show(answer, [call.say(_SEALED, **answer)])


@command(
    "lift",
    en="Lift the legal hold on ids.",
    ja="法的保全を解除します。",
    example='tasuki hold lift ID --by "A. Brown" --by "C. Dale" --reason "Case closed"',
)
@click.argument("ids", nargs=-1, required=True)
@option("--by", en=_BY.en, ja=_BY.ja, multiple=True, required=True, metavar="NAME")
@option("--reason", "why", en=_REASON.en, ja=_REASON.ja, required=True, metavar="TEXT")
def lift(call: Call, ids: tuple[str, ...], by: tuple[str, ...], why: str) -> None:
    """Lift a hold."""
    answer = call.post("/v1/holds/lift", {"ids": ids, "by": by, "why": why})
    call.show(answer, [call.say(_LIFTED, **answer)])


@command(
    "list",
    en="List what is under legal hold, by whom and why.",
    ja="法的保全の対象、責任者、理由の一覧を表示します。",
    example="tasuki hold list",
)
def list_(call: Call) -> None:
    """List holds."""
    found = call.get("/v1/holds")
    lines = [f"{each['id']}  {each['source']}  {each['at']}  {each['by']}: {each['why']}" for each in found]
    call.show(found, lines or [call.say(_NONE)])


COMMANDS: Final = (
    group(
        "hold",
        en="Keep sealed what a law wants kept.",
        ja="法令により保存が必要なものを封印して保全します。",
        example="tasuki hold list",
        commands=[place, lift, list_],
    ),
)
