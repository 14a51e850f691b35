# SPDX-License-Identifier: MIT
"""`tasuki tearline`: make a new object for those who may not have the fuller one; one drafts, another releases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, group, option, read_file, write_file

_LINE: Final = Text(
    en="{number}  {state}: {id} for {to}, TLP:{tlp}; drafted by {drafted_by} at {drafted_at}: {why}",
    ja="{number}  {state}: {id}({to} 宛て、TLP:{tlp})。起案 {drafted_by}({drafted_at}): {why}",
)
_STATES: Final = {
    "drafted": Text(en="waits for a second person", ja="二人目の確認待ち"),
    "released": Text(en="released", ja="確定"),
    "rejected": Text(en="rejected", ja="却下"),
}
_DECIDED: Final = Text(en="  {state} by {who} at {at}: {why}", ja="  {state} {who}({at}): {why}")
_SOURCE: Final = Text(en="  derived from {id} of {source}{fate}", ja="  派生元 {id}({source}){fate}")
_OWN: Final = Text(en="our own", ja="自らの情報")
_FATES: Final = {
    "recalled": Text(en=" - source recalled", ja=" 【派生元は取消済み】"),
    "revoked": Text(en=" - source revoked", ja=" 【派生元は失効】"),
    "replaced": Text(en=" - a newer version is held", ja=" (新しい版を保有)"),
    "disposed": Text(en=" - source disposed of", ja=" (派生元は処分済み)"),
}
_KEPT: Final = Text(en="  + {said}", ja="  + {said}")
_LEFT_OUT: Final = Text(en="  - {said}", ja="  - {said}")
_MAY: Final = Text(
    en="  may go to {to}: {why} `tasuki share {id} --to {to}` sends it.",
    ja="  {to} に提供できます: {why} `tasuki share {id} --to {to}` で提供します。",
)
_MAY_NOT: Final = Text(
    en="  may not go to {to} yet (rule {rule}): {why}", ja="  {to} にはまだ提供できません(規則{rule}): {why}"
)
_NEXT: Final = Text(
    en="  draft it again with `--file` to change it; another person says `tasuki tearline release {number} --why TEXT`",
    ja="  変更は `--file` で起案し直します。確定は別の人が `tasuki tearline release {number} --why 理由` で行います",
)
_WRITTEN: Final = Text(en="  the draft is in {out}", ja="  草案を {out} に書き出しました")
_NOTHING: Final = Text(en="No tear-line yet.", ja="要約版はまだありません。")

_EXAMPLE_ID: Final = "report--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01"
Act = Callable[..., None]


def _why(act: Act) -> Any:
    return option(
        "--why",
        en="Why, as one sentence; for the record of this node.",
        ja="理由を一文で。このノードの記録に残ります。",
        required=True,
        metavar="TEXT",
    )(act)


@command(
    "draft",
    en="Draft a new object from others: shows what of them may go and what not and why; another person releases it.",
    ja="他のオブジェクトから要約版を起案します。引き継げるものと理由を示し、別の人が確定します。",
    example=(
        f"tasuki tearline {_EXAMPLE_ID} --to JPN/nco:csirt --tlp green --keep name,description"
        ' --withhold "Example Foods" --why "They need the method, not the victim"'
    ),
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@option("--to", "audience", en="For whom it is.", ja="提供先。", required=True, metavar="AUDIENCE")
@option(
    "--tlp",
    en="Its TLP.",
    ja="要約版のTLP。",
    type=click.Choice(["clear", "green", "amber", "amber+strict", "red"], case_sensitive=False),
    required=True,
)
@option(
    "--pap",
    en="Its PAP.",
    ja="要約版のPAP。",
    type=click.Choice(["clear", "green", "amber", "red"], case_sensitive=False),
)
@option(
    "--releasable-to",
    en="Only to this audience; repeat for more.",
    ja="提供先をこれに限定します。複数可。",
    multiple=True,
    metavar="AUDIENCE",
)
@option(
    "--classification",
    "classifications",
    en="National classification, such as GBR:OFFICIAL; repeat for more.",
    ja="秘密区分(例: GBR:OFFICIAL)。複数可。",
    multiple=True,
    metavar="LEVEL",
)
@option(
    "--personal-data",
    en="Whether it carries personal data; as the sources where unsaid.",
    ja="個人情報の有無。省略時は元の情報と同じ。",
    type=click.Choice(["yes", "no"]),
)
@option(
    "--keep",
    en="Properties to take over, separated by commas; unsaid, all that nothing speaks against.",
    ja="引き継ぐプロパティ(コンマ区切り)。省略時は支障のないもの全て。",
    metavar="NAME,...",
)
@option(
    "--withhold",
    en="A word that must occur nowhere in it, such as the victim's name; never kept. Repeat for more.",
    ja="含めてはならない語(被害者名など)。保存しません。複数可。",
    multiple=True,
    metavar="WORD",
)
@option(
    "--file",
    en="The object as you wrote it, instead of what is kept; id, times and marking are put in anew.",
    ja="編集した草案。ID・日時・マーキングは付け直されます。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@option(
    "--out",
    en="File to write the draft to, to edit it; `-` is standard output.",
    ja="編集のために草案を書き出すファイル。`-` は標準出力。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@option("--replaces", en="Draft that this takes the place of.", ja="置き換える草案の番号。", type=int, metavar="NUMBER")
@_why
def draft(call: Call, ids: tuple[str, ...], audience: str, keep: str | None, **said: Any) -> None:
    """Draft a tear-line."""
    file, out = said.pop("file"), said.pop("out")
    question = {
        **said,
        "ids": ids,
        "to": audience,
        "keep": None if keep is None else [part for each in keep.split(",") if (part := each.strip())],
        "edited": None if file is None else read_file(file).decode("utf-8", "replace"),
    }
    made = call.post("/v1/tearlines", question)
    if out is not None:
        write_file(out, msgspec.json.format(msgspec.json.encode(made["body"]), indent=2) + b"\n")
    if out is None or str(out) != "-":
        call.show(made, [*_lines(call, made), *([] if out is None else [call.say(_WRITTEN, out=out)])])


@command(
    "list",
    en="List tear-lines, newest first, and whether what they derive from was recalled or revoked.",
    ja="要約版を新しい順に表示します。派生元の取消・失効も示します。",
    example="tasuki tearline list",
)
@option("--limit", en="At most so many (1 to 10000).", ja="最大件数(1~10000)。", type=int, default=20)
def list_(call: Call, limit: int) -> None:
    """List tear-lines."""
    found = call.get("/v1/tearlines", limit=limit)
    lines = [line for each in found for line in _head_lines(call, each)]
    call.show(found, lines or [call.say(_NOTHING)])


@command(
    "show",
    en="Show a tear-line: what it says, from what it derives, where it stands.",
    ja="要約版の内容、派生元、状態を表示します。",
    example="tasuki tearline show 3",
)
@click.argument("number", type=int)
def show(call: Call, number: int) -> None:
    """Show a tear-line."""
    found = call.get(f"/v1/tearlines/{number}")
    call.show(found, _lines(call, found))


@command(
    "release",
    en="Release a draft as another person than its drafter; it is a holding of ours then and may be shared.",
    ja="起案者とは別の人が草案を確定します。確定後は自らの保有情報となり、共有できます。",
    example='tasuki tearline release 3 --why "Nothing in it tells of the victim"',
)
@click.argument("number", type=int)
@_why
def release(call: Call, number: int, why: str) -> None:
    """Release a tear-line."""
    done = call.post("/v1/tearlines/release", {"number": number, "why": why})
    call.show(done, _lines(call, done))


@command(
    "reject",
    en="Reject a draft, or take back one of your own; its content is destroyed.",
    ja="草案を却下するか、自らの草案を取り下げます。内容は破棄されます。",
    example='tasuki tearline reject 3 --why "The sector alone tells who it is"',
)
@click.argument("number", type=int)
@_why
def reject(call: Call, number: int, why: str) -> None:
    """Reject a tear-line."""
    done = call.post("/v1/tearlines/reject", {"number": number, "why": why})
    call.show(done, _head_lines(call, done))


def _head_lines(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    state = call.say(_STATES[shown["state"]])
    marking = shown["marking"]
    yield call.say(_LINE, **{**shown, "state": state, "to": marking["to"], "tlp": marking["tlp"].upper()})
    if shown["decided_at"] is not None:
        said = {"who": shown["decided_by"], "at": shown["decided_at"], "why": shown["decided_why"]}
        yield call.say(_DECIDED, state=state, **said)
    for each in shown["sources"]:
        source = call.say(_OWN) if each["source"] == "local" else each["source"]
        fate = "" if each["fate"] is None else call.say(_FATES[each["fate"]])
        yield call.say(_SOURCE, id=each["id"], source=source, fate=fate)


def _lines(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    yield from _head_lines(call, shown)
    for each in shown["fields"]:
        said = each["name"] if each["reason"] is None else _sentence(call, each["reason"])
        yield call.say(_KEPT if each["kept"] else _LEFT_OUT, said=said)
    if shown["body"] is not None:
        yield msgspec.json.format(msgspec.json.encode(shown["body"]), indent=2).decode()
    verdict = shown["verdict"]
    if verdict is not None:
        named = {"to": shown["marking"]["to"], "id": shown["id"], "why": _sentence(call, verdict)}
        yield call.say(_MAY if verdict["allowed"] else _MAY_NOT, rule=verdict["rule"], **named)
    if shown["state"] == "drafted":
        yield call.say(_NEXT, number=shown["number"])


def _sentence(call: Call, said: Mapping[str, Any]) -> str:
    return str(said["ja" if call.language is Language.JA else "en"])


COMMANDS: Final = (
    group(
        "tearline",
        en="New objects for those who may not have the fuller ones; `tasuki tearline ID ...` drafts one.",
        ja="詳しい情報を渡せない相手のための要約版。`tasuki tearline ID ...` で起案します。",
        example=f'tasuki tearline {_EXAMPLE_ID} --to JPN/nco:csirt --tlp green --why "The method is enough"',
        commands=[draft, list_, show, release, reject],
        otherwise="draft",
    ),
)
