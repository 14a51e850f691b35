# SPDX-License-Identifier: MIT
"""`tasuki ledger` and `tasuki verify`: what was logged, that both sides hold the same, and proof for others."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console

from tasuki.base.errors import CallerError, InputError, PeerError
from tasuki.base.reasons import Language, Text
from tasuki.core.ledger.evidence import Finding, verify_evidence
from tasuki.core.ledger.mirror import HELD, ISSUED, SENT
from tasuki.core.ledger.tiles import examine_tiles
from tasuki.core.partners.identity import Identity, read_identity
from tasuki.faces.cli.door import Question
from tasuki.faces.cli.kit import Call, command, group, option, read_file
from tasuki.faces.cli.reasons import NO_ANCHOR, NOT_AN_ANCHOR, OTHER_EXPORT, UNWRITABLE
from tasuki.formats.envelope.anchor import MAGIC
from tasuki.formats.envelope.fingerprint import hexadecimal
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.note import parse_note
from tasuki.formats.tlog.tiles import Tile, tiles_of
from tasuki.formats.trust.statement import MAGIC as TRUST_MAGIC

_WITH: Final[dict[str, Any]] = {
    "en": "The log kept with this partner, such as JPN.",
    "ja": "このパートナーとのログ(例: JPN)。",
    "metavar": "PARTNER",
}
_SHOWN_BYTES: Final = 200

_LOG: Final = Text(en="{log}: {size} leaves, root {root}", ja="{log}: 葉{size}個、ルート {root}")
_PERIODS: Final = Text(
    en="  {periods} periods; root and checkpoints are those of the newest: {origin}",
    ja="  期間{periods}個。ルートとチェックポイントは最新の期間のものです: {origin}",
)
_MIRROR: Final = Text(
    en="  mirror of {partner}'s log: {mirrored} leaves, {witnessed} cosigned by us",
    ja="  {partner} のログのミラー: 葉{mirrored}個、うち{witnessed}個に連署済み",
)
_COSIGNED: Final = Text(
    en="  checkpoint {size}: signed {signed_at}, cosigned by {cosigned_by} at {cosigned_at}",
    ja="  チェックポイント {size}: 署名 {signed_at}、{cosigned_by} が {cosigned_at} に連署",
)
_WAITS: Final = Text(
    en="  checkpoint {size}: signed {signed_at}, not cosigned yet",
    ja="  チェックポイント {size}: 署名 {signed_at}、連署待ち",
)
_SIGNED: Final = Text(en="  checkpoint {size}: signed {signed_at}", ja="  チェックポイント {size}: 署名 {signed_at}")
_KINDS: Final = {
    SENT: Text(en="envelope sent", ja="封筒を送信"),
    ISSUED: Text(en="receipt given", ja="受領証を交付"),
    HELD: Text(en="receipt held", ja="受領証を保持"),
}
_ABOUT: Final = Text(
    en="{kind}: {env_id}, lane {lane} {epoch}/{seq}{status}", ja="{kind}: {env_id}、レーン {lane} {epoch}/{seq}{status}"
)
_PROVED: Final = Text(
    en="Evidence about leaf {index} written to {file} ({state}).",
    ja="葉{index}の証拠を {file} に書き出しました({state})。",
)
_CHECK: Final = Text(
    en="Check it anywhere: tasuki verify {file} --anchor FILE --anchor FILE",
    ja="検証(どこでも可): tasuki verify {file} --anchor FILE --anchor FILE",
)
_OPEN: Final = Text(en="opened", ja="内容を開示")
_CLOSED: Final = Text(en="closed: it does not say what the leaf is about", ja="内容は非開示")
_AUDITED: Final = Text(
    en="{log}: {leaves} leaves computed again, {checkpoints} checkpoints verified",
    ja="{log}: 葉{leaves}個を再計算、チェックポイント{checkpoints}件を検証",
)
_COMPARED: Final = Text(
    en="  {cosigned} cosigned; sent {sent}, receipts held {receipted}; given {issued}, held there {acknowledged}",
    ja="  連署済み{cosigned}個。送信{sent}件、受領証保持{receipted}件。受領証交付{issued}件、先方保持{acknowledged}件",
)
_UNSEEN: Final = Text(
    en="  not arrived yet: leaf {index} of {partner} ({kind}, envelope {env_id}), mirrored {mirrored_at}{cosigned}",
    ja="  未着: {partner} の葉{index}({kind}、封筒 {env_id})、{mirrored_at} にミラー{cosigned}",
)
_BLIND: Final = Text(en=", cosigned all the same at {at}", ja="、{at} に未着のまま連署")
_DIFFERS: Final = Text(en="  !! {said}", ja="  !! {said}")
_MORE: Final = Text(en="  !! and {more} more differences", ja="  !! 他に{more}件の相違")
_AGREE: Final = Text(en="  everything fits", ja="  すべて一致")
_WORKING: Final = Text(en="computing the logs again...", ja="ログを再計算しています...")
_EXPORTED: Final = Text(
    en="{origin}: {size} leaves in {files} files written to {out} (C2SP tlog-tiles; leaves closed).",
    ja="{origin}: 葉{size}個を{files}個のファイルで {out} に書き出しました(C2SP tlog-tiles 形式、葉は非開示)。",
)
_HOLDS: Final = Text(en="{file}: holds", ja="{file}: 成立")
_FAILS: Final = Text(en="{file}: DOES NOT HOLD", ja="{file}: 不成立")
_TRUSTED: Final = Text(
    en="Trust rests on these anchors; compare their fingerprints with what you know of them:",
    ja="検証は次のアンカーに基づきます。指紋を、別途確認したものと照合してください:",
)


@command(
    "show",
    en="Show the logs: size, root, checkpoints, cosignatures, newest leaves.",
    ja="ログを表示します(サイズ、ルート、チェックポイント、連署、最近の葉)。",
    example="tasuki ledger show --with JPN --limit 20",
)
@option("--with", "partner", **_WITH)
@option("--audit", en="The private audit log.", ja="非公開の監査ログ。", is_flag=True)
@option(
    "--limit",
    en="How many leaves and checkpoints (0 to 1000).",
    ja="葉とチェックポイントの件数(0~1000)。",
    type=click.IntRange(0, 1000),
    default=10,
)
def show(call: Call, partner: str | None, limit: int, *, audit: bool) -> None:
    """Show what was logged."""
    logs = call.get("/v1/ledger", partner=partner, audit=audit, limit=limit)
    call.show(logs, [line for log in logs for line in _log_lines(call, log)])


def _log_lines(call: Call, log: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_LOG, log=log["log"], size=log["size"], root=log["root"])
    if log["periods"] > 1:
        yield call.say(_PERIODS, periods=log["periods"], origin=log["origin"])
    if log["partner"] is not None:
        yield call.say(_MIRROR, **{name: log[name] for name in ("partner", "mirrored", "witnessed")})
    for each in log["checkpoints"]:
        waits = _SIGNED if log["partner"] is None else _WAITS
        yield call.say(waits if each["cosigned_by"] is None else _COSIGNED, **each)
    for leaf in log["leaves"]:
        yield f"  #{leaf['index']}  {leaf['at']}  {_content(call, leaf)}"


def _content(call: Call, leaf: Mapping[str, Any]) -> str:
    kind, body = leaf["kind"], leaf["body"]
    if kind not in _KINDS:
        shown = msgspec.json.encode({name: value for name, value in body.items() if name != "act"}).decode()
        return f"{kind}  {shown if len(shown) <= _SHOWN_BYTES else shown[:_SHOWN_BYTES] + '...'}"
    place = {name: body.get(name, "?") for name in ("env_id", "lane", "epoch", "seq")}
    status = f" {body['status']}" if "status" in body else ""
    return call.say(_ABOUT, kind=call.say(_KINDS[kind]), status=status, **place)


@command(
    "prove",
    en="Write an evidence file about one envelope; its leaf stays closed unless you open it.",
    ja="一つの封筒の証拠ファイルを書き出します。指定しない限り葉は閉じたままです。",
    example="tasuki ledger prove 019c... --with JPN --out evidence.json --open",
)
@click.argument("env_id")
@option("--with", "partner", required=True, **_WITH)
@option(
    "--out",
    en="File to write.",
    ja="書き出すファイル。",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
)
@option(
    "--open",
    "opened",
    en="Let what the leaf says go with it, the head of the envelope and the receipt: a release, and audited as one.",
    ja="葉の内容、封筒のヘッダー、受領証を含めます。外部提供として監査ログに記録されます。",
    is_flag=True,
)
def prove(call: Call, env_id: str, partner: str, out: Path, *, opened: bool) -> None:
    """Have the node prove a leaf, and keep the file."""
    question = {"partner": partner, "env_id": env_id, "open": opened}
    body = call.ask(
        Question(method="POST", path="/v1/ledger/evidence", params={}, body=msgspec.json.encode(question))
    ).body
    _write(out, body)
    index = msgspec.json.decode(body)["index"]
    answer = {"file": str(out), "partner": partner, "env_id": env_id, "index": index, "opened": opened}
    state = call.say(_OPEN if opened else _CLOSED)
    call.show(answer, [call.say(_PROVED, file=out, index=index, state=state), call.say(_CHECK, file=out)])


@command(
    "audit",
    en="Compute the logs again, verify signatures, compare with the partner and what is kept; exit 1 if they differ.",
    ja="ログの再計算、署名の検証、パートナーのログおよび保管内容との照合を行います。相違があれば終了コード1です。",
    example="tasuki ledger audit --with JPN",
)
@option("--with", "partner", **_WITH)
def audit(call: Call, partner: str | None) -> None:
    """Examine the logs."""
    with Console(stderr=True, quiet=call.as_json or not sys.stderr.isatty()).status(call.say(_WORKING)):
        examined = call.post("/v1/ledger/audit", {"partner": partner})
    call.show(examined, [line for each in examined for line in _audit_lines(call, each)])
    if any(each["differences"] for each in examined):
        call.refuse()


def _audit_lines(call: Call, one: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_AUDITED, **{name: one[name] for name in ("log", "leaves", "checkpoints")})
    if one["envelopes"] is not None:
        yield call.say(_COMPARED, **one["envelopes"], cosigned=one["cosigned"])
        yield call.say(_MIRROR, **{name: one[name] for name in ("partner", "mirrored", "witnessed")})
    for each in one["unseen"]:
        cosigned = "" if each["cosigned_at"] is None else call.say(_BLIND, at=each["cosigned_at"])
        kind = call.say(_KINDS[each["kind"]]) if each["kind"] in _KINDS else each["kind"]
        yield call.say(_UNSEEN, **{**each, "partner": one["partner"], "cosigned": cosigned, "kind": kind})
    for each in one["differences"]:
        yield call.say(_DIFFERS, said=_sentence(call, each))
    if one["more"]:
        yield call.say(_MORE, more=one["more"])
    if not one["differences"]:
        yield call.say(_AGREE)


@command(
    "export",
    en="Write the log kept with a partner as C2SP tlog-tiles for others to read; its leaves stay closed.",
    ja="パートナーとのログを C2SP tlog-tiles 形式で書き出します。葉は閉じたままです。",
    example="tasuki ledger export --with JPN --out ./log-jpn",
)
@option("--with", "partner", required=True, **_WITH)
@option(
    "--out",
    en="Directory to write; an older export of the same log is brought up to date.",
    ja="書き出すディレクトリ。同じログの以前の書き出しがあれば更新します。",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
)
@option(
    "--period",
    "start",
    en="The period behind so many leaves (the last number of its origin); else the newest.",
    ja="指定した数の葉の後に始まる期間(originの末尾の数)。省略時は最新の期間。",
    type=click.IntRange(min=0),
    default=None,
    metavar="START",
)
def export(call: Call, partner: str, out: Path, start: int | None) -> None:
    """Write checkpoint and tiles; the checkpoint last, so that what it names is there."""
    question = msgspec.json.encode({"partner": partner, "start": start})
    asked = Question(method="POST", path="/v1/ledger/export", params={}, body=question)
    checkpoint = call.ask(asked).body
    state = parse_checkpoint(parse_note(checkpoint).text)
    _require_own(out, state)
    place = {"partner": partner, "size": state.size, "start": _start_of(state.origin)}
    files = 1
    for tile in tiles_of(state.size):
        bundle = [Tile(level=None, index=tile.index, width=tile.width)] if tile.level == 0 else []
        for each in (tile, *bundle):
            body = call.fetch("/v1/ledger/tile", **place, tile=each.path)
            _write(out / each.path, body)
            files += 1
    _write(out / "checkpoint", checkpoint)
    _require_whole(out, state)
    answer = {"origin": state.origin, "size": state.size, "files": files, "out": str(out)}
    call.show(answer, [call.say(_EXPORTED, **answer)])


def _require_whole(out: Path, state: Checkpoint) -> None:
    """Refuse an export that, read back, does not give the root of its checkpoint: the disk or somebody changed it."""

    def read(path: str) -> bytes | None:
        return (out / path).read_bytes() if (out / path).is_file() else None

    for reason in examine_tiles(read, state.size, state.root):
        raise InputError(reason)


def _start_of(name: str) -> int:
    """Return how many leaves stand before the period of an origin of this node."""
    last = name.rpartition("/")[2]
    return int(last) if last.isdigit() else 0


def _require_own(out: Path, state: Checkpoint) -> None:
    """Refuse a directory with anything else in it than an older export of this log."""
    if not out.exists():
        return
    try:
        there = parse_checkpoint(parse_note((out / "checkpoint").read_bytes()).text)
    except (OSError, InputError):
        there = None
    empty = out.is_dir() and not any(out.iterdir())
    if not empty and (there is None or there.origin != state.origin or there.size > state.size):
        raise CallerError(OTHER_EXPORT.because(path=str(out), origin=state.origin))


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    except OSError as error:
        raise InputError(UNWRITABLE.because(path=str(path), cause=error.strerror or type(error).__name__)) from error


@command(
    "verify",
    en="Check evidence files offline, with public keys only: exit 0 all hold, 1 one does not, 2 used wrongly.",
    ja="証拠ファイルをオフライン・公開鍵のみで検証します。終了コード: 0 成立、1 不成立あり、2 使い方の誤り。",
    example="tasuki verify evidence.json --anchor gbr.anchor --anchor jpn.anchor",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="EVIDENCE...")
@option(
    "--anchor",
    "anchors",
    en="Anchor or trust file of a node, or a directory of them; both sides are needed.",
    ja="ノードのアンカーまたは信頼ファイル、もしくはそれらのディレクトリ。双方のものが必要です。",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
)
def verify(call: Call, files: tuple[Path, ...], anchors: tuple[Path, ...]) -> None:
    """Say of every claim whether it holds."""
    known = [anchor for path in anchors for anchor in _anchors(path)]
    found = [
        (str(path), verify_evidence(_named(path), [anchor for each in known for anchor in each.past])) for path in files
    ]
    answer = {
        "anchors": [_anchor_json(each) for each in known],
        "files": [_finding_json(file, finding) for file, finding in found],
    }
    call.show(answer, _verify_lines(call, found, known))
    if not all(finding.holds for _, finding in found):
        call.refuse()


def _named(path: Path) -> bytes:
    """Return the bytes of a file that a person named; one that cannot be read is a wrong use, not a wrong proof."""
    try:
        return read_file(path)
    except InputError as error:
        raise CallerError(error.reason) from error


def _anchors(path: Path) -> list[Identity]:
    if path.is_dir():
        bodies = {each: _named(each) for each in sorted(path.iterdir()) if each.is_file()}
        inside = [_anchor(each, body) for each, body in bodies.items() if body.startswith((MAGIC, TRUST_MAGIC))]
        if not inside:
            raise CallerError(NO_ANCHOR.because(path=str(path)))
        return inside
    return [_anchor(path, _named(path))]


def _anchor(path: Path, body: bytes) -> Identity:
    try:
        return read_identity(body, "")
    except PeerError as error:
        raise CallerError(NOT_AN_ANCHOR.because(path=str(path), cause=error.reason.code)) from error


def _anchor_json(signed: Identity) -> dict[str, object]:
    return {
        "node": str(signed.anchor.name),
        "version": signed.anchor.version,
        "fingerprint": signed.fingerprint.hex(),
    }


def _finding_json(file: str, finding: Finding) -> dict[str, object]:
    checks = [{"name": each.name, "holds": each.holds, **each.reason.as_json()} for each in finding.checks]
    return {"file": file, "holds": finding.holds, "checks": checks, "meaning": dict(finding.meaning)}


def _verify_lines(call: Call, found: Sequence[tuple[str, Finding]], known: Sequence[Identity]) -> Iterator[str]:
    for file, finding in found:
        yield call.say(_HOLDS if finding.holds else _FAILS, file=file)
        for check in finding.checks:
            yield f"  {'ok' if check.holds else '!!'} {check.name}: {check.reason.sentence(call.language)}"
    yield call.say(_TRUSTED)
    for signed in known:
        yield f"  {signed.anchor.name} v{signed.anchor.version}: {hexadecimal(signed.fingerprint)}"


def _sentence(call: Call, found: Mapping[str, Any]) -> str:
    return str(found["ja" if call.language is Language.JA else "en"])


COMMANDS: Final = (
    group(
        "ledger",
        en="The logs: show, prove, audit, export.",
        ja="ログの表示・証明・監査・書き出し。",
        example="tasuki ledger show --with JPN",
        commands=[show, prove, audit, export],
    ),
    verify,
)
