# SPDX-License-Identifier: MIT
"""`tasuki validate`: what STIX 2.1 says of every object in a file; needs no node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
import msgspec

from tasuki.base.reasons import Text
from tasuki.faces.cli.kit import Call, command, opened, printable
from tasuki.services.files import CHUNK_BYTES, Content
from tasuki.services.validation import Judgement, judge

_TOGETHER: Final = 200
_LINE: Final = Text(
    en="{place}: {id}: {word}: {path} {message} ({rule})", ja="{place}: {id}: {word}: {path} {message}({rule})"
)
_ERROR: Final = Text(en="wrong", ja="誤り")
_WARNING: Final = Text(en="look", ja="注意")
_WHOLE: Final = Text(en="(the whole)", ja="(全体)")
_NO_ID: Final = Text(en="no id", ja="IDなし")
_SUMMARY: Final = Text(
    en="{valid:,} valid, {invalid:,} invalid, {warnings:,} warnings.",
    ja="適合{valid:,}件、不適合{invalid:,}件、注意{warnings:,}件。",
)


@command(
    "validate",
    en="Hold every object against STIX 2.1; one answer per line or object, exit 1 when one is invalid.",
    ja="STIX 2.1に照らして検証します。行またはオブジェクトごとに回答し、不適合があれば終了コード1です。",
    example="tasuki validate feed.jsonl --json",
)
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
def validate(call: Call, files: tuple[Path, ...]) -> None:
    """Judge files in order, `-` being standard input."""
    counts: Counter[str] = Counter()
    for file in files:
        with opened(file) as stream:
            answers = _counted(judge(Content(file.name, _chunks(stream))), counts)
            if call.as_json:
                _print(call, answers, None if len(files) == 1 else str(file))
            else:
                _tell(call, answers, "" if len(files) == 1 else f"{file}:")
    if not call.as_json:
        click.echo(call.say(_SUMMARY, valid=counts["valid"], invalid=counts["invalid"], warnings=counts["warnings"]))
    if counts["invalid"]:
        call.refuse()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _counted(answers: Iterable[Judgement], counts: Counter[str]) -> Iterator[Judgement]:
    for each in answers:
        counts["valid" if each.valid else "invalid"] += 1
        counts["warnings"] += sum(problem.severity == "warning" for problem in each.problems)
        yield each


def _print(call: Call, answers: Iterable[Judgement], file: str | None) -> None:
    """Print answers for machines, many at a time: a system call each would cost as much as judging."""
    encoded = (msgspec.json.encode(_answer(call, each, file)) for each in answers)
    while together := list(islice(encoded, _TOGETHER)):
        click.echo(b"\n".join(together))


def _tell(call: Call, answers: Iterable[Judgement], before: str) -> None:
    for each in answers:
        for problem in each.problems:
            line = call.say(
                _LINE,
                place=f"{before}{each.line}",
                id=each.id or call.say(_NO_ID),
                word=call.say(_ERROR if problem.severity == "error" else _WARNING),
                path=problem.path or call.say(_WHOLE),
                message=problem.reason.sentence(call.language),
                rule=problem.rule,
            )
            click.echo(printable(line))


def _answer(call: Call, each: Judgement, file: str | None) -> dict[str, Any]:
    """Return the fixed machine form; the file is named only where there are several."""
    return {
        **({} if file is None else {"file": file}),
        "line": each.line,
        "id": each.id,
        "valid": each.valid,
        "problems": [
            {
                "path": problem.path,
                "rule": problem.rule,
                "message": problem.reason.sentence(call.language),
                "severity": problem.severity,
            }
            for problem in each.problems
        ],
    }


COMMANDS: Final = (validate,)
