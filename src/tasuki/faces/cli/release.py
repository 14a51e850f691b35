# SPDX-License-Identifier: MIT
"""`tasuki mark`, `share`, `recall` and `release`: who may have what, what goes, what is called back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import Progress

from tasuki.base.errors import CallerError
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, group, option, read_file
from tasuki.faces.cli.reasons import NOTHING_NAMED

_PART: Final = 1000

_MARKED: Final = Text(en="{marked} marked.", ja="{marked}件にマーキングしました。")
_YES: Final = Text(en="yes, by rule {rule}: {why}", ja="可(規則{rule}): {why}")
_NO: Final = Text(en="no, by rule {rule}: {why}", ja="不可(規則{rule}): {why}")
_BECAUSE: Final = Text(en="  because of {id}: {why}", ja="  原因 {id}: {why}")
_LABEL: Final = Text(
    en="  with all it refers to: {tlp}, releasable to {to}", ja="  参照先を含む表示: {tlp}、提供先 {to}"
)
_RULES: Final = Text(en="  rules {digest}", ja="  規則 {digest}")
_SHARED: Final = Text(
    en="To {audience}: {released} queued, {already} sent before, {withheld} stay here.",
    ja="{audience}へ: 送信待ち{released}件、送信済み{already}件、提供せず{withheld}件。",
)
_STAYS: Final = Text(
    en="  {count} x {why} (rule {rule}, such as {example})",
    ja="  {count}件: {why}(規則{rule}、例 {example})",
)
_RECALLED: Final = Text(en="{recalled} recalled here.", ja="このノードで{recalled}件を取り消しました。")
_TOLD: Final = Text(en="  {partner} is told of {count}.", ja="  {partner}に{count}件を通知します。")
_NOBODY: Final = Text(en="  Nobody had got it.", ja="  提供済みの相手はいません。")
_MADE: Final = Text(
    en="{at}  to {partner}: {count} recalled, {state}; {attested}",
    ja="{at}  {partner}へ{count}件の取消、{state}。{attested}",
)
_RECEIVED: Final = Text(
    en="{at}  from {partner}: {count} recalled: {why}", ja="{at}  {partner}から{count}件の取消: {why}"
)
_ATTESTED: Final = Text(en="attested {at}: {counts}", ja="証明 {at}: {counts}")
_NOT_ATTESTED: Final = Text(en="not attested yet", ja="証明はまだありません")
_NO_RECALL: Final = Text(en="No recall yet.", ja="取消はまだありません。")
_ANYBODY: Final = Text(en="whom the TLP allows", ja="TLPの範囲")
_UNMARKED: Final = Text(en="no TLP", ja="TLPなし")

_TO: Final[dict[str, Any]] = {
    "en": "Organisation in its capacity, such as JPN/nco:csirt.",
    "ja": "提供先の組織と立場(例: JPN/nco:csirt)。",
    "metavar": "AUDIENCE",
    "required": True,
}


@command(
    "mark",
    en="Mark holdings: what is ours and unmarked gets its TLP, anything may be narrowed, nothing is widened.",
    ja="マーキングします。自国の未表示の情報にはTLPを付け、他は狭めることのみできます。",
    example="tasuki mark indicator--... --tlp amber --releasable-to JPN/nco:csirt",
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@option(
    "--tlp",
    en="TLP level.",
    ja="TLP。",
    type=click.Choice(["clear", "green", "amber", "amber+strict", "red"]),
)
@option(
    "--releasable-to",
    en="Only to this audience; repeat for more.",
    ja="提供先をこれに限定します。複数指定可。",
    multiple=True,
    metavar="AUDIENCE",
)
def mark(call: Call, ids: tuple[str, ...], tlp: str | None, releasable_to: tuple[str, ...]) -> None:
    """Mark ids."""
    if tlp is None and not releasable_to:
        raise CallerError(NOTHING_NAMED.because(what="--tlp, --releasable-to"))
    marked = call.post("/v1/release/mark", {"ids": ids, "tlp": tlp, "releasable_to": releasable_to})
    call.show(marked, [call.say(_MARKED, **marked)])


@command(
    "explain",
    en="Say whether an object may go to an audience, by which rule, and what narrows it; exit 1 when it may not.",
    ja="提供の可否、適用された規則、制限の原因を示します。不可の場合は終了コード1です。",
    example="tasuki release explain indicator--... --to JPN/nco:csirt",
)
@click.argument("stix_id", metavar="ID")
@option("--to", "audience", **_TO)
def explain(call: Call, stix_id: str, audience: str) -> None:
    """Explain one verdict."""
    said = call.get(f"/v1/release/explain/{stix_id}", to=audience)
    call.show(said, _explained(call, said))
    if not said["allowed"]:
        call.refuse()


def _explained(call: Call, said: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_YES if said["allowed"] else _NO, rule=said["rule"], why=_sentence(call, said))
    for each in said["narrowed_by"]:
        yield call.say(_BECAUSE, id=each["id"], why=_sentence(call, each))
    label = said["closure"]
    if label is not None:
        allowed = label["releasable_to"]
        tlp = call.say(_UNMARKED) if label["tlp"] is None else f"TLP:{label['tlp']}"
        yield call.say(_LABEL, tlp=tlp, to=call.say(_ANYBODY) if allowed is None else ", ".join(allowed) or "-")
    yield call.say(_RULES, digest=said["rules_digest"])


@command(
    "share",
    en="Put holdings to the gate: what may go is queued, the rest stays with its reason; exit 1 when all of it stays.",
    ja="保有情報をゲートに通します。出せるものは送信待ちになり、残りは理由とともに留まります。全て留まる場合は終了コード1です。",
    example="tasuki share indicator--... --to JPN/nco:csirt",
)
@click.argument("ids", nargs=-1, metavar="ID...")
@option("--to", "audience", **_TO)
@option("--all", "everything", en="Everything of our own.", ja="自国の全ての情報。", is_flag=True)
@option(
    "--type",
    "types",
    en="With --all: only this type.",
    ja="--all と併用: この種別のみ。",
    multiple=True,
    metavar="TYPE",
)
@option(
    "--file",
    en="File with one id a line; `-` is standard input.",
    ja="一行に一つのIDを記したファイル。`-` は標準入力。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@option(
    "--lane",
    en="Lane.",
    ja="レーン。",
    type=click.Choice(["urgent", "bulk", "exercise"]),
    default="bulk",
    show_default=True,
)
def share(  # noqa: PLR0913, PLR0917 one parameter for each option
    call: Call,
    ids: tuple[str, ...],
    audience: str,
    everything: bool,  # noqa: FBT001 click's form
    types: tuple[str, ...],
    file: Path | None,
    lane: str,
) -> None:
    """Share ids, or everything."""
    named = [*ids, *(_listed(file) if file is not None else ())]
    if bool(named) == everything:
        raise CallerError(NOTHING_NAMED.because(what="ID, --file, --all"))
    parts = _all_of(call, audience, types, lane) if everything else _some(call, named, audience, lane)
    shared = _together(audience, parts)
    call.show(shared, _shared(call, shared))
    if shared["withheld"] and not shared["released"] and not shared["already"]:
        call.refuse()


def _listed(file: Path) -> list[str]:
    lines = read_file(file).decode("utf-8", "replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _some(call: Call, ids: list[str], audience: str, lane: str) -> Iterator[Mapping[str, Any]]:
    with Progress(console=Console(stderr=True), transient=True, disable=call.as_json) as progress:
        task = progress.add_task(audience, total=len(ids))
        for start in range(0, len(ids), _PART):
            part = ids[start : start + _PART]
            yield call.post("/v1/release/share", {"ids": part, "to": audience, "lane": lane})
            progress.update(task, advance=len(part))


def _all_of(call: Call, audience: str, types: tuple[str, ...], lane: str) -> Iterator[Mapping[str, Any]]:
    after: int | None = 0
    with Progress(console=Console(stderr=True), transient=True, disable=call.as_json) as progress:
        task = progress.add_task(audience, total=None)
        while after is not None:
            said = call.post("/v1/release/share-next", {"to": audience, "after": after, "types": types, "lane": lane})
            yield said
            after = said["next"]
            progress.update(task, advance=_PART)


def _together(audience: str, parts: Iterator[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up what each part came to; the same reason of two parts is one."""
    whole: dict[str, Any] = {"audience": audience, "released": 0, "already": 0, "withheld": 0, "rules_digest": None}
    why: dict[str, dict[str, Any]] = {}
    for part in parts:
        for name in ("released", "already", "withheld"):
            whole[name] += part[name]
        whole["rules_digest"] = part["rules_digest"]
        for each in part["why"]:
            known = why.setdefault(each["code"], {**each, "count": 0})
            known["count"] += each["count"]
    return {**whole, "why": sorted(why.values(), key=lambda each: -each["count"])}


def _shared(call: Call, shared: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_SHARED, **shared)
    for each in shared["why"]:
        yield call.say(
            _STAYS, count=each["count"], why=_sentence(call, each), rule=each["rule"], example=each["example"]
        )


@command(
    "recall",
    en="Call back what should not have been sent: it leaves use here, and everybody who got it is asked to stop.",
    ja="送るべきでなかったものを取り消します。このノードで使われなくなり、受け取った全員に使用停止を求めます。",
    example='tasuki recall indicator--... --why "shared hosting, taken for the actor\'s by mistake"',
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@option(
    "--why",
    en="The reason, as a sentence; partners read it.",
    ja="理由(相手にも示されます)。",
    required=True,
    metavar="TEXT",
)
def recall(call: Call, ids: tuple[str, ...], why: str) -> None:
    """Recall ids."""
    said = call.post("/v1/release/recall", {"ids": ids, "why": why})
    lines = [call.say(_RECALLED, recalled=said["recalled"])]
    lines += [call.say(_TOLD, partner=each["partner"], count=each["ids"]) for each in said["told"]]
    call.show(said, lines if said["told"] else [*lines, call.say(_NOBODY)])


@command(
    "recalls",
    en="Show recalls both ways, and who attested.",
    ja="双方向の取消と、証明の有無を表示します。",
    example="tasuki release recalls",
)
@option("--limit", en="How many.", ja="件数。", type=int, default=20, show_default=True)
def recalls(call: Call, limit: int) -> None:
    """List recalls."""
    said = call.get("/v1/release/recalls", limit=limit)
    call.show(said, list(_recalls(call, said)) or [call.say(_NO_RECALL)])


def _recalls(call: Call, said: Mapping[str, Any]) -> Iterator[str]:
    for each in said["made"]:
        attested = each["attested"]
        if attested is None:
            shown = call.say(_NOT_ATTESTED)
        else:
            counts = ", ".join(f"{name} {count}" for name, count in attested["counts"].items())
            shown = call.say(_ATTESTED, at=attested["at"], counts=counts)
        yield call.say(_MADE, **{**each, "count": len(each["ids"]), "attested": shown})
    for each in said["received"]:
        yield call.say(_RECEIVED, **{**each, "count": len(each["ids"])})


def _sentence(call: Call, said: Mapping[str, Any]) -> str:
    return str(said["ja" if call.language is Language.JA else "en"])


COMMANDS: Final = (
    mark,
    share,
    recall,
    group(
        "release",
        en="Who may have what, and what was called back.",
        ja="提供の可否と取消。",
        example="tasuki release explain indicator--... --to JPN/nco:csirt",
        commands=[explain, recalls],
    ),
)
