# SPDX-License-Identifier: MIT
"""`tasuki channel reconcile`: signed statements of both sides, and what they do not share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import click

from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command

_NO_PARTNER: Final = Text(en="No partner is trusted yet.", ja="信頼済みのパートナーはまだありません。")
_OUTCOMES: Final[Mapping[str, Text]] = {
    "equal": Text(en="both sides hold the same", ja="双方の記録は一致しています"),
    "under-way": Text(
        en="what both hold is the same, more is under way", ja="双方にあるものは一致し、残りは伝送中です"
    ),
    "differs": Text(en="THE TWO SIDES DIFFER", ja="双方の記録が異なります"),
    "none": Text(en="no statements: the partner runs the previous release", ja="申告書なし: 相手は旧版のノードです"),
    "never": Text(en="no statement was exchanged yet", ja="申告書の交換はまだありません"),
}
_LINE: Final = Text(
    en="{partner}: {outcome} (our statement {ours}, theirs {theirs}{age})",
    ja="{partner}: {outcome}(こちらの申告書 第{ours}版、相手 第{theirs}版{age})",
)
_OF: Final = Text(en=" of {at}", ja="、{at}")
_STALE: Final = Text(
    en="  the partner's statement is too old: bulk and exercise wait, urgent goes on",
    ja="  相手の申告書が古すぎます。bulk と exercise は待機し、urgent のみ続行します",
)
_STOPPED: Final = Text(en="  not exchanged now: {why}", ja="  今回は交換できませんでした: {why}")


@command(
    "reconcile",
    en="Exchange signed statements with partners, compare what both hold, and name or mend what is not shared.",
    ja="署名した申告書をパートナーと交換し、双方の記録を照合して、相違を示し、または補います。",
    example="tasuki channel reconcile JPN",
)
@click.argument("partner", required=False)
def reconcile(call: Call, partner: str | None) -> None:
    """Reconcile with one partner, or with all."""
    views = call.post("/v1/channel/reconcile", {"partner": partner})
    call.show(views, list(lines(call, views)) or [call.say(_NO_PARTNER)])
    if any(each["stopped"] or each["outcome"] == "differs" for each in views):
        call.refuse()


def lines(call: Call, views: list[Mapping[str, Any]], *, findings: bool = True) -> Iterator[str]:
    """Yield how this node and each partner stand; without findings where they are told as alarms beside."""
    for each in views:
        age = call.say(_OF, at=each["stated_at"]) if each["stated_at"] else ""
        yield call.say(_LINE, **{**each, "outcome": call.say(_OUTCOMES[each["outcome"]]), "age": age})
        if each["stale"]:
            yield call.say(_STALE)
        if each["stopped"]:
            yield call.say(_STOPPED, why=_sentence(call, each["stopped"]))
        for found in each["findings"] if findings else ():
            yield f"  ! {_sentence(call, found)}"


def _sentence(call: Call, said: Mapping[str, Any]) -> str:
    return str(said["ja" if call.language is Language.JA else "en"])
