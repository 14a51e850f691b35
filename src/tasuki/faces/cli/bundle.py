# SPDX-License-Identifier: MIT
"""`tasuki bundle`: the exchange with a partner by files alone, through an air gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from tasuki.base.errors import InputError
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.door import Question
from tasuki.faces.cli.kit import USED_WRONGLY, Call, RefusedError, command, group, option
from tasuki.faces.cli.reasons import UNWRITABLE
from tasuki.formats.bundle.bundle import read_bundle

_MADE: Final = Text(
    en="{file}: bundle {number} for {partner}, {size} bytes, {envelopes} envelopes; unconfirmed until it answers.",
    ja="{file}: {partner} 宛てバンドル {number}、{size} バイト、封筒{envelopes}件。応答が届くまで未確認です。",
)
_TAKEN: Final = Text(
    en="{file}: bundle {number} of {partner} taken in ({parts}).",
    ja="{file}: {partner} のバンドル {number} を取り込みました({parts})。",
)
_ALSO: Final = Text(
    en="  bundles {also} were held and are taken in now", ja="  保留中のバンドル {also} も取り込みました"
)
_REPEATED: Final = Text(
    en="{file}: bundle {number} of {partner} was taken in before; nothing was done again.",
    ja="{file}: {partner} のバンドル {number} は取り込み済みです。何も行いませんでした。",
)
_HELD: Final = Text(
    en="{file}: bundle {number} of {partner} is held until {first} to {last} came; ask {partner} to give them again.",
    ja="{file}: {partner} のバンドル {number} を保留しました。{first}~{last} が未着です。再提供を依頼してください。",
)
_PART_REFUSED: Final = Text(
    en="  !! {count} parts not accepted: {code}", ja="  !! 受け入れなかった部分: {count}件({code})"
)
_LOOSE: Final = Text(
    en="  the reader could not give up on this machine: {what}",
    ja="  この機器では読み取りプロセスの制限が一部働きません: {what}",
)
_NOT_TAKEN: Final = Text(en="{file}: refused: {why}", ja="{file}: 拒否: {why}")
_STATUS: Final = Text(
    en="{partner}: made {made}, confirmed {confirmed}, taken in {taken}; {waiting} envelopes, {answers} answers wait",
    ja="{partner}: 作成 {made}、確認済み {confirmed}、取り込み {taken}。待機: 封筒{waiting}件、応答{answers}件",
)
_UNCONFIRMED: Final = Text(
    en="  unconfirmed: bundle {number}, made {at}, {envelopes} envelopes",
    ja="  未確認: バンドル {number}({at} 作成、封筒{envelopes}件)",
)
_QUEUED: Final = Text(
    en="  not sealed: {queued} acts; {partner} must be heard of first, or does not use the lane",
    ja="  未封入: {queued}件({partner} の最新の情報が未着か、そのレーンが使われていません)",
)
_MISSING: Final = Text(en="  missing: bundle {number}", ja="  未着: バンドル {number}")
_NOBODY: Final = Text(en="No partner is trusted yet.", ja="信頼済みのパートナーはまだありません。")


@command(
    "export",
    en="Write what waits for a partner to a file, urgent first; to several where one is too small.",
    ja="パートナー宛てに待機中のものをファイルに書き出します(urgent 優先)。一つに収まらなければ複数に分けます。",
    example="tasuki bundle export --to JPN --out for-jpn.tasukib",
)
@option("--to", "partner", en="The partner, such as JPN.", ja="パートナー(例: JPN)。", metavar="PARTNER", required=True)
@option(
    "--out",
    en="File to write; further ones get -2, -3... before the ending.",
    ja="書き出すファイル。二つ目以降は拡張子の前に -2、-3… が付きます。",
    type=click.Path(path_type=Path),
    metavar="FILE",
    required=True,
)
@option("--max-bytes", "most", en="Largest size of one file.", ja="一ファイルの上限バイト数。", type=int)
@option(
    "--number", en="Give this bundle again, byte for byte.", ja="作成済みのこのバンドルを再度書き出します。", type=int
)
def export(call: Call, partner: str, out: Path, most: int | None, number: int | None) -> None:
    """Have the node make bundles until nothing waits."""
    asked = {name: value for name, value in (("most", most), ("number", number)) if value is not None}
    files: list[dict[str, Any]] = []
    while True:
        body = msgspec.json.encode({"partner": partner, **asked})
        raw = call.ask(Question(method="POST", path="/v1/bundle/export", params={}, body=body)).body
        file = out if not files else out.with_stem(f"{out.stem}-{len(files) + 1}")
        files.append({"file": str(file), **_written(file, raw), "partner": partner})
        if number is not None or not _waits(call, partner):
            break
    call.show({"partner": partner, "files": files}, [call.say(_MADE, **each) for each in files])


def _waits(call: Call, partner: str) -> bool:
    """Whether envelopes or answers are left for another bundle."""
    return any(each["waiting"] + each["answers"] for each in call.get("/v1/bundle") if each["partner"] == partner)


def _written(file: Path, raw: bytes) -> dict[str, Any]:
    try:
        file.write_bytes(raw)
    except OSError as error:
        raise InputError(UNWRITABLE.because(path=str(file), cause=error.strerror or type(error).__name__)) from error
    made = read_bundle(raw)
    envelopes = sum(part.kind == "envelope" for part in made.parts)
    return {"number": made.manifest.number, "hash": made.hash, "size": len(raw), "envelopes": envelopes}


@command(
    "import",
    en="Take in bundles of a partner; exit 1 when one is refused.",
    ja="パートナーのバンドルを取り込みます。拒否があれば終了コード1です。",
    example="tasuki bundle import from-jpn.tasukib",
)
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")
def import_(call: Call, files: tuple[Path, ...]) -> None:
    """Give each file to the node, which has it read by a process that can do nothing else."""
    results = [{"file": str(file), **_taken(call, file)} for file in files]
    call.show({"files": results}, [line for each in results for line in _took_lines(call, each)])
    if any("error" in each for each in results):
        call.refuse()


def _taken(call: Call, file: Path) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = call.upload("/v1/bundle/import", file)
    except (InputError, RefusedError) as error:
        if isinstance(error, RefusedError) and error.exit_code == USED_WRONGLY:
            raise
        return {"error": error.reason.as_json()}
    return answer


def _took_lines(call: Call, took: Mapping[str, Any]) -> Iterator[str]:
    if "error" in took:
        why = took["error"]["ja" if call.language is Language.JA else "en"]
        yield call.say(_NOT_TAKEN, file=took["file"], why=why)
        return
    if took["state"] == "repeated":
        yield call.say(_REPEATED, **took)
    elif took["state"] == "held":
        first, last = took["missing"]
        yield call.say(_HELD, **took, first=first, last=last)
    else:
        parts = ", ".join(f"{kind} {count}" for kind, count in took["parts"].items())
        yield call.say(_TAKEN, **{**took, "parts": parts})
        if took["also"]:
            yield call.say(_ALSO, also=", ".join(map(str, took["also"])))
    for code, count in took["refused"].items():
        yield call.say(_PART_REFUSED, code=code, count=count)
    loose = [name for name, held in took["confined"].items() if not held]
    if loose:
        yield call.say(_LOOSE, what=", ".join(loose))


@command(
    "status",
    en="Show which bundles went and came, which nobody confirmed and since when, and which are missing.",
    ja="バンドルの送受、未確認のものとその時期、未着のものを表示します。",
    example="tasuki bundle status",
)
def status(call: Call) -> None:
    """Show the exchange by files with every partner."""
    views = call.get("/v1/bundle")
    call.show(views, [line for each in views for line in _status_lines(call, each)] or [call.say(_NOBODY)])


def _status_lines(call: Call, view: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_STATUS, **view)
    if view["queued"]:
        yield call.say(_QUEUED, **view)
    for each in view["unconfirmed"]:
        yield call.say(_UNCONFIRMED, **each)
    for number in view["missing"]:
        yield call.say(_MISSING, number=number)


@command(
    "epoch",
    en="Count bundles anew, as people of both sides agreed: where one can never be taken, or a node was put back.",
    ja="双方の担当者の合意に基づき、バンドルの番号を新たに始めます(取り込み不能、または復元のとき)。",
    example="tasuki bundle epoch --with JPN --to 2 --by Aoki --by Brown",
)
@option(
    "--with", "partner", en="The partner, such as JPN.", ja="パートナー(例: JPN)。", metavar="PARTNER", required=True
)
@option("--to", "number", en="The epoch agreed on.", ja="合意したエポック。", type=int, required=True)
@option("--by", en="Who agreed; twice.", ja="合意した人(2回指定)。", multiple=True, metavar="NAME")
def epoch(call: Call, partner: str, number: int, by: tuple[str, ...]) -> None:
    """Begin another epoch."""
    views = call.post("/v1/bundle/epoch", {"partner": partner, "epoch": number, "by": by})
    call.show(views, [line for each in views for line in _status_lines(call, each)])


COMMANDS: Final = (
    group(
        "bundle",
        en="The exchange with a partner by files, through an air gap.",
        ja="ファイルによる交換(エアギャップ)。",
        example="tasuki bundle export --to JPN --out for-jpn.tasukib",
        commands=[export, import_, status, epoch],
    ),
)
