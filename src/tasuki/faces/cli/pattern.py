# SPDX-License-Identifier: MIT
"""`tasuki pattern`: are these STIX patterns, do they match this, do they mean the same? Needs no node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from tasuki.base.errors import CallerError
from tasuki.base.reasons import Reason, Text
from tasuki.faces.cli.kit import Call, command, group, opened, option
from tasuki.faces.cli.reasons import MATCH_WHAT
from tasuki.services.files import CHUNK_BYTES, Content
from tasuki.services.pattern import VERSIONS, Checked, Matched, compare_each, match_each
from tasuki.services.pattern import check as check_lines
from tasuki.services.pattern import match as match_content

_VALID: Final = Text(en="{id}: valid", ja="{id}: 有効")
_INVALID: Final = Text(en="{id}: not valid: {message}", ja="{id}: 無効: {message}")
_CAUTION: Final = Text(en="{id}: look: {message}", ja="{id}: 注意: {message}")
_TALLY: Final = Text(en="{valid:,} valid, {invalid:,} not.", ja="有効{valid:,}件、無効{invalid:,}件。")
_RESULTS: Final = {
    "match": Text(en="match", ja="一致"),
    "no-match": Text(en="no match", ja="不一致"),
    "data-error": Text(en="no verdict: {message}", ja="判定できません: {message}"),
    "parse-error": Text(en="not a pattern: {message}", ja="パターンではありません: {message}"),
}
_LIKENESS: Final = {
    "equivalent": Text(en="mean the same", ja="同じ意味です"),
    "different": Text(en="do not mean the same", ja="意味が異なります"),
    "unknown": Text(en="too large to tell", ja="大きすぎて判定できません"),
    "data-error": _RESULTS["data-error"],
    "parse-error": _RESULTS["parse-error"],
}
_VERSION: Final[dict[str, Any]] = {
    "en": "Version of the language where a line does not say.",
    "ja": "行に指定がない場合の言語の版。",
    "type": click.Choice(VERSIONS),
    "default": VERSIONS[-1],
    "show_default": True,
}
_FILE: Final = click.Path(path_type=Path, allow_dash=True)


@command(
    "check",
    en="Check STIX patterns: valid or not, where and why. One pattern a line, or JSON lines with id and pattern.",
    ja="STIXパターンが有効か、どこがなぜ誤りかを示します。1行1パターン、またはidとpatternを持つJSON Linesです。",
    example="tasuki pattern check patterns.txt",
)
@click.argument("file", type=_FILE, default="-")
@option("--spec-version", "version", **_VERSION)
@option(
    "--strict",
    en="Refuse too what is well-formed but forbidden by the standard.",
    ja="構文は正しくても標準が禁じているものも、無効とします。",
    is_flag=True,
)
def check(call: Call, file: Path, *, version: str, strict: bool) -> None:
    """Answer each line in order, `-` being standard input."""
    counts = {"valid": 0, "invalid": 0}
    with opened(file) as stream:
        for each in check_lines(_chunks(stream), version, strict=strict):
            counts["valid" if each.reason is None else "invalid"] += 1
            error = None if each.reason is None else {"message": _said(call, each.reason), "position": each.position}
            call.show({"id": each.id, "valid": each.reason is None, "error": error}, _check_lines(call, each))
    if not call.as_json:
        call.show(None, [call.say(_TALLY, **counts)])
    if counts["invalid"]:
        call.refuse()


@command(
    "match",
    en="Hold a STIX pattern against observed data: match, no match, or why there is no verdict.",
    ja="STIXパターンを観測データ(observed-data)と照合し、一致、不一致、または判定できない理由を示します。",
    example="tasuki pattern match --pattern \"[ipv4-addr:value = '198.51.100.7']\" --observed bundle.json",
)
@option("--pattern", en="The pattern.", ja="パターン。", metavar="PATTERN")
@option(
    "--observed",
    en="Observed data and what they refer to: a bundle, a list, or JSON lines of them.",
    ja="observed-dataとその参照先(バンドル、配列、またはJSON Lines)。",
    type=_FILE,
    metavar="FILE",
)
@option(
    "--batch",
    en="JSON lines with id, pattern and observed (a list of bundles), instead; one answer a line.",
    ja="代わりに、id、pattern、observed(バンドルの配列)を持つJSON Lines。1行ごとに答えます。",
    type=_FILE,
    metavar="FILE",
)
@option("--spec-version", "version", **_VERSION)
def match(call: Call, *, pattern: str | None, observed: Path | None, batch: Path | None, version: str) -> None:
    """Answer one question, or each of a batch in order."""
    if batch is not None and pattern is None and observed is None:
        answers = [*_batch_answers(call, batch, version)]
    elif batch is None and pattern is not None and observed is not None:
        answers = [_single_answer(call, pattern, observed, version)]
    else:
        raise CallerError(MATCH_WHAT.because())
    if any(each.reason is not None for each in answers):
        call.refuse()


@command(
    "compare",
    en="Say which patterns mean the same: JSON lines with id and two patterns, a and b.",
    ja="二つのパターンが同じ意味かを示します。id、a、bを持つJSON Linesです。",
    example="tasuki pattern compare pairs.jsonl",
)
@click.argument("file", type=_FILE, default="-")
@option("--spec-version", "version", **_VERSION)
def compare(call: Call, file: Path, *, version: str) -> None:
    """Answer each line in order, `-` being standard input."""
    failed = False
    with opened(file) as stream:
        for each in compare_each(_chunks(stream), version):
            failed = failed or each.reason is not None
            message = "" if each.reason is None else _said(call, each.reason)
            line = f"{each.id}: {call.say(_LIKENESS[each.result], message=message)}"
            call.show({"id": each.id, "result": each.result}, [line])
    if failed:
        call.refuse()


def _batch_answers(call: Call, batch: Path, version: str) -> Iterator[Matched]:
    with opened(batch) as stream:
        for each in match_each(_chunks(stream), version):
            call.show({"id": each.id, "result": each.result}, [f"{each.id}: {_result(call, each)}"])
            yield each


def _single_answer(call: Call, pattern: str, observed: Path, version: str) -> Matched:
    with opened(observed) as stream:
        answer = match_content(pattern, version, Content(observed.name, _chunks(stream)))
    error = None if answer.reason is None else {"message": _said(call, answer.reason)}
    lines = [_result(call, answer), *(f"  {each}" for each in answer.observed)]
    call.show({"result": answer.result, "error": error, "observed": answer.observed}, lines)
    return answer


def _check_lines(call: Call, each: Checked) -> Iterator[str]:
    if each.reason is not None:
        yield call.say(_INVALID, id=each.id, message=_said(call, each.reason))
        return
    yield call.say(_VALID, id=each.id)
    for caution in each.cautions:
        yield call.say(_CAUTION, id=each.id, message=_said(call, caution))


def _result(call: Call, each: Matched) -> str:
    return call.say(_RESULTS[each.result], message="" if each.reason is None else _said(call, each.reason))


def _said(call: Call, reason: Reason) -> str:
    return reason.sentence(call.language)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


COMMANDS: Final = (
    group(
        "pattern",
        en="STIX patterns: check them, hold them against observed data, compare them.",
        ja="STIXパターンを検査し、観測データと照合し、互いに比較します。",
        example="tasuki pattern check patterns.txt",
        commands=[check, match, compare],
    ),
)
