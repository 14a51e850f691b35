# SPDX-License-Identifier: MIT
"""`tasuki hunt` and `tasuki detection`: look for indicators in logs, answer a partner, ask what can match."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tasuki.base.errors import CallerError, InputError
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.door import Question
from tasuki.faces.cli.kit import Call, command, group, option
from tasuki.faces.cli.reasons import ANSWER_PARTS, UNWRITABLE
from tasuki.services import detection

_NODE: Final = "node"
_TOGETHER_BYTES: Final = 32 << 20
"""Logs a node is asked about in one question: small enough to show progress."""

_LOOKED_FOR: Final = Text(
    en="Files: {files:,}, records: {records:,}, {window}; indicators looked for: {asked:,}.",
    ja="ファイル{files:,}件、レコード{records:,}件({window})。探したインディケーター{asked:,}件。",
)
_HITS: Final = Text(
    en="Hits: {hits:,}, on indicators: {indicators_hit:,}; written to {out}.",
    ja="ヒット{hits:,}件(インディケーター{indicators_hit:,}件)。出力先: {out}",
)
_NO_HITS: Final = Text(
    en="No hit: none of them is in these logs.",
    ja="ヒットなし。これらのログには含まれていません。",
)
_ROTTEN: Final = Text(en="Lines that are no records, left out: {count:,}", ja="レコードでないため除いた行: {count:,}件")
_BROKEN: Final = Text(
    en="Files of which only a part could be read: {count:,}", ja="一部しか読めないファイル: {count:,}件"
)
_UNREAD: Final = Text(en="Files that could not be read at all: {count:,}", ja="読めなかったファイル: {count:,}件")
_LEFT_OUT: Final = Text(
    en="Lines or objects of {name} that cannot be used as indicators: {count:,}",
    ja="{name}のうちインディケーターとして使えないもの: {count:,}件",
)
_ANSWERED: Final = Text(
    en="Answered {audience}; sightings: {sightings:,}, null results: {null_results:,}. They go with the next sync.",
    ja="{audience}に回答しました。目撃情報{sightings:,}件、該当なし{null_results:,}件。次の同期で送られます。",
)
_NOT_NAMED: Final = Text(
    en="Hit, but left out of the answer because they are not held here under a STIX id: {left_out:,}",
    ja="ヒットしたが、STIX IDで保有していないため回答に含めていないもの: {left_out:,}件",
)
_KEPT: Final = Text(en="Kept by the gate: {count:,}. {why}", ja="提供できないもの: {count:,}件。{why}")
_MORE: Final = Text(en="and more like these", ja="ほかにもあります")
_STANDARD_OUTPUT: Final = Text(en="standard output", ja="標準出力")
_WINDOW: Final = Text(en="from {first} to {last}", ja="{first}~{last}")
_NO_TIME: Final = Text(en="none of which tells its time", ja="時刻なし")
_OVERVIEW: Final = Text(
    en="Indicators that can match here: {indicators:,}; held with patterns beyond this version: {not_compiled:,}.",
    ja="照合できるインディケーター: {indicators:,}件。この版では照合できないパターン: {not_compiled:,}件",
)
_UNREADABLE: Final = Text(
    en="Held, but cannot be opened, because the store or its key was changed: {unreadable:,}; see `tasuki doctor`.",
    ja="開けないもの: {unreadable:,}件。保存内容または鍵が変更されています。`tasuki doctor`で確認してください。",
)
_USABLE: Final = Text(en="{id} can match here.", ja="{id}は照合できます。")
_NOT_USABLE: Final = Text(
    en="{id} cannot match here: it is not held, was recalled or revoked, its handling basis does not permit it, or its "
    "pattern is beyond this version.",
    ja="{id}は照合できません。保有していないか、取消・失効済みか、取扱根拠で認められていないか、この版で扱えないパターンです。",
)
_USES: Final = Text(
    en="It may be used to {uses}, and for nothing else.", ja="許可されている利用: {uses}。他の利用はできません。"
)
_BETWEEN: Final = Text(en=", ", ja="、")
_NO_USE: Final = Text(en="It may be used for nothing.", ja="利用は許可されていません。")
_USE: Final = {
    "detect": Text(en="search own logs", ja="自組織のログの照合"),
    "look-up": Text(en="look it up passively at others", ja="第三者への受動的な照会"),
    "block": Text(en="block it at home", ja="自組織での遮断"),
    "notify": Text(en="notify those concerned", ja="関係者への通知"),
}


@command(
    "hunt",
    en="Look for indicators in logs; ends with 0 with or without hits, with 1 when a log could not be read.",
    ja="ログをインディケーターと照合します。ヒットの有無にかかわらず終了コード0、読めないログがあれば1です。",
    example="tasuki hunt --indicators ipsum.txt --logs ./zeek --out hits.jsonl",
)
@option(
    "--indicators",
    en="STIX bundle, STIX as JSON lines, CSV or plain list, packed with gzip or not; or `node` for all that it holds.",
    ja="STIXバンドル、JSON Lines形式のSTIX、CSV、一覧のいずれか(gzip可)。ノードの保有分すべてなら`node`。",
    required=True,
    metavar="FILE|node",
)
@option(
    "--logs",
    en="Log files, folders or globs; Zeek TSV and JSON, Suricata EVE, other JSON, packed with gzip or not.",
    ja="ログのファイル、フォルダー、ワイルドカード。ZeekのTSVとJSON、Suricata EVE、その他のJSON(gzip可)。",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH...",
)
@option(
    "--format",
    "form",
    en="What the logs are; `auto` looks.",
    ja="ログの形式。`auto`は自動判別。",
    type=click.Choice(detection.FORMS),
    default="auto",
    show_default=True,
)
@option(
    "--out",
    en="File for the hits, one JSON line each; standard output unless said.",
    ja="ヒットをJSON Lines形式で書き出すファイル。省略時は標準出力。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@option(
    "--answer-to",
    "audience",
    en="Answer this audience with sightings or a null result, never with a line of the logs.",
    ja="この相手に目撃情報または該当なしを回答します。ログの内容は送りません。",
    metavar="AUDIENCE",
)
@option("--sector", en="Sector the logs are from, for the answer.", ja="回答に記す、ログの分野。", metavar="SECTOR")
@option("--question", en="What the hunt answers.", ja="照合が答える問い。", metavar="TEXT")
@option("--tlp", en="Marking of the answer.", ja="回答のTLP。", default="amber", show_default=True, metavar="LEVEL")
@click.argument("more", nargs=-1, type=click.Path(path_type=Path))
def hunt(  # noqa: PLR0913, PLR0917 one parameter for each option
    call: Call,
    indicators: str,
    logs: tuple[Path, ...],
    more: tuple[Path, ...],
    form: str,
    out: Path | None,
    audience: str | None,
    sector: str | None,
    question: str | None,
    tlp: str,
) -> None:
    """Hunt, write the hits, say what was looked at, answer."""
    answering = _answering(audience, sector, question, tlp)
    if answering is not None:
        call.post("/v1/detection/answers/check", answering)
    hunted = _Hunted(call=call, paths=[*logs, *more], form=form)
    with _opened(out) as file:
        if indicators == _NODE:
            hunted.with_node(file)
        else:
            hunted.with_file(Path(indicators), file)
    hunted.tell(out, answering)
    if hunted.report["unread"]:
        call.refuse()


def _answering(audience: str | None, sector: str | None, question: str | None, tlp: str) -> dict[str, str] | None:
    if audience is None:
        return None
    if sector is None or question is None:
        raise CallerError(ANSWER_PARTS.because())
    return {"audience": audience, "sector": sector, "question": question, "tlp": tlp}


@contextmanager
def _opened(out: Path | None) -> Iterator[BinaryIO]:
    """Give where the hits go; a file is opened before the hunt, so that nobody hunts in vain."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        file = out.open("wb")
    except OSError as error:
        raise InputError(UNWRITABLE.because(path=str(out), cause=error.strerror or type(error).__name__)) from error
    with file:
        yield file


@dataclass(slots=True, kw_only=True)
class _Hunted:
    """One hunt: what it was asked, what it came to."""

    call: Call
    paths: Sequence[Path]
    form: str
    asked: int = 0
    name: str = ""
    left_out: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)

    def with_file(self, path: Path, file: BinaryIO) -> None:
        """Hunt with the indicators of a file, in this process and without a node."""
        loaded = detection.load_indicators(path)
        logs = detection.log_files(self.paths)
        self.asked, self.name = len(loaded.compiled), path.name
        self.left_out = loaded.left_out
        self.problems = [reason.as_json() for reason in loaded.problems]
        report = detection.ScanReport()
        with self._progress(sum(log.size for log in logs)) as moved:
            hits = detection.scan(loaded.compiled, logs, report, form=self.form, progress=lambda now: moved(now.size))
            file.writelines(msgspec.json.encode(hit) + b"\n" for hit in hits)
        self.report = report.as_json()

    def with_node(self, file: BinaryIO) -> None:
        """Hunt with everything the node holds: it is asked about some of the logs at a time."""
        logs = detection.log_files(self.paths)
        done = 0
        with self._progress(sum(log.size for log in logs)) as moved:
            for part in _parts(logs):
                body = {"paths": [log.shown for log in part], "base": str(Path.cwd()), "form": self.form}
                lines = self.call.ask(
                    Question(method="POST", path="/v1/detection/hunts", params={}, body=msgspec.json.encode(body))
                ).body
                hits, _, last = lines.rstrip(b"\n").rpartition(b"\n")
                file.write(hits + b"\n" if hits else b"")
                self.report = _together(self.report, msgspec.json.decode(last)["report"])
                done += sum(log.size for log in part)
                moved(done)
        self.asked = self.call.get("/v1/detection")["indicators"]

    @contextmanager
    def _progress(self, total: int) -> Iterator[Callable[[int], None]]:
        """Give what moves a bar, where somebody watches."""
        is_watched = sys.stderr.isatty() and not self.call.as_json
        columns = (TextColumn("hunt"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=not is_watched) as progress:
            task = progress.add_task("hunt", total=total)
            yield lambda done: progress.update(task, completed=done)

    def tell(self, out: Path | None, answering: Mapping[str, str] | None) -> None:
        """Say what was looked at and found, to people on standard error, to machines as JSON; answer where asked to."""
        if self.call.as_json:
            answered = None if answering is None else self._answer(answering)
            # Without a file the hits have standard output for themselves.
            click.echo(msgspec.json.encode(self._summary(out, answered)), err=out is None)
            return
        for line in self._lines(out):
            click.echo(line, err=True)
        if answering is not None:
            for line in self._answer_lines(self._answer(answering)):
                click.echo(line, err=True)

    def _answer(self, answering: Mapping[str, str]) -> dict[str, Any]:
        report = self.report
        coverage = {
            "asked": self.asked,
            "partly": report["broken"] + report["unread"],
            **{name: report[name] for name in ("files", "records", "rotten", "first", "last")},
        }
        body = {"answer": answering, "coverage": coverage, "sighted": report["sighted"]}
        answered: dict[str, Any] = self.call.post("/v1/detection/answers", body)
        return answered

    def _summary(self, out: Path | None, answered: dict[str, Any] | None) -> dict[str, object]:
        return {
            "indicators": self.asked,
            "left_out": self.left_out,
            "left_out_why": self.problems,
            **{name: value for name, value in self.report.items() if name != "sighted"},
            "out": None if out is None else str(out),
            "answer": answered,
        }

    def _lines(self, out: Path | None) -> Iterator[str]:
        say, report = self.call.say, self.report
        if self.left_out:
            yield say(_LEFT_OUT, count=self.left_out, name=self.name)
            yield from self._some(self.problems, self.left_out)
        window = say(_NO_TIME) if report["first"] is None else say(_WINDOW, **report)
        yield say(_LOOKED_FOR, **report, window=window, asked=self.asked)
        yield say(_HITS, **report, out=out or say(_STANDARD_OUTPUT)) if report["hits"] else say(_NO_HITS)
        for text, name in ((_ROTTEN, "rotten"), (_BROKEN, "broken"), (_UNREAD, "unread")):
            if report[name]:
                yield say(text, count=report[name])
        yield from self._some(report["problems"], report["rotten"] + report["broken"] + report["unread"])

    def _some(self, problems: Sequence[Mapping[str, Any]], count: int) -> Iterator[str]:
        for each in problems:
            place = ":".join(str(each[name]) for name in ("file", "line") if each.get(name) is not None)
            yield f"  {place}{': ' if place else ''}{self._sentence(each)}"
        if len(problems) < count:
            yield f"  {self.call.say(_MORE)}"

    def _answer_lines(self, answered: Mapping[str, Any]) -> Iterator[str]:
        yield self.call.say(_ANSWERED, **answered)
        if answered["left_out"]:
            yield self.call.say(_NOT_NAMED, **answered)
        for share in answered["shared"]:
            for why in share["why"]:
                yield self.call.say(_KEPT, count=why["count"], why=self._sentence(why))

    def _sentence(self, found: Mapping[str, Any]) -> str:
        return str(found["ja" if self.call.language is Language.JA else "en"])


def _parts(logs: Iterable[detection.LogFile]) -> Iterator[list[detection.LogFile]]:
    part: list[detection.LogFile] = []
    for log in logs:
        part.append(log)
        if sum(each.size for each in part) >= _TOGETHER_BYTES:
            yield part
            part = []
    if part:
        yield part


_KEPT_TO_SHOW: Final = {"problems": 20, "values": 100}


def _together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the report of two hunts with the same indicators as one."""
    if not one:
        return other
    both = {name: one[name] + other[name] for name in ("files", "records", "rotten", "broken", "unread", "hits")}
    sighted = dict(one["sighted"])
    for name, seen in other["sighted"].items():
        before = sighted.get(name)
        counted = seen["count"] + (before["count"] if before else 0)
        sighted[name] = {"count": counted, **(_window(before, seen) if before else _window(seen, seen))}
    values = list(dict.fromkeys(one["values"] + other["values"]))
    return {
        **both,
        **_window(one, other),
        "indicators_hit": len(sighted),
        "values": values[: _KEPT_TO_SHOW["values"]],
        "problems": (one["problems"] + other["problems"])[: _KEPT_TO_SHOW["problems"]],
        "sighted": sighted,
    }


def _window(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the window over both; times of one form compare as text."""
    firsts = [each["first"] for each in (one, other) if each["first"] is not None]
    lasts = [each["last"] for each in (one, other) if each["last"] is not None]
    return {"first": min(firsts, default=None), "last": max(lasts, default=None)}


@command(
    "show",
    en="Show how many indicators this node matches with.",
    ja="このノードで照合できるインディケーターの数を表示します。",
    example="tasuki detection show",
)
def show(call: Call) -> None:
    """Show the live set."""
    found = call.get("/v1/detection")
    lines = [call.say(_OVERVIEW, **found)]
    call.show(found, [*lines, call.say(_UNREADABLE, **found)] if found["unreadable"] else lines)


@command(
    "usable",
    en="Say whether an indicator can match here, since when, and what it may be used for.",
    ja="インディケーターが照合できる状態か、いつからか、何に利用できるかを表示します。",
    example="tasuki detection usable indicator--2f1c9d0e-8b1a-4f0e-9a54-6f1d0f3f7a01",
)
@click.argument("stix_id")
def usable(call: Call, stix_id: str) -> None:
    """Say whether one indicator can match."""
    found = call.get(f"/v1/detection/indicators/{stix_id}")
    call.show(found, [call.say(_USABLE if found["usable"] else _NOT_USABLE, **found), _allowed(call, found["uses"])])


def _allowed(call: Call, uses: Sequence[str]) -> str:
    between = call.say(_BETWEEN)
    return call.say(_USES, uses=between.join(call.say(_USE[each]) for each in uses)) if uses else call.say(_NO_USE)


COMMANDS: Final = (
    hunt,
    group(
        "detection",
        en="What this node matches with.",
        ja="このノードの照合の状態。",
        example="tasuki detection show",
        commands=[show, usable],
    ),
)
