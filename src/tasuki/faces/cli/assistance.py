# SPDX-License-Identifier: MIT
"""`tasuki assist`: ask another participant for help, and answer when it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from tasuki.base.errors import InputError
from tasuki.base.reasons import Language, Text
from tasuki.core.assistance import words as lists
from tasuki.core.assistance.acts import MAX_TEXT, is_plain
from tasuki.faces.cli.kit import Call, command, group, option
from tasuki.faces.cli.reasons import UNWRITABLE

_ASKS: Final = Text(en="{sender} asks {to}: {trigger}{effects}", ja="{sender} から {to} への要請: {trigger}{effects}")
_STATE: Final = Text(en="state: {state}", ja="状態: {state}")
_NOTHING: Final = Text(en="No request for assistance is open.", ja="対応中の支援要請はありません。")
_UNCHANGED: Final = Text(en="Said already; nothing was sent again.", ja="既に伝達済みのため、再送していません。")
_SEVERITY: Final = Text(en="severity of {who}: {value}", ja="{who} の深刻度: {value}")
_NOT_STATED: Final = Text(en="not stated", ja="未記載")
_WANTED: Final = Text(en="wanted: {items}", ja="求める支援: {items}")
_ACCEPTED: Final = Text(en="intends to help with: {items}", ja="支援の意向: {items}")
_DECLINED: Final = Text(en="does not intend to help with: {items}", ja="見送り: {items}")
_OPEN: Final = Text(en="not decided yet: {items}", ja="未定: {items}")
_QUESTION: Final = Text(en="wants to know: {question}", ja="追加情報の求め: {question}")
_ENDING: Final = Text(en="ended: {ending}", ja="終了理由: {ending}")
_CONSENT: Final = Text(en="victim: {consent}", ja="被害者の同意: {consent}")
_SUMMARY: Final = Text(en="summary: {said}", ja="概要: {said}")
_WHY: Final = Text(en="explanation: {said}", ja="説明: {said}")
_NEEDED: Final = Text(en="help needed by {due}{how}", ja="支援が必要な期限 {due}{how}")
_ACKNOWLEDGE: Final = Text(en="acknowledgement hoped for by {due}{how}", ja="受領確認の目安 {due}{how}")
_DECIDE: Final = Text(en="decision hoped for by {due}{how}", ja="判断の目安 {due}{how}")
_LEFT: Final = Text(en=", in {time}", ja="(あと{time})")
_PAST: Final = Text(en=", PAST by {time}", ja="(【超過】{time}経過)")
_MET: Final = Text(en=", done {at}", ja="({at} 完了)")
_DAYS: Final = Text(en="{days} d {hours} h", ja="{days}日{hours}時間")
_HOURS: Final = Text(en="{hours} h {minutes} min", ja="{hours}時間{minutes}分")
_MINUTES: Final = Text(en="{minutes} min", ja="{minutes}分")
_SO_FAR: Final = Text(en="what was said:", ja="経過:")
_NOT_COUNTED: Final = Text(en="  does not count", ja="  状態には反映されません")
_UNREADABLE: Final = Text(en="{id}  unreadable, from {speaker}: {why}", ja="{id}  読取不能({speaker} から): {why}")
_FLAGGED: Final = Text(en="  {count} statement(s) do not count", ja="  反映しない発言{count}件")
_LATE: Final = Text(en="  PAST the time hoped for", ja="  【目安超過】")
_WRITTEN: Final = Text(en="Extension definitions written to {file}.", ja="拡張定義を {file} に書き出しました。")

_SAID: Final = {
    "request": Text(en="{speaker} asked", ja="{speaker} が要請"),
    "acknowledged": Text(en="{speaker} acknowledged", ja="{speaker} が受領を確認"),
    "information-wanted": Text(en="{speaker} wants to know more", ja="{speaker} が追加情報を求めた"),
    "accepted": Text(en="{speaker} intends to help", ja="{speaker} が支援の意向を表明"),
    "accepted-in-part": Text(en="{speaker} intends to help in part", ja="{speaker} が一部支援の意向を表明"),
    "declined": Text(en="{speaker} does not intend to help", ja="{speaker} が見送りを表明"),
    "referred": Text(en="{speaker} points to another channel", ja="{speaker} が他の経路を案内"),
    "answered": Text(en="{speaker} gave help", ja="{speaker} が支援を提供"),
    "fulfilled": Text(en="{speaker} closed it: help received", ja="{speaker} が終了: 支援を受けた"),
    "partly-fulfilled": Text(
        en="{speaker} closed it: help received in part", ja="{speaker} が終了: 一部の支援を受けた"
    ),
    "unfulfilled": Text(en="{speaker} closed it without help", ja="{speaker} が終了: 支援なし"),
    "withdrawn": Text(en="{speaker} withdrew it", ja="{speaker} が取り下げ"),
}
_DELIVERY: Final = {
    "waiting": Text(en="waits to be sent", ja="送信待ち"),
    "sealed": Text(en="sent, no receipt yet", ja="送信済み、受領証なし"),
    "stored": Text(en="received by their node", ja="相手ノードが受領"),
    "withheld": Text(en="kept by the gate", ja="ゲートが保留"),
    "refused": Text(en="refused by their node", ja="相手ノードが拒否"),
    "expired": Text(en="arrived too late", ja="期限切れで到着"),
    "unsupported": Text(en="not understood by their node", ja="相手ノードが未対応"),
}

_REPEAT: Final[dict[str, Any]] = {"multiple": True, "metavar": "ITEM"}
_ITEMS: Final = ", ".join(lists.WANTED)
_TLP: Final = option(
    "--tlp",
    en="TLP marking (default amber; about a request, as the request).",
    ja="TLP(既定: amber。要請への発言は要請と同じ)。",
    metavar="LEVEL",
)
_OFFICE: Final = option(
    "--office",
    en="Which office speaks, not a person.",
    ja="発言する部署(個人名ではない)。",
    required=True,
    metavar="NAME",
)
_ROLE: Final = option(
    "--role", en="In which role (default duty-officer).", ja="役割(既定: duty-officer)。", default="duty-officer"
)
_ASKER: Final = option(
    "--from",
    "asker",
    en="Whose request, where two used the id.",
    ja="同じIDの要請が二つある場合の要請元。",
    metavar="PARTICIPANT",
)
_EXPLANATION: Final = option("--explanation", en="A line of text.", ja="説明文。", default="", metavar="TEXT")
_OWN_SEVERITY: Final = option(
    "--severity", en="Your own national severity, such as C2.", ja="自国の深刻度(例: 3)。", default="", metavar="CODE"
)
_VICTIM: Final = option(
    "--victim",
    "victims",
    en="A name that must not stand in the text; checked, never stored.",
    ja="本文に含めてはならない名称。照合のみ行い保存しません。",
    multiple=True,
    metavar="NAME",
)

Act = Callable[..., None]


def _about(*, required: bool) -> Callable[[Act], Act]:
    """Add the options that say what a request is about."""
    made = (
        option("--to", en="Whom to ask.", ja="要請先。", required=required, metavar="AUDIENCE"),
        option(
            "--trigger", en="What happened, in a word.", ja="何が起きたか(一語)。", required=required, metavar="WORD"
        ),
        option(
            "--severity",
            en="Severity on your own national scale.",
            ja="自国の尺度による深刻度。",
            required=required,
            metavar="CODE",
        ),
        option(
            "--want", "wanted", en=f"Help wanted: {_ITEMS}.", ja=f"求める支援: {_ITEMS}。", required=required, **_REPEAT
        ),
        option(
            "--consent",
            en=f"What the victim agreed to: {', '.join(lists.CONSENT)}.",
            ja=f"被害者の同意: {', '.join(lists.CONSENT)}。",
            required=required,
            metavar="WORD",
        ),
        option(
            "--summary",
            en="What happened and what would help; never name the victim.",
            ja="概要と必要な支援(被害者名は書かない)。",
            required=required,
            metavar="TEXT",
        ),
        option("--explanation", en="Why it meets the test.", ja="該当する理由。", metavar="TEXT"),
        option(
            "--effect",
            "effects",
            en=f"Test of the partnership: {', '.join(lists.EFFECTS)}.",
            ja=f"パートナーシップの要件: {', '.join(lists.EFFECTS)}。",
            multiple=True,
            metavar="WORD",
        ),
        option(
            "--needed-by",
            en="Until when: 2026-03-01T18:00:00Z, or 6h, 2d from now.",
            ja="期限: 2026-03-01T18:00:00Z、または 6h・2d(現在から)。",
            metavar="WHEN",
        ),
        _VICTIM,
        _TLP,
    )

    def add(act: Act) -> Act:
        for each in reversed(made):
            act = each(act)
        return act

    return add


@command(
    "ask",
    en="Ask an organisation of another participant for help; it goes out at once, on the urgent lane.",
    ja="他の参加者の組織に支援を要請します。直ちに urgent レーンで送られます。",
    example=(
        "tasuki assist ask --to GBR/ncsc:csirt --trigger ransomware --severity 3 --want indicators --want hunt "
        '--consent given --needed-by 6h --summary "Shipments of a food maker stopped; seeking related servers."'
    ),
)
@_about(required=True)
def ask(call: Call, **said: Any) -> None:
    """Send a new request."""
    _acted(call, call.post("/v1/assistance", _stated(said)))


@command(
    "amend",
    en="Change or complete our request, or open it again; what is not given stays.",
    ja="自らの要請を修正・補足または再開します。指定しない項目は変わりません。",
    example='tasuki assist amend ID --summary "..."',
)
@click.argument("stix_id", metavar="ID")
@_about(required=False)
def amend(call: Call, stix_id: str, **said: Any) -> None:
    """Send the next version of a request."""
    _acted(call, call.post(f"/v1/assistance/{stix_id}/amend", _stated(said)))


def _stated(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given: an empty list means that none was."""
    return {name: value for name, value in said.items() if value not in (None, ())}


@command(
    "acknowledge",
    en="Tell the asker that a person saw the request.",
    ja="担当者が要請を確認したことを要請元に伝えます。",
    example='tasuki assist acknowledge ID --office "NCSC duty desk"',
)
@click.argument("stix_id", metavar="ID")
@_OFFICE
@_ROLE
@_OWN_SEVERITY
@_ASKER
@_TLP
def acknowledge(call: Call, stix_id: str, **said: Any) -> None:
    """Acknowledge a request."""
    _acted(call, call.post(f"/v1/assistance/{stix_id}/acknowledge", _stated(said)))


@command(
    "answer",
    en="Accept, accept in part, decline or refer; or ask back; or hand over help.",
    ja="受諾、一部受諾、見送り、他の経路の案内、質問、または支援の提供を伝えます。",
    example='tasuki assist answer ID --office "Duty desk" --accept hunt --decline analysis --reason-code capacity',
)
@click.argument("stix_id", metavar="ID")
@option("--accept", "accepted", en="Item you intend to help with.", ja="支援する項目。", **_REPEAT)
@option("--decline", "declined", en="Item you do not intend to help with.", ja="見送る項目。", **_REPEAT)
@option(
    "--reason-code",
    en=f"Why declined: {', '.join(lists.REASON_CODES)}.",
    ja=f"見送りの理由: {', '.join(lists.REASON_CODES)}。",
    default="",
    metavar="CODE",
)
@option(
    "--refer",
    "referred_to",
    en=f"Better placed in: {', '.join(lists.CHANNELS)}.",
    ja=f"案内する経路: {', '.join(lists.CHANNELS)}。",
    default="",
    metavar="CHANNEL",
)
@option("--question", en="What you need to know first.", ja="判断に必要な質問。", default="", metavar="TEXT")
@option("--done", en="The help was given.", ja="支援を提供しました。", is_flag=True)
@option(
    "--result",
    "results",
    en="Object handed over with it, through the gate.",
    ja="併せて提供するオブジェクト(ゲートを通ります)。",
    multiple=True,
    metavar="ID",
)
@_EXPLANATION
@_OFFICE
@_ROLE
@_OWN_SEVERITY
@_ASKER
@_TLP
def answer(call: Call, stix_id: str, **said: Any) -> None:
    """Answer a request."""
    _acted(call, call.post(f"/v1/assistance/{stix_id}/answer", _stated(said)))


@command(
    "close",
    en="End our own request, or withdraw it.",
    ja="自らの要請を終了、または取り下げます。",
    example='tasuki assist close ID --outcome fulfilled --office "NCO duty desk"',
)
@click.argument("stix_id", metavar="ID")
@option(
    "--outcome",
    en=f"How it ended: {', '.join(lists.ENDINGS)}.",
    ja=f"結果: {', '.join(lists.ENDINGS)}。",
    required=True,
    metavar="WORD",
)
@_EXPLANATION
@_OFFICE
@_ROLE
@_TLP
def close(call: Call, stix_id: str, **said: Any) -> None:
    """End a request."""
    _acted(call, call.post(f"/v1/assistance/{stix_id}/close", _stated(said)))


@command(
    "list",
    en="List open requests of both sides, newest first.",
    ja="双方の対応中の要請を新しい順に一覧表示します。",
    example="tasuki assist list --all",
)
@option("--all", "ended", en="Those that ended too.", ja="終了した要請も表示します。", is_flag=True)
def list_(call: Call, *, ended: bool) -> None:
    """List requests."""
    found = call.get("/v1/assistance", ended=ended)
    call.show(found, [_line(call, each) for each in found] or [call.say(_NOTHING)])


@command(
    "show",
    en="Show one request: where it stands, clocks, and everything said.",
    ja="一つの要請の状態、目安の時刻、全ての経過を表示します。",
    example="tasuki assist show ID",
)
@click.argument("stix_id", metavar="ID")
@_ASKER
def show(call: Call, stix_id: str, asker: str | None) -> None:
    """Show a request."""
    case = call.get(f"/v1/assistance/{stix_id}", asker=asker)
    call.show(case, _page(call, case))


@command(
    "words",
    en="List the words a request may use, in both languages.",
    ja="要請で使う語の一覧を両言語で表示します。",
    example="tasuki assist words",
)
def words(call: Call) -> None:
    """List the closed lists."""
    found = call.get("/v1/assistance/words")
    lines = [
        f"{name:<13} {word:<24} {text['en']} / {text['ja']}"
        for name, each in found.items()
        for word, text in each.items()
    ]
    call.show(found, lines)


@command(
    "extensions",
    en="Write the STIX extension definitions of our objects, to be handed to others.",
    ja="本システムのSTIX拡張定義を、他者に渡すために書き出します。",
    example="tasuki assist extensions --out extensions.json",
)
@option(
    "--out",
    en="File to write; else standard output.",
    ja="書き出すファイル(省略時は標準出力)。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
def extensions(call: Call, out: Path | None) -> None:
    """Export the definitions."""
    document = call.fetch("/v1/assistance/definitions")
    if out is None:
        click.echo(document.decode(), nl=False)
        return
    try:
        out.write_bytes(document)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise InputError(UNWRITABLE.because(path=str(out), cause=cause)) from error
    call.show({"file": str(out)}, [call.say(_WRITTEN, file=out)])


def _acted(call: Call, case: Mapping[str, Any]) -> None:
    lines = [] if case["changed"] else [call.say(_UNCHANGED)]
    call.show(case, [*lines, *_page(call, case)])


def _line(call: Call, case: Mapping[str, Any]) -> str:
    """Return one case as one line."""
    if case["state"] == "unreadable":
        return call.say(_UNREADABLE, id=case["id"], speaker=case["speaker"], why=_sentence(call, case["remark"]))
    request, clocks = case["request"], case["clocks"] or {}
    sides = f"{request['from']} > {request['to']}  {_visible(request['trigger'])}" if request else "?"
    late = any(each["overdue"] for each in clocks.values() if isinstance(each, Mapping))
    flagged = call.say(_FLAGGED, count=case["flagged"]) if case["flagged"] else ""
    state = _word(call, lists.STATES, case["state"])
    return f"{case['id']}  {sides}  {state}{call.say(_LATE) if late else ''}{flagged}"


def _page(call: Call, case: Mapping[str, Any]) -> Iterator[str]:
    yield case["id"]
    if case["request"] is not None:
        yield from _asked(call, case["request"])
    yield call.say(_STATE, state=_word(call, lists.STATES, case["state"]))
    yield from _decided(call, case)
    for each in case["severities"]:
        yield call.say(_SEVERITY, who=each["participant"], value=_severity(call, each))
    yield from _clocks(call, case["clocks"] or {})
    yield call.say(_SO_FAR)
    for step in case["steps"]:
        yield from _step(call, step)
    yield str(case["status_line"][call.language.value])


def _asked(call: Call, request: Mapping[str, Any]) -> Iterator[str]:
    effects = _together(call, (_word(call, lists.EFFECTS, each) for each in request["effects"]))
    yield call.say(
        _ASKS,
        sender=request["from"],
        to=request["to"],
        trigger=_visible(request["trigger"]),
        effects=f" ({effects})" if effects else "",
    )
    yield call.say(_WANTED, items=_items(call, request["wanted"]))
    yield call.say(_CONSENT, consent=_word(call, lists.CONSENT, request["consent"]))
    yield call.say(_SUMMARY, said=_visible(request["summary"]))
    if request["explanation"]:
        yield call.say(_WHY, said=_visible(request["explanation"]))


def _decided(call: Call, case: Mapping[str, Any]) -> Iterator[str]:
    if case["accepted"]:
        yield "  " + call.say(_ACCEPTED, items=_items(call, case["accepted"]))
    if case["declined"]:
        yield "  " + call.say(_DECLINED, items=_together(call, (_refused(call, each) for each in case["declined"])))
    if case["open"] and (case["accepted"] or case["declined"]):
        yield "  " + call.say(_OPEN, items=_items(call, case["open"]))
    if case["question"]:
        yield "  " + call.say(_QUESTION, question=_visible(case["question"]))
    if case["ending"]:
        yield "  " + call.say(_ENDING, ending=_word(call, lists.ENDINGS, case["ending"]))


def _refused(call: Call, each: Mapping[str, Any]) -> str:
    why = _word(call, lists.REASON_CODES, each["reason_code"] or "?")
    if each["referred_to"]:
        why += f": {_word(call, lists.CHANNELS, each['referred_to'])}"
    return f"{_word(call, lists.WANTED, each['item'])} ({why})"


def _severity(call: Call, each: Mapping[str, Any]) -> str:
    if each["value"] is None:
        return call.say(_NOT_STATED)
    language = call.language.value
    meaning = each["meaning"][language] if each["meaning"] else "?"
    return f"{_visible(each['value'])} {meaning} [{each['scale_name'][language]}]"


def _clocks(call: Call, clocks: Mapping[str, Any]) -> Iterator[str]:
    for name, text in (("acknowledge", _ACKNOWLEDGE), ("decide", _DECIDE), ("needed", _NEEDED)):
        deadline = clocks.get(name)
        if deadline is not None:
            yield call.say(text, due=_when(deadline["due"]), how=_how(call, deadline))


def _how(call: Call, deadline: Mapping[str, Any]) -> str:
    if deadline["met_at"] is not None:
        return call.say(_MET, at=_when(deadline["met_at"]))
    left = deadline["minutes_left"]
    if deadline["overdue"]:
        return call.say(_PAST, time=_time(call, -left))
    return call.say(_LEFT, time=_time(call, left)) if left >= 0 else ""


def _when(stamp: str) -> str:
    """Return a moment to the second, in UTC and saying so."""
    return stamp[:19].replace("T", " ") + "Z"


def _time(call: Call, minutes: int) -> str:
    hours, minutes = divmod(minutes, 60)
    days, rest = divmod(hours, 24)
    if days:
        return call.say(_DAYS, days=days, hours=rest)
    return call.say(_HOURS, hours=hours, minutes=minutes) if hours else call.say(_MINUTES, minutes=minutes)


def _step(call: Call, step: Mapping[str, Any]) -> Iterator[str]:
    said = step.get("outcome", "request")
    what = lists.say(_SAID, said).in_language(call.language)
    place = f" ({_visible(step['office'])}, {_visible(step['role'])})" if step.get("office") else ""
    passage = step["delivery"]
    delivery = f" [{_word(call, _DELIVERY, passage)}]" if passage else ""
    speaker = step["speaker"]
    shown = call.say(_SAID[said], speaker=speaker) if said in _SAID else f"{speaker}: {_visible(what)}"
    yield f"  {_when(step['at'])}  {shown}{place}{delivery}{'' if step['counts'] else call.say(_NOT_COUNTED)}"
    if step["explanation"] and step["kind"] != "request":
        yield f"    {_visible(step['explanation'])}"
    for result in step.get("results", ()):
        yield f"    + {_visible(result)}"
    for remark in step["remarks"]:
        yield f"    ! {_visible(_sentence(call, remark))}"


def _items(call: Call, items: list[str]) -> str:
    return _together(call, (_word(call, lists.WANTED, each) for each in items))


def _together(call: Call, words: Iterable[str]) -> str:
    return ("、" if call.language is Language.JA else ", ").join(words)


def _word(call: Call, known: dict[str, Text], word: str) -> str:
    return _visible(lists.say(known, word).in_language(call.language))


def _sentence(call: Call, reason: Mapping[str, Any]) -> str:
    return str(reason["ja" if call.language is Language.JA else "en"])


def _visible(text: str) -> str:
    """Return a stranger's text as a terminal may show it: nothing that moves the cursor or turns the direction."""
    cut = text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "..."
    return "".join(each if is_plain(each) else "\N{REPLACEMENT CHARACTER}" for each in cut).replace("\n", "\n    ")


COMMANDS: Final = (
    group(
        "assist",
        en="Ask other participants for help, and answer when they ask. Statements of intent, never duties.",
        ja="他の参加者への支援要請と、受けた要請への回答。義務ではなく意図の表明です。",
        example="tasuki assist list",
        commands=[ask, amend, list_, show, acknowledge, answer, close, words, extensions],
    ),
)
