# SPDX-License-Identifier: MIT
"""`tasuki revoke`, `recall`, `narrow`, `correct` and `withdrawals`: taking back what was sent, and following it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from tasuki.base.errors import CallerError, InputError
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, option, read_file
from tasuki.faces.cli.naming import IDS_FILE, named
from tasuki.faces.cli.reasons import NO_TEXT, NOTHING_NAMED

_REVOKED: Final = Text(
    en="{count:,} revoked as of {modified}: nothing here matches by it any more, and it stays readable.",
    ja="{count:,}件を{modified}付で失効させました。照合には使われなくなり、閲覧はできます。",
)
_CORRECTED: Final = Text(
    en="The version of {modified} replaces what was sent.", ja="送信済みの版を{modified}の版に差し替えます。"
)
_RECALLED: Final = Text(
    en="{recalled:,} holdings left use at this node.", ja="このノードで{recalled:,}件の使用を止めました。"
)
_NARROWED: Final = Text(
    en="{narrowed:,} narrowed here. It holds for every version, now and later.",
    ja="ここで{narrowed:,}件の範囲を狭めました。今後の版にも適用されます。",
)
_QUEUED: Final = Text(
    en="  {audience}: {count:,} of the new version queued, urgent.",
    ja="  {audience}: 新しい版{count:,}件を至急で送信待ち。",
)
_STAYS: Final = Text(
    en="  {audience}: {count:,} of the new version stay here: {why}",
    ja="  {audience}: 新しい版{count:,}件は提供しません: {why}",
)
_TELLS: Final = {
    "revoke": Text(en="  {partner} is told of {count:,} revoked.", ja="  {partner}に{count:,}件の失効を通知します。"),
    "recall": Text(en="  {partner} is told of {count:,} recalled.", ja="  {partner}に{count:,}件の取消を通知します。"),
    "narrow": Text(
        en="  {partner} is told to narrow {count:,}.", ja="  {partner}に{count:,}件の範囲を狭めるよう通知します。"
    ),
    "correct": Text(
        en="  {partner} is told of {count:,} corrected.", ja="  {partner}に{count:,}件の訂正を通知します。"
    ),
}
_NOBODY: Final = Text(en="  Nobody had got any of it.", ja="  提供済みの相手はいません。")
_FOLLOW: Final = Text(
    en="  `tasuki withdrawals` shows what they state they did.",
    ja="  `tasuki withdrawals` で相手の申告を確認できます。",
)
_VERBS: Final = {
    "revoke": Text(en="revoked", ja="失効"),
    "recall": Text(en="recalled", ja="取消"),
    "narrow": Text(en="narrowed", ja="限定"),
    "correct": Text(en="corrected", ja="訂正"),
}
_MADE: Final = Text(
    en="{at}  to {partner}: {count:,} {verb} ({why}), {state}; {attested}",
    ja="{at}  {partner}へ{count:,}件の{verb}({why})、{state}。{attested}",
)
_RECEIVED: Final = Text(
    en="{at}  from {partner}: {count:,} {verb} ({why}); {attested}",
    ja="{at}  {partner}から{count:,}件の{verb}({why})。{attested}",
)
_TO_LEVEL: Final = Text(en="    to TLP:{tlp}", ja="    TLP:{tlp}まで")
_TO_AUDIENCES: Final = Text(en="    to {to} alone", ja="    提供先は{to}のみ")
_TO_NOBODY: Final = Text(en="    to nobody", ja="    提供先はなし")
_STATES: Final = {
    "waiting": Text(en="waits to be sent", ja="送信待ち"),
    "sealed": Text(en="on its way", ja="送信中"),
    "stored": Text(en="received", ja="受領済み"),
    "withheld": Text(en="not sent", ja="送信せず"),
    "refused": Text(en="refused by the partner", ja="相手が拒否"),
    "expired": Text(en="came too late", ja="期限切れ"),
    "unsupported": Text(en="not understood by the partner", ja="相手が未対応"),
}
_COUNTS: Final = {
    "use-stopped": Text(en="use stopped: {count:,}", ja="使用停止{count:,}件"),
    "narrowed": Text(en="narrowed: {count:,}", ja="限定済み{count:,}件"),
    "replaced": Text(en="replaced by a newer version: {count:,}", ja="新しい版に差替え{count:,}件"),
    "sealed": Text(en="sealed under a legal hold: {count:,}", ja="法的保全のため封印{count:,}件"),
    "destroyed": Text(en="destroyed: {count:,}", ja="廃棄済み{count:,}件"),
    "not-in-use": Text(en="out of use before: {count:,}", ja="既に不使用{count:,}件"),
    "never-held": Text(en="never held: {count:,}", ja="保有なし{count:,}件"),
}
_ATTESTED: Final = Text(
    en="{partner} states since {at}: {counts} (a statement, not a proof)",
    ja="{partner}の申告({at}): {counts}(申告であり、証明ではありません)",
)
_WE_ATTESTED: Final = Text(en="we stated {counts}", ja="当方の申告: {counts}")
_DOES_NOT_ADD_UP: Final = Text(
    en="; this accounts for {stated:,} of {count:,}: ask them about the rest",
    ja="。{count:,}件中{stated:,}件分の申告です。残りを相手に確認してください",
)
_NOT_ATTESTED: Final = Text(en="nothing stated yet", ja="申告はまだありません")
_NONE: Final = Text(en="Nothing was taken back yet, either way.", ja="失効・取消・限定・訂正は双方ともまだありません。")

_WHY: Final[dict[str, Any]] = {
    "en": "The reason, as one sentence; the partners read it.",
    "ja": "理由を一文で。相手にも示されます。",
    "required": True,
    "metavar": "TEXT",
}


@command(
    "revoke",
    en="Say that what we made was wrong: everybody who got it gets a revoked version; it stays readable.",
    ja="自ら作成した情報が誤りだったことを示します。受け取った全員に失効した版を送り、閲覧は引き続きできます。",
    example='tasuki revoke indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --why "the sample was benign"',
)
@click.argument("ids", nargs=-1, metavar="ID...")
@option("--why", **_WHY)
@option("--file", **IDS_FILE)
def revoke(call: Call, ids: tuple[str, ...], why: str, file: Path | None) -> None:
    """Revoke ids, all of them in one act."""
    said = call.post("/v1/withdrawal/revoke", {"ids": named(ids, file), "why": why})
    call.show(said, [call.say(_REVOKED, count=len(said["ids"]), modified=said["modified"]), *_done(call, said)])


@command(
    "recall",
    en="Call back what should not have been sent: it leaves use here, and everybody who got it is asked to stop.",
    ja="送るべきでなかったものを取り消します。このノードで使われなくなり、受け取った全員に使用停止を求めます。",
    example=(
        "tasuki recall indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01"
        ' --why "shared hosting, taken for the actor\'s by mistake"'
    ),
)
@click.argument("ids", nargs=-1, metavar="ID...")
@option("--why", **_WHY)
@option("--file", **IDS_FILE)
def recall(call: Call, ids: tuple[str, ...], why: str, file: Path | None) -> None:
    """Recall ids, all of them in one act."""
    said = call.post("/v1/withdrawal/recall", {"ids": named(ids, file), "why": why})
    call.show(said, [call.say(_RECALLED, recalled=said["recalled"]), *_done(call, said)])


@command(
    "narrow",
    en="Let fewer have what was sent: marked here, asked of whoever may keep it, recalled from whoever may not.",
    ja="送ったものの提供範囲を狭めます。ここでマーキングし、保持できる相手には限定を、できない相手には取消を通知します。",
    example=(
        "tasuki narrow indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --releasable-to JPN/nco:csirt"
        ' --why "it names a source"'
    ),
)
@click.argument("ids", nargs=-1, metavar="ID...")
@option(
    "--tlp",
    en="TLP level.",
    ja="TLP。",
    type=click.Choice(["green", "amber", "amber+strict", "red"], case_sensitive=False),
)
@option(
    "--releasable-to",
    en="Only to this audience, beside ourselves; repeat for more.",
    ja="提供先をこれと自組織に限定します。複数可。",
    multiple=True,
    metavar="AUDIENCE",
)
@option("--why", **_WHY)
@option("--file", **IDS_FILE)
def narrow(call: Call, ids: tuple[str, ...], why: str, file: Path | None, **how: Any) -> None:
    """Narrow ids, all of them in one act."""
    if how["tlp"] is None and not how["releasable_to"]:
        raise CallerError(NOTHING_NAMED.because(what="--tlp, --releasable-to"))
    said = call.post("/v1/withdrawal/narrow", {**how, "ids": named(ids, file), "why": why})
    call.show(said, [call.say(_NARROWED, narrowed=said["narrowed"]), *_done(call, said)])


@command(
    "correct",
    en="Put a better version of what we made in place of what was sent; everybody who got the one before gets it.",
    ja="自ら作成した情報をより良い版に差し替え、前の版を受け取った全員に送ります。",
    example=(
        "tasuki correct indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --file better.json"
        ' --why "the domain was misspelt"'
    ),
)
@click.argument("stix_id", metavar="ID")
@option(
    "--file",
    en="The new version: one STIX object with the same id and a later `modified`; `-` is standard input.",
    ja="新しい版。IDが同じで`modified`がより新しいSTIXオブジェクト一つ。`-` は標準入力。",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
)
@option("--why", **_WHY)
def correct(call: Call, stix_id: str, file: Path, why: str) -> None:
    """Correct one object."""
    try:
        text = read_file(file).decode()
    except UnicodeDecodeError as error:
        raise InputError(NO_TEXT.because(file=str(file))) from error
    said = call.post(f"/v1/withdrawal/correct/{stix_id}", {"object": text, "why": why})
    call.show(said, [call.say(_CORRECTED, modified=said["modified"]), *_done(call, said)])


def _done(call: Call, said: Mapping[str, Any]) -> Iterator[str]:
    """Say what goes out, what stays, and who is told."""
    for each in said.get("queued", ()):
        yield call.say(_QUEUED, audience=each["audience"], count=each["count"])
    for each in said.get("withheld", ()):
        why = str(each["ja" if call.language is Language.JA else "en"])
        yield call.say(_STAYS, audience=each["audience"], count=each["count"], why=why)
    for each in said["told"]:
        yield call.say(_TELLS[each["verb"]], partner=each["partner"], count=each["ids"])
    yield call.say(_FOLLOW if said["told"] else _NOBODY)


@command(
    "withdrawals",
    en="Show what was taken back, both ways: whom we told and what they state they did; what partners took back here.",
    ja="双方向の失効・取消・限定・訂正を表示します。通知した相手とその申告、相手から受けたものと当方の申告です。",
    example="tasuki withdrawals --limit 5",
)
@option("--limit", en="How many each way (1 to 10000).", ja="それぞれの件数(1~10000)。", type=int, default=20)
def withdrawals(call: Call, limit: int) -> None:
    """List notices both ways."""
    said = call.get("/v1/withdrawal", limit=limit)
    call.show(said, list(_listed(call, said)) or [call.say(_NONE)])


def _listed(call: Call, said: Mapping[str, Any]) -> Iterator[str]:
    for line, notices in ((_MADE, said["made"]), (_RECEIVED, said["received"])):
        for each in notices:
            yield call.say(
                line,
                at=each["at"],
                partner=each["partner"],
                count=len(each["ids"]),
                verb=call.say(_VERBS[each["verb"]]),
                why=each["why"],
                attested=_attested(call, each, ours=line is _RECEIVED),
                **({"state": call.say(_STATES[each["state"]])} if line is _MADE else {}),
            )
            yield from _label(call, each["label"] or {})
            yield from (f"    {stix_id}" for stix_id in each["ids"])


def _label(call: Call, label: Mapping[str, Any]) -> Iterator[str]:
    if "tlp" in label:
        yield call.say(_TO_LEVEL, tlp=label["tlp"])
    if "releasable_to" in label:
        allowed = ", ".join(label["releasable_to"])
        yield call.say(_TO_AUDIENCES, to=allowed) if allowed else call.say(_TO_NOBODY)


def _attested(call: Call, notice: Mapping[str, Any], *, ours: bool) -> str:
    stated = notice["attested"]
    if stated is None:
        return call.say(_NOT_ATTESTED)
    said = stated["counts"]
    in_order = [*(name for name in _COUNTS if name in said), *(name for name in said if name not in _COUNTS)]
    counts = ", ".join(_count(call, name, said[name]) for name in in_order)
    if ours:
        return call.say(_WE_ATTESTED, counts=counts)
    line = call.say(_ATTESTED, partner=notice["partner"], at=stated["at"], counts=counts)
    if stated["adds_up"]:
        return line
    return line + call.say(_DOES_NOT_ADD_UP, stated=sum(said.values()), count=len(notice["ids"]))


def _count(call: Call, name: str, count: int) -> str:
    known = _COUNTS.get(name)
    return f"{name}: {count:,}" if known is None else call.say(known, count=count)


COMMANDS: Final = (revoke, recall, narrow, correct, withdrawals)
