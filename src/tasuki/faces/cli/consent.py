# SPDX-License-Identifier: MIT
"""`tasuki consent`: ask originators, answer when they ask, enter what victims said, override with two people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import click

from tasuki.base.errors import CallerError
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, group, option
from tasuki.faces.cli.reasons import NOTHING_NAMED

_OUT: Final = Text(
    en="{request}  we asked {asked}: may {count:,} version(s) go to {audience} until {until}? {state}",
    ja="{request}  {asked}に依頼: {count:,}件の版を{audience}へ({until}まで)。{state}",
)
_IN: Final = Text(
    en="{request}  {asker} asks us: may {count:,} version(s) go to {audience} until {until}? {state}",
    ja="{request}  {asker}からの依頼: {count:,}件の版を{audience}へ({until}まで)。{state}",
)
_STATES: Final = {
    "asked": Text(en="not answered yet", ja="未回答"),
    "granted": Text(en="granted", ja="同意"),
    "refused": Text(en="refused", ja="拒否"),
    "withdrawn": Text(en="withdrawn", ja="撤回"),
    "expired": Text(en="expired", ja="失効"),
    "proposed": Text(en="waits for a second person", ja="二人目の確認待ち"),
    "in-force": Text(en="in force", ja="有効"),
    "rejected": Text(en="rejected", ja="却下"),
    "ended": Text(en="ended", ja="終了"),
}
_PURPOSE: Final = Text(en="  for {purpose}: {why}", ja="  目的 {purpose}: {why}")
_OBJECT: Final = Text(en="  {id}  SHA-256 {digest}{known}", ja="  {id}  SHA-256 {digest}{known}")
_KNOWN: Final = {
    "ours": Text(en="  (ours, held in this version)", ja="  (自らの情報、この版を保有)"),
    "not-ours": Text(en="  (held, and not ours to consent to)", ja="  (保有しているが、同意する立場にない)"),
    "not-held": Text(en="  (not held in this version)", ja="  (この版は保有なし)"),
}
_DECIDED: Final = Text(en="  {decision} at {at}: {why}", ja="  {decision}({at}): {why}")
_SAID: Final = Text(en="  {at}  {partner}: {what}, {why}", ja="  {at}  {partner}: {what}、{why}")
_FLAGGED: Final = Text(
    en="{at}  {partner} said {what} to {request}, which changed nothing: {flag}",
    ja="{at}  依頼{request}への{partner}の{what}は無効です: {flag}",
)
_REQUEST: Final = Text(en="the request", ja="依頼")
_AGREEMENT: Final = Text(
    en="{number}  {kind}: {stix_id} to {audiences} until {until}, {state}; {words}{reference}",
    ja="{number}  {kind}: {stix_id} を {audiences} へ({until}まで)、{state}。{words}{reference}",
)
_KINDS: Final = {
    "victim": Text(en="the victim agreed", ja="被害者の同意"),
    "statutory": Text(en="override by statute", ja="法令による適用除外"),
    "life": Text(en="override for a threat to life", ja="人命への脅威による適用除外"),
}
_CASE: Final = Text(en=" (case {reference})", ja="(案件 {reference})")
_MADE_BY: Final = Text(en="  made by {who} at {at}", ja="  入力 {who}({at})")
_DECIDED_BY: Final = Text(en="  {state} by {who} at {at}: {why}", ja="  {state} {who}({at}): {why}")
_HOME: Final = Text(en="the home of the node", ja="ノードの運用組織")
_SECOND: Final = Text(
    en="  nothing goes by it before another person says `tasuki consent override confirm {number} --why TEXT`",
    ja="  別の人が `tasuki consent override confirm {number} --why 理由` を実行するまで何も出ません",
)
_NOTHING: Final = Text(en="Nobody was asked and nothing was agreed to.", ja="依頼も同意もありません。")
_STATED: Final = Text(
    en="{changed:,} holding(s) of {stix_id} say now that the victim: {victim}.",
    ja="{stix_id} の保有情報{changed:,}件に被害者の意向を記録しました: {victim}。",
)
_VICTIMS: Final = {
    "anonymous": Text(en="agrees to a text without its name", ja="名を伏せた文書に限り同意"),
    "refused": Text(en="refused", ja="拒否"),
    "national-only": Text(en="agrees for its own country only", ja="国内に限り同意"),
}
_ENDED: Final = Text(en="  agreement {number} counts no more", ja="  同意{number}番は無効になりました")
_LEFT: Final = Text(
    en="  {audience} has got something of it already; `tasuki recall {stix_id}` calls it back.",
    ja="  {audience} は既に受け取っています。取り消すには `tasuki recall {stix_id}` を実行してください。",
)

_EXAMPLE_ID: Final = "indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01"
_EXAMPLE_REQUEST: Final = "5d2a921e-e6ac-4201-90ed-86707bdaf703"
Act = Callable[..., None]

_WAYS: Final = "--to --until --reference, --anonymous, --refused, --national-only"
"""How to say what a victim said."""

_TO: Final[dict[str, Any]] = {
    "en": "To whom it is to go, such as FRA/anssi:csirt.",
    "ja": "提供先(例: FRA/anssi:csirt)。",
    "required": True,
    "metavar": "AUDIENCE",
}
_UNTIL: Final = option(
    "--until",
    en="Until when: a moment such as 2026-12-01T00:00:00Z, or a time from now such as 6h or 30d.",
    ja="期限。2026-12-01T00:00:00Z のような日時か、6h・30d のような現在からの時間。",
    required=True,
    metavar="MOMENT",
)
_PARTNER: Final = option(
    "--partner", en="Whose request, where two used the id.", ja="同じIDが二つある場合の依頼元。", metavar="PARTICIPANT"
)


def _why(en: str, ja: str) -> Callable[[Act], Act]:
    return option("--why", en=en, ja=ja, required=True, metavar="TEXT")


@command(
    "ask",
    en="Ask whoever's consent the gate misses, whether these may go on to an audience.",
    ja="ゲートが必要とする作成元に、提供先への再提供の同意を求めます。",
    example=f'tasuki consent ask {_EXAMPLE_ID} --to FRA/anssi:csirt --until 30d --why "They see it as well"',
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@option("--to", "audience", **_TO)
@_UNTIL
@_why("Why, as one sentence; those asked read it.", "理由を一文で。依頼先に示されます。")
@option(
    "--purpose",
    en="For what they are to use it; as the handling basis says.",
    ja="利用目的。取扱根拠と同じもの。",
    default="cyber-defence",
    show_default=True,
    metavar="CODE",
)
@option(
    "--lane",
    en="Lane; what is urgent passes everything else.",
    ja="レーン。urgent は他に優先します。",
    type=click.Choice(["urgent", "bulk"]),
    default="bulk",
    show_default=True,
)
def ask(call: Call, ids: tuple[str, ...], audience: str, **said: str) -> None:
    """Ask for consent."""
    made = call.post("/v1/consent", {"ids": ids, "to": audience, **said})
    call.show(made, [line for each in made for line in _request_lines(call, each)])


@command(
    "list",
    en="List requests for consent both ways, what victims agreed to, and overrides; newest first.",
    ja="双方向の同意依頼、被害者の同意、適用除外を新しい順に表示します。",
    example="tasuki consent list",
)
@option("--limit", en="How many of each (1 to 10000).", ja="それぞれの件数(1~10000)。", type=int, default=20)
def list_(call: Call, limit: int) -> None:
    """List everything."""
    found = call.get("/v1/consent", limit=limit)
    call.show(found, list(_all_lines(call, found)) or [call.say(_NOTHING)])


def _all_lines(call: Call, found: Mapping[str, Any]) -> Iterator[str]:
    for each in found["requests"]:
        yield _request_line(call, each)
    for each in found["agreements"]:
        yield _agreement_line(call, each)
    for each in found["flagged"]:
        yield call.say(_FLAGGED, **{**each, "what": _what(call, each), "flag": _sentence(call, each["flag"])})


@command(
    "show",
    en="Show a request: what it asks for, where it stands, everything that was said to it.",
    ja="同意依頼の内容、状態、回答の経過を表示します。",
    example=f"tasuki consent show {_EXAMPLE_REQUEST}",
)
@click.argument("request")
@_PARTNER
def show(call: Call, request: str, partner: str | None) -> None:
    """Show a request."""
    found = call.get(f"/v1/consent/{request}", partner=partner)
    call.show(found, _request_lines(call, found))


def _answer(call: Call, request: str, decision: str, said: Mapping[str, Any]) -> None:
    shown = call.post(f"/v1/consent/{request}/{decision}", said)
    call.show(shown, _request_lines(call, shown))


@command(
    "grant",
    en="Consent to a request; for material of our own that is held here in that very version.",
    ja="依頼に同意します。その版を保有する自らの情報に限ります。",
    example=f'tasuki consent grant {_EXAMPLE_REQUEST} --why "For their own defence"',
)
@click.argument("request")
@_why("Why, as one sentence; the asker reads it.", "理由を一文で。依頼元に示されます。")
@_PARTNER
def grant(call: Call, request: str, **said: Any) -> None:
    """Grant a request."""
    _answer(call, request, "grant", said)


@command(
    "refuse",
    en="Refuse a request for consent.",
    ja="依頼を拒否します。",
    example=f'tasuki consent refuse {_EXAMPLE_REQUEST} --why "Our investigation runs"',
)
@click.argument("request")
@_why("Why, as one sentence; the asker reads it.", "理由を一文で。依頼元に示されます。")
@_PARTNER
def refuse(call: Call, request: str, **said: Any) -> None:
    """Refuse a request."""
    _answer(call, request, "refuse", said)


@command(
    "withdraw",
    en="Take our consent back: nothing more goes, and what left under it is called back from whoever got it.",
    ja="同意を撤回します。以後は提供されず、既に提供されたものは提供先に取消が通知されます。",
    example=f'tasuki consent withdraw {_EXAMPLE_REQUEST} --why "A source is at risk"',
)
@click.argument("request")
@_why("Why, as one sentence; the asker reads it.", "理由を一文で。依頼元に示されます。")
@_PARTNER
def withdraw(call: Call, request: str, **said: Any) -> None:
    """Withdraw a consent."""
    _answer(call, request, "withdraw", said)


@command(
    "victim",
    en="Enter that the victim agreed to a release; or with a flag, what the victim says instead.",
    ja="被害者が提供に同意したこと、またはそれ以外の意向を記録します。",
    example=(
        f"tasuki consent victim {_EXAMPLE_ID} --to FRA/anssi:csirt --until 30d --reference IR-2026-0031"
        ' --why "Agreed by telephone, confirmed in writing"'
    ),
)
@click.argument("stix_id", metavar="ID")
@option("--to", "to", en="To whom; repeat for more.", ja="提供先。複数可。", multiple=True, metavar="AUDIENCE")
@option("--until", en="Until when the agreement holds.", ja="同意の期限。", metavar="MOMENT")
@option(
    "--reference",
    en="The case number under which the agreement is filed; never a name.",
    ja="同意を記録した案件番号。名称は書かないでください。",
    metavar="CASE-NUMBER",
)
@option("--anonymous", "victim", en="Only without its name.", ja="名を伏せる場合に限り同意。", flag_value="anonymous")
@option("--refused", "victim", en="It refused.", ja="拒否。", flag_value="refused")
@option("--national-only", "victim", en="Only in its own country.", ja="国内に限り同意。", flag_value="national-only")
@_why("Why, as one sentence; for the record of this node.", "理由を一文で。このノードの記録に残ります。")
def victim(call: Call, stix_id: str, victim: str | None, why: str, **said: Any) -> None:
    """Enter what a victim said."""
    about = {"stix_id": stix_id, "why": why}
    if victim is not None:
        if any(said.values()):
            raise CallerError(NOTHING_NAMED.because(what=_WAYS))
        stated = call.post("/v1/consent/victim/state", {**about, "victim": victim})
        call.show(stated, _stated_lines(call, stated))
        return
    if not all(said.values()):
        raise CallerError(NOTHING_NAMED.because(what=_WAYS))
    made = call.post("/v1/consent/victim", {**about, **said})
    call.show(made, _agreement_lines(call, made))


def _stated_lines(call: Call, stated: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_STATED, **{**stated, "victim": call.say(_VICTIMS[stated["victim"]])})
    for number in stated["ended"]:
        yield call.say(_ENDED, number=number)
    for audience in stated["left"]:
        yield call.say(_LEFT, audience=audience, stix_id=stated["stix_id"])


@command(
    "propose",
    en="Propose to release without the victim's consent, by statute or for a threat to life; another person confirms.",
    ja="法令または人命への脅威に基づき、被害者の同意によらない提供を提案します。別の人の確認が必要です。",
    example=(
        f"tasuki consent override propose {_EXAMPLE_ID} --to FRA/anssi:csirt --basis statutory"
        ' --statute "Incident Act, section 12(3)" --until 30d'
    ),
)
@click.argument("stix_id", metavar="ID")
@option("--to", "audience", **_TO)
@option(
    "--basis",
    en="On what it rests.",
    ja="根拠。",
    type=click.Choice(["statutory", "life"]),
    required=True,
)
@option("--statute", en="With statutory: the provision, in words.", ja="statutory の場合: 根拠条文。", metavar="TEXT")
@option(
    "--why",
    en="With life: what threatens whose life, without names.",
    ja="life の場合: 人命への脅威の内容(名称は書かない)。",
    metavar="TEXT",
)
@_UNTIL
def propose(call: Call, stix_id: str, audience: str, basis: str, **said: Any) -> None:
    """Propose an override."""
    words, other = (said["statute"], said["why"]) if basis == "statutory" else (said["why"], said["statute"])
    if not words or other:
        raise CallerError(NOTHING_NAMED.because(what="--basis statutory --statute, --basis life --why"))
    question = {"stix_id": stix_id, "to": audience, "basis": basis, "words": words, "until": said["until"]}
    made = call.post("/v1/consent/override", question)
    call.show(made, _agreement_lines(call, made))


def _decide(call: Call, number: int, decision: str, why: str) -> None:
    decided = call.post(f"/v1/consent/override/{decision}", {"number": number, "why": why})
    call.show(decided, _agreement_lines(call, decided))


@command(
    "confirm",
    en="Confirm an override that another person proposed; from then on it counts.",
    ja="別の人が提案した適用除外を確認します。確認した時点から有効になります。",
    example='tasuki consent override confirm 3 --why "The provision applies"',
)
@click.argument("number", type=int)
@_why("Why, as one sentence; for the record of this node.", "理由を一文で。このノードの記録に残ります。")
def confirm(call: Call, number: int, why: str) -> None:
    """Confirm an override."""
    _decide(call, number, "confirm", why)


@command(
    "reject",
    en="Reject an override, or take back a proposal of your own.",
    ja="適用除外の提案を却下するか、自らの提案を取り下げます。",
    example='tasuki consent override reject 3 --why "The provision does not cover it"',
)
@click.argument("number", type=int)
@_why("Why, as one sentence; for the record of this node.", "理由を一文で。このノードの記録に残ります。")
def reject(call: Call, number: int, why: str) -> None:
    """Reject an override."""
    _decide(call, number, "reject", why)


@command(
    "end",
    en="End an override that is in force; nothing more goes by it.",
    ja="有効な適用除外を終了します。以後はこれに基づく提供を行いません。",
    example='tasuki consent override end 3 --why "The danger has passed"',
)
@click.argument("number", type=int)
@_why("Why, as one sentence; for the record of this node.", "理由を一文で。このノードの記録に残ります。")
def end(call: Call, number: int, why: str) -> None:
    """End an override."""
    _decide(call, number, "end", why)


def _request_line(call: Call, shown: Mapping[str, Any]) -> str:
    text = _OUT if shown["direction"] == "out" else _IN
    named = {**shown, "count": len(shown["objects"]), "state": call.say(_STATES[shown["state"]])}
    return call.say(text, **named)


def _request_lines(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    yield _request_line(call, shown)
    yield call.say(_PURPOSE, purpose=shown["purpose"], why=shown["why"])
    for each in shown["objects"]:
        known = call.say(_KNOWN[each["known"]]) if "known" in each else ""
        yield call.say(_OBJECT, **{**each, "known": known})
    if shown["decision"] is not None:
        decision = call.say(_STATES[shown["decision"]])
        yield call.say(_DECIDED, decision=decision, at=shown["decided_at"], why=shown["decided_why"])
    for each in shown["said"]:
        if each["flag"] is not None:
            yield call.say(_FLAGGED, **{**each, "what": _what(call, each), "flag": _sentence(call, each["flag"])})
        else:
            yield call.say(_SAID, **{**each, "what": _what(call, each)})


def _what(call: Call, said: Mapping[str, Any]) -> str:
    return call.say(_REQUEST if said["decision"] is None else _STATES[said["decision"]])


def _agreement_line(call: Call, shown: Mapping[str, Any]) -> str:
    named = {
        "kind": call.say(_KINDS[shown["kind"]]),
        "audiences": ", ".join(shown["audiences"]),
        "state": call.say(_STATES[shown["state"]]),
        "reference": call.say(_CASE, reference=shown["reference"]) if shown["reference"] else "",
    }
    return call.say(_AGREEMENT, **{**shown, **named})


def _agreement_lines(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    yield _agreement_line(call, shown)
    yield call.say(_MADE_BY, who=shown["made_by"] or call.say(_HOME), at=shown["made_at"])
    if shown["decided_at"] is not None:
        named = {"who": shown["decided_by"] or call.say(_HOME), "at": shown["decided_at"]}
        yield call.say(_DECIDED_BY, **named, state=call.say(_STATES[shown["state"]]), why=shown["decided_why"])
    if shown["state"] == "proposed":
        yield call.say(_SECOND, number=shown["number"])


def _sentence(call: Call, said: Mapping[str, Any]) -> str:
    return str(said["ja" if call.language is Language.JA else "en"])


COMMANDS: Final = (
    group(
        "consent",
        en="Whether what is another's may go on, and whether a victim agrees.",
        ja="他者の情報の再提供への同意と、被害者の同意。",
        example="tasuki consent list",
        commands=[
            ask,
            list_,
            show,
            grant,
            refuse,
            withdraw,
            victim,
            group(
                "override",
                en="Release without the victim's consent: a statute or a threat to life, and two people.",
                ja="被害者の同意によらない提供。法令または人命への脅威を根拠とし、二人で決めます。",
                example=(
                    f"tasuki consent override propose {_EXAMPLE_ID} --to FRA/anssi:csirt --basis life"
                    ' --why "A hospital cannot treat patients" --until 24h'
                ),
                commands=[propose, confirm, reject, end],
            ),
        ],
    ),
)
