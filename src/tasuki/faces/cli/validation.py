# SPDX-License-Identifier: MIT
"""`tasuki validate`: what STIX 2.1 says of every object in a file; needs no node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
import msgspec

from tasuki.base.reasons import Text
from tasuki.faces.cli.kit import Call, command, opened, printable
from tasuki.services.files import CHUNK_BYTES, Content
from tasuki.services.validation import Judgement, judge

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
            for each in judge(Content(file.name, _chunks(stream))):
                counts["valid" if each.valid else "invalid"] += 1
                counts["warnings"] += sum(problem.severity == "warning" for problem in each.problems)
                _show(call, each, file, is_alone=len(files) == 1)
    if not call.as_json:
        click.echo(call.say(_SUMMARY, valid=counts["valid"], invalid=counts["invalid"], warnings=counts["warnings"]))
    if counts["invalid"]:
        call.refuse()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _show(call: Call, each: Judgement, file: Path, *, is_alone: bool) -> None:
    if call.as_json:
        click.echo(msgspec.json.encode(_answer(call, each, None if is_alone else str(file))))
        return
    place = f"{each.line}" if is_alone else f"{file}:{each.line}"
    for problem in each.problems:
        line = call.say(
            _LINE,
            place=place,
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
