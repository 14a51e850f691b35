# SPDX-License-Identifier: MIT
"""`tasuki partner`: exchange anchors, compare fingerprints."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, group, option, read_file

_WRITTEN: Final = Text(
    en="Anchor written to {file}. Hand it over, and read the fingerprint to your partner by another way:",
    ja="アンカーを {file} に書き出しました。相手に渡し、別の手段で指紋を読み上げてください:",
)
_READ_ALOUD: Final = Text(
    en="Read the fingerprint to your partner by another way than the file took:",
    ja="ファイルとは別の手段で、相手と指紋を読み合わせてください:",
)
_NEXT: Final = Text(
    en='Not trusted yet. Two people compare it, then: tasuki partner verify {partner} --compared "..." --by A --by B',
    ja='まだ信頼されていません。二名で照合後: tasuki partner verify {partner} --compared "..." --by A --by B',
)
_TRUSTED: Final = Text(en="Trusted; compared by {by}.", ja="信頼済み。照合者: {by}")
_NONE: Final = Text(en="No partner yet.", ja="パートナーはまだありません。")

_COMPARED: Final[dict[str, Any]] = {
    "en": "The fingerprint your partner read to you: hex, words or katakana.",
    "ja": "相手が読み上げた指紋(16進、ローマ字、カタカナのいずれか)。",
    "metavar": "FINGERPRINT",
}
_BY: Final[dict[str, Any]] = {
    "en": "Who compared it; give two names.",
    "ja": "照合した人。二名を指定します。",
    "multiple": True,
    "metavar": "NAME",
}


@command(
    "anchor",
    en="Write what this node is known by, its anchor, to a file and show its fingerprint.",
    ja="このノードのアンカー(身元情報)をファイルに書き出し、指紋を表示します。",
    example="tasuki partner anchor --out gbr.anchor",
)
@option("--out", en="File to write.", ja="書き出すファイル。", type=click.Path(path_type=Path), metavar="FILE")
@option(
    "--for",
    "partner",
    en="Partner it is for: opens what was revoked towards that one.",
    ja="渡す相手。その相手に対する失効の区切りも開示します。",
    default="",
    metavar="PARTNER",
)
@option(
    "--previous",
    en="For a partner of the previous release, which knows no trust metadata.",
    ja="信頼情報を扱えない旧版の相手向けの形式。",
    is_flag=True,
)
def anchor(call: Call, out: Path | None, partner: str, previous: bool) -> None:  # noqa: FBT001 click's form
    """Write and show the own anchor."""
    own = call.get("/v1/partners/anchor", previous=previous)
    if out is not None:
        path = "/v1/partners/anchor/file" if previous else "/v1/trust/file"
        out.write_bytes(call.fetch(path) if previous else call.fetch(path, partner=partner))
        own["file"] = str(out)
    head = call.say(_READ_ALOUD) if out is None else call.say(_WRITTEN, file=out)
    call.show(own, [head, *_fingerprint(own)])


@command(
    "add",
    en="Add a partner's anchor; it is trusted only once two people compared its fingerprint.",
    ja="パートナーのアンカーを追加します。二名が指紋を照合するまで信頼されません。",
    example="tasuki partner add jpn.anchor",
)
@click.argument("file", type=click.Path(path_type=Path))
@option("--compared", **_COMPARED)
@option("--by", **_BY)
def add(call: Call, file: Path, compared: str | None, by: tuple[str, ...]) -> None:
    """Send the anchor to the node."""
    encoded = base64.b64encode(read_file(file)).decode()
    added = call.post("/v1/partners", {"anchor": encoded, "compared": compared, "by": by})
    call.show(added, _lines(call, added))


@command(
    "verify",
    en="Show a partner's fingerprint, or confirm that two people compared it.",
    ja="パートナーの指紋を表示します。二名が照合した場合は、それを確定します。",
    example='tasuki partner verify JPN --compared "kakikuke-..." --by Aoki --by Brown',
)
@click.argument("partner")
@option("--compared", **_COMPARED)
@option("--by", **_BY)
def verify(call: Call, partner: str, compared: str | None, by: tuple[str, ...]) -> None:
    """Show or trust."""
    if compared is None:
        shown = call.get(f"/v1/partners/{partner}")
    else:
        shown = call.post(f"/v1/partners/{partner}/compare", {"compared": compared, "by": by})
    call.show(shown, _lines(call, shown))


@command(
    "list",
    en="List partners and whether they are trusted.",
    ja="パートナーと信頼状態の一覧を表示します。",
    example="tasuki partner list",
)
def list_(call: Call) -> None:
    """List partners."""
    known = call.get("/v1/partners")
    lines = [f"{each['partner']}  {each['node']}  {each['state']}  {each['endpoint']}" for each in known]
    call.show(known, lines or [call.say(_NONE)])


def _lines(call: Call, partner: Mapping[str, Any]) -> Iterator[str]:
    yield f"{partner['partner']}  {partner['node']}  {partner['state']}  {partner['endpoint']}"
    yield from _fingerprint(partner)
    if partner["state"] == "trusted":
        yield call.say(_TRUSTED, by=partner["compared_by"])
    else:
        yield call.say(_NEXT, partner=partner["partner"])
        if call.language is Language.JA:
            yield f"  {partner['katakana']}"


def _fingerprint(shown: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {shown['fingerprint']}"
    yield f"  {shown['words']}"


COMMANDS: Final = (
    group(
        "partner",
        en="Exchange anchors with partners and compare fingerprints.",
        ja="パートナーとアンカーを交換し、指紋を照合します。",
        example="tasuki partner list",
        commands=[anchor, add, list_, verify],
    ),
)
