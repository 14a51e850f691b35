# SPDX-License-Identifier: MIT
"""`tasuki sync` and `tasuki channel`: what goes to partners, what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import click

from tasuki.base.reasons import Language, Text
from tasuki.core.channel.deciding import DECISIONS, DESK
from tasuki.faces.cli.kit import Call, command, group, option
from tasuki.faces.cli.reconciliation import reconcile

_PARTNER = {
    "en": "Only this partner, such as JPN.",
    "ja": "このパートナーのみ(例: JPN)。",
}
_LANE_LINE: Final = Text(
    en="{partner} {lane:<9} waiting {waiting}, unanswered {unanswered}, sent {sent}, received {received}{answered}",
    ja="{partner} {lane:<9} 待機 {waiting}、未応答 {unanswered}、送信 {sent}、受信 {received}{answered}",
)
_SYNCED: Final = Text(
    en="{partner}: {receipted} receipts held, nothing waits.", ja="{partner}: 受領証 {receipted} 件、待機なし。"
)
_STOPPED: Final = Text(en="{partner}: stopped: {why}", ja="{partner}: 中断: {why}")
_DECIDED: Final = Text(
    en="    {at}  {by} {office} decided: {decision}", ja="    {at}  {by} {office} の判断: {decision}"
)
_NO_PARTNER: Final = Text(en="No partner is trusted yet.", ja="信頼済みのパートナーはまだありません。")
_OUT: Final = Text(en="to", ja="送信")
_IN: Final = Text(en="from", ja="受信")


@command(
    "sync",
    en="Seal and push everything that waits for partners, urgent first, and show lanes and receipts.",
    ja="待機中のものに封をして送り(urgent 優先)、レーンと受領証を表示します。",
    example="tasuki sync --with JPN",
)
@option("--with", "partner", metavar="PARTNER", **_PARTNER)
def sync(call: Call, partner: str | None) -> None:
    """Run one sync and say what it came to."""
    answer = call.post("/v1/channel/sync", {"partner": partner})
    call.show(answer, _sync_lines(call, answer))
    if any(each["stopped"] is not None for each in answer["partners"]):
        call.refuse()


@command(
    "show",
    en="Show lanes, newest envelopes and receipts; or one envelope by its id.",
    ja="レーン、最近の封筒と受領証を表示します。ID を指定すると一つの封筒を表示します。",
    example="tasuki channel show --with JPN --lane urgent",
)
@click.argument("env_id", required=False)
@option("--with", "partner", metavar="PARTNER", **_PARTNER)
@option(
    "--lane",
    en="Only this lane.",
    ja="このレーンのみ。",
    type=click.Choice(["urgent", "bulk", "exercise"]),
)
@option("--limit", en="How many envelopes (1 to 1000).", ja="封筒の件数(1~1000)。", type=int, default=20)
def show(call: Call, env_id: str | None, partner: str | None, lane: str | None, limit: int) -> None:
    """List what went and came."""
    if env_id is not None:
        one = call.get(f"/v1/channel/envelopes/{env_id}")
        call.show(one, list(_one(call, one)))
        return
    lanes = [
        each
        for each in call.get("/v1/channel/lanes")
        if partner in (None, each["partner"]) and lane in (None, each["lane"])
    ]
    envelopes = call.get("/v1/channel/envelopes", partner=partner, lane=lane, limit=limit)
    lines = [_lane_line(call, each) for each in lanes]
    lines += [line for each in envelopes for line in _one(call, each)]
    call.show({"lanes": lanes, "envelopes": envelopes}, lines or [call.say(_NO_PARTNER)])


@command(
    "decide",
    en="Tell the sender of an envelope what a person decided on what it brought.",
    ja="受信した封筒の内容について人が下した判断を、送信元に伝えます。",
    example="tasuki channel decide 019ca945-0a00-7610-98e6-f49f98cee84f --decision taken-up",
)
@click.argument("env_id")
@option(
    "--decision",
    en="Read, being worked on, given to who can, or not for us.",
    ja="noted(確認)、taken-up(対応中)、passed-on(回付)、declined(対象外)。",
    type=click.Choice(DECISIONS),
    required=True,
)
@option("--office", en="Which office decided; never a person.", ja="判断した部署(個人名は不可)。", default=DESK)
def decide(call: Call, env_id: str, decision: str, office: str) -> None:
    """Give a decided receipt."""
    one = call.post(f"/v1/channel/envelopes/{env_id}/decide", {"decision": decision, "office": office})
    call.show(one, list(_one(call, one)))


def _one(call: Call, one: Mapping[str, Any]) -> Iterator[str]:
    yield _envelope_line(call, one)
    for each in one["decided"]:
        yield call.say(_DECIDED, **each)


def _sync_lines(call: Call, answer: Mapping[str, Any]) -> Iterator[str]:
    for each in answer["partners"]:
        stopped = each["stopped"]
        if stopped is None:
            yield call.say(_SYNCED, **each)
        else:
            why = stopped["ja" if call.language is Language.JA else "en"]
            yield call.say(_STOPPED, partner=each["partner"], why=why)
    if not answer["partners"]:
        yield call.say(_NO_PARTNER)
    for lane in answer["lanes"]:
        yield _lane_line(call, lane)


def _lane_line(call: Call, lane: Mapping[str, Any]) -> str:
    answered = "".join(f", {status} {count}" for status, count in sorted(lane["answered"].items()))
    return call.say(_LANE_LINE, **{**lane, "answered": answered})


def _envelope_line(call: Call, one: Mapping[str, Any]) -> str:
    way = call.say(_OUT if one["direction"] == "out" else _IN)
    receipt = one["receipt"] or {}
    reason = f" ({receipt['reason']})" if receipt.get("reason") else ""
    place = f"{one['lane']} {one['epoch']}/{one['seq']}"
    return f"{one['at']}  {way} {one['partner']}  {place}  {one['type']}  {one['status']}{reason}  {one['env_id']}"


COMMANDS: Final = (
    sync,
    group(
        "channel",
        en="Lanes, envelopes, receipts and statements.",
        ja="レーン・封筒・受領証・申告書。",
        example="tasuki channel show",
        commands=[show, decide, reconcile],
    ),
)
