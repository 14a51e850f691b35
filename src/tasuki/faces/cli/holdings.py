# SPDX-License-Identifier: MIT
"""`tasuki import`, `export`, `show`, `find` and `holdings`: what comes in, what is held, what is taken out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from tasuki.base.errors import CallerError, InputError
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import USED_WRONGLY, Call, RefusedError, command, group, option, write_file
from tasuki.faces.cli.reasons import IRREVOCABLE

_IMPORTED: Final = Text(
    en="{file}: {accepted:,} held ({flagged:,} flagged), {duplicate:,} held already, {quarantined:,} quarantined.",
    ja="{file}: 保有{accepted:,}件(うち注意{flagged:,}件)、保有済み{duplicate:,}件、隔離{quarantined:,}件。",
)
_RESTATED: Final = Text(
    en="  {restated:,} of those held already had no handling basis, and have the one you named now.",
    ja="  保有済みのうち取扱根拠のなかった{restated:,}件に、指定された根拠を付けました。",
)
_NOT_READ: Final = Text(en="{file}: not taken in. {why}", ja="{file}: 取り込んでいません。{why}")
_TOGETHER: Final = Text(en="together", ja="合計")
_SET_ASIDE: Final = Text(en="  {count:,} x {code}, such as:", ja="  {count:,}件 {code}。例:")
_EXAMPLE: Final = Text(en="    {place}: {why}", ja="    {place}: {why}")
_WHOLE: Final = Text(en="the file", ja="ファイル全体")
_EXPORTED: Final = Text(
    en="Wrote {bytes:,} bytes to {out}, SHA-256 {sha256}.",
    ja="{out} に{bytes:,}バイトを書き出しました(SHA-256 {sha256})。",
)
_NOTHING: Final = Text(en="Nothing found.", ja="該当なし。")
_HELD: Final = Text(
    en="{number} of {total}: from {source}, {state}, came {received_at}, STIX {spec_version}, {size:,} bytes, {sha256}",
    ja="{number}/{total}: {source}から、{state}、{received_at}受領、STIX {spec_version}、{size:,}バイト、{sha256}",
)
_READ: Final = Text(
    en="material of {originator}, STIX {spec_version}, {size:,} bytes, {sha256}",
    ja="作成元 {originator}、STIX {spec_version}、{size:,}バイト、{sha256}",
)
_MARKED: Final = Text(
    en="  {tlp}, releasable to {audiences}, material of {originators}",
    ja="  {tlp}、提供先 {audiences}、作成元 {originators}",
)
_UNMARKED: Final = Text(en="no TLP", ja="TLPなし")
_ANYBODY: Final = Text(en="whom the TLP allows", ja="TLPの範囲")
_NOBODY: Final = Text(en="nobody", ja="なし")
_STAYS: Final = Text(
    en="  stays at this node ({codes}); `tasuki release explain {id} --to AUDIENCE` says why",
    ja="  このノードに留まります({codes})。理由は `tasuki release explain {id} --to 提供先` で確認できます",
)
_BASIS: Final = Text(
    en="  basis {collection}, purpose {purpose}, use {uses}, personal data {personal_data}, "
    "dispose by {dispose_by}{victim}",
    ja="  取扱根拠 {collection}、目的 {purpose}、利用 {uses}、個人情報 {personal_data}、処分期限 {dispose_by}{victim}",
)
_STATES: Final = {
    "held": Text(en="held", ja="保有"),
    "recalled": Text(en="recalled", ja="取消済み"),
    "disposed": Text(en="disposed of", ja="処分済み"),
}
_PERSONAL: Final = {
    "no": Text(en="none", ja="なし"),
    "yes": Text(en="inside", ja="あり"),
    "unknown": Text(en="unknown", ja="不明"),
}
_VICTIM: Final = Text(en=", victim: {said}", ja="、被害者: {said}")
_VICTIMS: Final = {
    "given": Text(en="agreed", ja="同意"),
    "anonymous": Text(en="agreed to a text without its name", ja="匿名に限り同意"),
    "not-asked": Text(en="not asked", ja="未確認"),
    "refused": Text(en="refused", ja="拒否"),
    "national-only": Text(en="agreed for its own country only", ja="国内に限り同意"),
}
_NOT_SAID: Final = Text(en="unknown", ja="不明")
_NO_DATE: Final = Text(en="no date", ja="なし")
_GONE: Final = Text(en="  its content was disposed of", ja="  内容は処分済みです")
_QUARANTINED: Final = Text(
    en="{number}  {at}  {source}  {place}  {code}: {why}", ja="{number}  {at}  {source}  {place}  {code}: {why}"
)
_KEPT: Final = Text(en="{count:,} x {code}", ja="{count:,}件 {code}")
_HASH_ONLY: Final = Text(en="Only its hash is kept: {sha256}", ja="ハッシュのみを保存: {sha256}")
_DROPPED: Final = Text(en="{dropped} let go.", ja="{dropped}件を破棄しました。")
_DISPOSED: Final = Text(
    en="{disposed} holdings disposed of; nobody can read them any more.",
    ja="{disposed}件を処分しました。もう誰も読めません。",
)

_TERMS: Final = (
    option("--tlp", en="TLP of all of it: clear, green, amber, amber+strict, red.", ja="全体のTLP。", metavar="TLP"),
    option(
        "--releasable-to",
        en="Only to this audience, such as JPN/nco:csirt; repeat for more.",
        ja="提供先の限定(例: JPN/nco:csirt)。複数可。",
        multiple=True,
        metavar="AUDIENCE",
    ),
    option(
        "--basis",
        en="How we got it: open-source, own-sensor, own-analysis, commercial, victim-report. Unsaid, it stays here.",
        ja="入手方法: open-source、own-sensor、own-analysis、commercial、victim-report。省略時は国外に出ません。",
        metavar="BASIS",
    ),
    option(
        "--dispose-by",
        en="When it must be gone: a day, to its end in UTC, or a moment.",
        ja="処分期限。日付(UTCでその日の終わりまで)または日時。",
        metavar="DATE",
    ),
    option(
        "--victim",
        en="What the victim it tells of said; a victim report begins as not-asked, and stays here until it agrees.",
        ja="被害者の意向。victim-report の既定は not-asked で、同意が得られるまで国外に出ません。",
        type=click.Choice(["given", "anonymous", "not-asked", "refused", "national-only"]),
    ),
)
_AFTER: Final[dict[str, Any]] = {
    "en": "Go on after the last object of the page before: ID@SHA256, and @SOURCE where the list names one.",
    "ja": "前のページの最後のオブジェクトの続きから: ID@SHA256(一覧に入手元があれば @入手元 も付ける)。",
    "metavar": "PLACE",
}


def _terms(act: Callable[..., None]) -> Callable[..., None]:
    """Add what a person may say of what is brought in."""
    for add in reversed(_TERMS):
        act = add(act)
    return act


@command(
    "import",
    en="Bring in STIX (2.1, 2.0, JSON lines), CSV or a list, plain or gzip; exit 1 when anything was quarantined.",
    ja="STIX(2.1、2.0、JSON Lines)、CSV、一覧を取り込みます(gzip可)。隔離があれば終了コード1です。",
    example="tasuki import feed.json --tlp amber --releasable-to JPN/nco:csirt --basis own-analysis",
)
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@_terms
@option("--name", en="Name of what comes in by `-`, such as feed.jsonl.", ja="標準入力の名前(例: feed.jsonl)。")
@option("--ids", en="List the ids of what is held now.", ja="保有した ID を表示します。", is_flag=True)
def import_(call: Call, files: tuple[Path, ...], name: str | None, *, ids: bool, **said: Any) -> None:
    """Bring in every file that can be read; the others are named."""
    audiences = ",".join(said.pop("releasable_to"))
    results = []
    for file in files:
        params = {**said, "releasable_to": audiences, "ids": ids, "name": (str(file) == "-" and name) or file.name}
        results.append({"file": str(file), **_bring_in(call, file, params)})
    answer = _sum(results)
    call.show(answer, _import_lines(call, answer))
    if answer["quarantined"] or any("error" in each for each in results):
        call.refuse()


def _bring_in(call: Call, file: Path, params: Mapping[str, object]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = call.upload("/v1/holdings/import", file, **params)
    except (InputError, RefusedError) as error:
        if isinstance(error, RefusedError) and error.exit_code == USED_WRONGLY:
            raise
        return {"error": error.reason.as_json()}
    return answer


def _sum(results: list[dict[str, Any]]) -> dict[str, Any]:
    read = [each for each in results if "error" not in each]
    counts = {
        name: sum(each[name] for each in read)
        for name in ("accepted", "flagged", "duplicate", "restated", "quarantined")
    }
    reasons: Counter[str] = Counter()
    for each in read:
        reasons.update(each["reasons"])
    return {
        **counts,
        "reasons": dict(reasons),
        "ids": [stix_id for each in read for stix_id in each["ids"]],
        "stays_local": next((each["stays_local"] for each in read), None),
        "files": results,
    }


def _import_lines(call: Call, answer: Mapping[str, Any]) -> Iterator[str]:
    for each in answer["files"]:
        if "error" in each:
            yield call.say(_NOT_READ, file=each["file"], why=_sentence(call, each["error"]))
        else:
            yield call.say(_IMPORTED, **each)
            if each["restated"]:
                yield call.say(_RESTATED, **each)
            yield from _reason_lines(call, each)
    if len(answer["files"]) > 1:
        yield call.say(_IMPORTED, **{**answer, "file": call.say(_TOGETHER)})
    yield from answer["ids"]
    if answer["stays_local"] is not None:
        yield _sentence(call, answer["stays_local"])


def _reason_lines(call: Call, report: Mapping[str, Any]) -> Iterator[str]:
    for code, count in report["reasons"].items():
        yield call.say(_SET_ASIDE, count=count, code=code)
        for each in report["problems"]:
            if each["code"] == code:
                place = " ".join(part for part in (each["place"], each["id"]) if part)
                yield call.say(_EXAMPLE, place=place or call.say(_WHOLE), why=_sentence(call, each))


@command(
    "export",
    en="Take out a STIX bundle, each object byte for byte as it came; everything unless ids are named.",
    ja="STIXバンドルを書き出します。各オブジェクトは受領時のバイト列のまま。IDの指定がなければ全件です。",
    example="tasuki export --type indicator --out indicators.json",
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@option("--type", "types", en="Only this type; repeat for more.", ja="この型のみ。複数可。", multiple=True)
@option(
    "--newest",
    en="Of each id only the newest form, else all that are held.",
    ja="各IDの最新の版のみ。省略時は保有する全ての版。",
    is_flag=True,
)
@option(
    "--out",
    en="File to write; `-` is standard output.",
    ja="書き出すファイル。`-` は標準出力。",
    type=click.Path(path_type=Path),
    default="-",
    show_default=True,
    metavar="FILE",
)
def export(call: Call, ids: tuple[str, ...], types: tuple[str, ...], out: Path, *, newest: bool) -> None:
    """Write the bundle."""
    wanted = {"ids": ids, "types": types, "newest": newest}
    written = call.download("/v1/holdings/export", wanted, out)
    if str(out) != "-":
        answer = {"out": str(out), **msgspec.to_builtins(written)}
        call.show(answer, [call.say(_EXPORTED, **answer)])


@command(
    "show",
    en="Show everything held under an id: each form of each source, its marking, its basis, what it says.",
    ja="IDの下に保有する全て(各情報源の各版、マーキング、取扱根拠、内容)を表示します。",
    example="tasuki show indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --view 2.1",
)
@click.argument("stix_id", metavar="ID")
@option(
    "--view",
    en="Show STIX 2.0 as 2.1 sees it; what is held stays as it is.",
    ja="STIX 2.0を2.1の形で表示します。保有内容は変わりません。",
    type=click.Choice(["2.1"]),
)
def show(call: Call, stix_id: str, view: str | None) -> None:
    """Show an id."""
    shown = call.get(f"/v1/holdings/{stix_id}", view=view)
    call.show(shown, _show_lines(call, shown))


def _show_lines(call: Call, shown: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"{shown[-1]['type']}  {shown[-1]['id']}"
    for number, each in enumerate(shown, 1):
        if "state" in each:
            state = call.say(_STATES[each["state"]])
            yield call.say(_HELD, **{**each, "state": state}, number=number, total=len(shown))
        else:
            yield call.say(_READ, **each)
        if each["body"] is None:
            yield call.say(_GONE)
            continue
        yield from _label_lines(call, each)
        yield _basis_line(call, each["handling"])
        for body in each.get("view") or [each["body"]]:
            yield msgspec.json.format(msgspec.json.encode(body), indent=2).decode()


def _label_lines(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    label = shown["label"]
    allowed = label["releasable_to"]
    audiences = call.say(_ANYBODY) if allowed is None else ", ".join(allowed) or call.say(_NOBODY)
    tlp = call.say(_UNMARKED) if label["tlp"] is None else f"TLP:{label['tlp']}"
    yield call.say(_MARKED, tlp=tlp, audiences=audiences, originators=", ".join(label["originators"]))
    if label["blocked"]:
        yield call.say(_STAYS, codes=", ".join(label["blocked"]), id=shown["id"])


def _basis_line(call: Call, handling: Mapping[str, Any]) -> str:
    unknown, victim = call.say(_NOT_SAID), handling.get("victim")
    return call.say(
        _BASIS,
        collection=handling["collection"] or unknown,
        purpose=handling["purpose"] or unknown,
        uses=", ".join(handling["permitted_use"]) or unknown,
        personal_data=call.say(_PERSONAL[handling["personal_data"]]),
        dispose_by=handling["dispose_by"] or call.say(_NO_DATE),
        victim=call.say(_VICTIM, said=call.say(_VICTIMS[victim])) if victim in _VICTIMS else "",
    )


@command(
    "find",
    en="Find what is held by words: Latin ones whole, Japanese ones from two characters on.",
    ja="語句で検索します。英数字は単語、日本語は2文字から。",
    example="tasuki find 攻撃 brewery",
)
@click.argument("words", nargs=-1, required=True)
@option("--limit", en="At most so many (1 to 10000).", ja="最大件数(1~10000)。", type=int, default=20)
@option("--after", **_AFTER)
def find(call: Call, words: tuple[str, ...], limit: int, after: str | None) -> None:
    """List what holds every word."""
    found = call.get("/v1/holdings/find", words=" ".join(words), limit=limit, after=after)
    lines = [f"{each['id']}  {_giver(each)}  {each['name'] or ''}".rstrip() for each in found]
    call.show(found, lines or [call.say(_NOTHING)])


@command(
    "list",
    en="List what is held, newest first.",
    ja="保有しているものを新しい順に表示します。",
    example="tasuki holdings list --type indicator --source JPN",
)
@option("--type", "types", en="Only this type; repeat for more.", ja="この型のみ。複数可。", multiple=True)
@option(
    "--source",
    "sources",
    en="Only from this source: local, or a participant; repeat for more.",
    ja="この情報源のみ(local または参加者)。複数可。",
    multiple=True,
)
@option("--limit", en="At most so many (1 to 10000).", ja="最大件数(1~10000)。", type=int, default=20)
@option("--after", **_AFTER)
def list_(call: Call, types: tuple[str, ...], sources: tuple[str, ...], limit: int, after: str | None) -> None:
    """List holdings."""
    held = call.get("/v1/holdings", type=",".join(types), source=",".join(sources), limit=limit, after=after)
    call.show(held, [_held_line(each) for each in held] or [call.say(_NOTHING)])


def _held_line(each: Mapping[str, Any]) -> str:
    flags = f"  [{', '.join(each['flags'])}]" if each.get("flags") else ""
    came = f"{each['received_at']}  " if "received_at" in each else ""
    return f"{came}{_giver(each)}  {each['id']}{flags}  {each['name'] or ''}".rstrip()


def _giver(each: Mapping[str, Any]) -> str:
    """Return who gave it; readers are told whose material it is instead."""
    return str(each.get("source") or each["originator"])


@command(
    "quarantine",
    en="List what was set aside at intake and why; or show one piece by its number.",
    ja="取り込み時に隔離したものと理由を表示します。番号を指定すると一つを表示します。",
    example="tasuki holdings quarantine 7 --out piece.json",
)
@click.argument("number", type=int, required=False)
@option("--code", en="Only for this reason.", ja="この理由のみ。", metavar="CODE")
@option("--limit", en="At most so many (1 to 10000).", ja="最大件数(1~10000)。", type=int, default=20)
@option(
    "--out",
    en="File for the content of the piece, to correct it; `-` is standard output.",
    ja="内容を書き出すファイル(修正用)。`-` は標準出力。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
def quarantine(call: Call, number: int | None, code: str | None, limit: int, out: Path | None) -> None:
    """List or show what was set aside."""
    if number is None:
        aside = call.get("/v1/holdings/quarantine", code=code, limit=limit)
        call.show(aside, _aside_lines(call, aside))
        return
    if out is not None:
        _write_content(call, number, out)
        return
    piece = call.get(f"/v1/holdings/quarantine/{number}")
    call.show(piece, _piece_lines(call, piece))


def _write_content(call: Call, number: int, out: Path) -> None:
    raw = call.fetch(f"/v1/holdings/quarantine/{number}/content")
    write_file(out, raw)
    if str(out) == "-":
        return
    answer = {"out": str(out), "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    call.show(answer, [call.say(_EXPORTED, **answer)])


def _aside_lines(call: Call, aside: Mapping[str, Any]) -> Iterator[str]:
    for each in aside["pieces"]:
        yield _aside_line(call, each)
    for code, count in aside["counts"].items():
        yield call.say(_KEPT, count=count, code=code)
    if not aside["counts"]:
        yield call.say(_NOTHING)


def _aside_line(call: Call, each: Mapping[str, Any]) -> str:
    place = " ".join(part for part in (each["place"], each["id"]) if part) or call.say(_WHOLE)
    return call.say(_QUARANTINED, **{**each, "place": place}, why=_sentence(call, each))


def _piece_lines(call: Call, piece: Mapping[str, Any]) -> Iterator[str]:
    yield _aside_line(call, piece)
    yield call.say(_HASH_ONLY, sha256=piece["sha256"]) if piece["excerpt"] is None else piece["excerpt"]


@command(
    "retry",
    en="Take quarantined pieces of our own in again, under what is said of them now.",
    ja="自ら取り込んで隔離されたものを、指定した条件で再度取り込みます。",
    example="tasuki holdings retry 7 8 --basis own-analysis",
)
@click.argument("numbers", type=int, nargs=-1, required=True)
@_terms
def retry(call: Call, numbers: tuple[int, ...], **said: Any) -> None:
    """Try again."""
    answer = call.post("/v1/holdings/quarantine/retry", {"numbers": numbers, **said})
    named = {**answer, "file": ", ".join(str(each) for each in numbers)}
    call.show(answer, [call.say(_IMPORTED, **named), *_reason_lines(call, answer)])
    if answer["quarantined"]:
        call.refuse()


@command(
    "drop",
    en="Let quarantined pieces go for good, once somebody looked at them; the audit log keeps their hashes.",
    ja="確認済みの隔離項目を破棄します。ハッシュは監査ログに残ります。",
    example="tasuki holdings drop 7 8",
)
@click.argument("numbers", type=int, nargs=-1, required=True)
def drop(call: Call, numbers: tuple[int, ...]) -> None:
    """Let go."""
    answer = call.post("/v1/holdings/quarantine/drop", {"numbers": numbers})
    call.show(answer, [call.say(_DROPPED, **answer)])


@command(
    "dispose",
    en="Destroy everything held under ids: keys, content, search words. It cannot be undone.",
    ja="IDの下に保有する全て(鍵、内容、検索語)を破壊します。元に戻せません。",
    example="tasuki holdings dispose indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --yes",
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@option("--yes", en="Say that it is meant.", ja="実行の意思を示します。", is_flag=True)
def dispose(call: Call, ids: tuple[str, ...], *, yes: bool) -> None:
    """Dispose of ids."""
    if not yes:
        raise CallerError(IRREVOCABLE.because())
    answer = call.post("/v1/holdings/dispose", {"ids": ids})
    call.show(answer, [call.say(_DISPOSED, **answer)])


def _sentence(call: Call, found: Mapping[str, Any]) -> str:
    return str(found["ja" if call.language is Language.JA else "en"])


COMMANDS: Final = (
    import_,
    show,
    find,
    export,
    group(
        "holdings",
        en="What is held, and what was set aside.",
        ja="保有しているもの、隔離したもの。",
        example="tasuki holdings list",
        commands=[list_, quarantine, retry, drop, dispose],
    ),
)
