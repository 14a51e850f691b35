# SPDX-License-Identifier: MIT
"""`tasuki status` and `tasuki doctor`: how the node fares, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command
from tasuki.faces.cli.reconciliation import lines

_HELD: Final = Text(en="held from {source}: {count} ({state})", ja="{source} から保有: {count}件({state})")
_LANE: Final = Text(
    en="{partner} {lane}: sent {sent}, received {received}, waiting {waiting}, without receipt {unanswered}",
    ja="{partner} {lane}: 送信{sent}、受信{received}、待機{waiting}、受領証待ち{unanswered}",
)
_NO_ALARM: Final = Text(en="nothing needs a person", ja="対応が必要な事項はありません")
_FAILING: Final = Text(en="loop {loop} failed {failures} times in a row", ja="ループ{loop}が{failures}回続けて失敗")


@command(
    "status",
    en="Show what the node holds, how its lanes stand, and what needs a person.",
    ja="ノードの保有状況、レーンの状態、対応が必要な事項を表示します。",
    example="tasuki status --node ./gbr",
)
def status(call: Call) -> None:
    """Show the state of the node."""
    state = call.get("/v1/health/status")
    call.show(state, _lines(call, state))


def _lines(call: Call, state: Mapping[str, Any]) -> Iterator[str]:
    yield f"{state['node']}  {state['home']}  {state['profile']}"
    for partner in state["partners"]:
        yield f"{partner['partner']}  {partner['node']}  {partner['state']}  {partner['endpoint']}"
    for held in state["holdings"]:
        yield call.say(_HELD, **held)
    for lane in state["lanes"]:
        yield call.say(_LANE, **lane)
    yield from lines(call, state["reconciliations"], findings=False)
    for loop in state["loops"]:
        if loop["failures"]:
            yield call.say(_FAILING, **loop)
    for alarm in state["alarms"]:
        yield f"! {_sentence(call, alarm)}"
    if not state["alarms"]:
        yield call.say(_NO_ALARM)


@command(
    "doctor",
    en="Check permissions, keys, clock, disk, database, partners, logs and alarms; exit 1 when something is wrong.",
    ja="権限、鍵、時計、ディスク、データベース、パートナー、ログ、警報を点検します。異常があれば終了コード1です。",
    example="tasuki doctor --node ./gbr",
)
def doctor(call: Call) -> None:
    """Check everything and say what to do."""
    checks = call.post("/v1/health/doctor")
    lines = [f"{'ok ' if check['ok'] else '!! '} {check['name']}: {_sentence(call, check)}" for check in checks]
    call.show(checks, lines)
    if not all(check["ok"] for check in checks):
        call.refuse()


def _sentence(call: Call, found: Mapping[str, Any]) -> str:
    return str(found["ja" if call.language is Language.JA else "en"])


COMMANDS: Final = (status, doctor)
