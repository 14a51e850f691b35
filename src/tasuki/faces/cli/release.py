# SPDX-License-Identifier: MIT
"""`tasuki mark`, `share` and `release`: who may have what, and what goes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import Progress

from tasuki.base.errors import CallerError
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, group, option, read_file
from tasuki.faces.cli.naming import IDS_FILE, named
from tasuki.faces.cli.reasons import NOTHING_NAMED

_PART: Final = 1000
"""Ids in one question: a running node answers others between two of them."""

_MARKED: Final = Text(
    en="{marked:,} marked. It holds for every version, now and later.",
    ja="{marked:,}件にマーキングしました。今後の版にも適用されます。",
)
_YES: Final = Text(en="yes, by rule {rule}: {why}", ja="可(規則{rule}): {why}")
_NO: Final = Text(en="no, by rule {rule}: {why}", ja="不可(規則{rule}): {why}")
_BECAUSE: Final = Text(en="  because of {id} (rule {rule}): {why}", ja="  原因 {id}(規則{rule}): {why}")
_OWN: Final = Text(en="  by itself: {label}", ja="  単独のラベル: {label}")
_CLOSURE: Final = Text(en="  with all it refers to: {label}", ja="  参照先を含むラベル: {label}")
_LABEL: Final = Text(en="{tlp}, releasable to {to}, material of {of}", ja="{tlp}、提供先 {to}、作成元 {of}")
_BESIDES: Final = {
    "pap": Text(en=", PAP:{value}", ja="、PAP:{value}"),
    "consent_of": Text(en=", only with the consent of {value}", ja="、{value}の同意が必要"),
    "classifications": Text(en=", classified {value}", ja="、秘密区分 {value}"),
    "embargo": Text(en=", under embargo until {value}", ja="、{value}まで解禁前"),
    "ahead": Text(en=" (ahead: {value})", ja="(事前提供先 {value})"),
    "until": Text(en=", until {value} only", ja="、{value}まで"),
    "blocked": Text(en=", blocked: {value}", ja="、提供停止: {value}"),
}
_RULES: Final = Text(en="  rules {digest}", ja="  規則 {digest}")
_FORCE: Final = Text(
    en="Policy {policy}, profile {profile}, home {home}; rules digest {rules_digest}",
    ja="方針 第{policy}版、プロファイル {profile}、運用者 {home}、規則ダイジェスト {rules_digest}",
)
_RULE: Final = Text(en="  {id} (by {by}) forbids where {when}: {why}", ja="  {id}({by})禁止条件 {when}: {why}")
_NO_RULES: Final = Text(en="  No local rules.", ja="  ローカル規則はありません。")
_SHARED: Final = Text(
    en="To {audience}: {released:,} queued, {already:,} queued before, {withheld:,} stay here.",
    ja="{audience}へ: 新たに送信待ち{released:,}件、手配済み{already:,}件、提供せず{withheld:,}件。",
)
_STAYS: Final = Text(
    en="  {count:,} x {why} (rule {rule}, such as {example})",
    ja="  {count:,}件: {why}(規則{rule}、例 {example})",
)
_ASK: Final = Text(
    en="  `tasuki release explain ID --to {audience}` names what narrows one of them.",
    ja="  `tasuki release explain ID --to {audience}` で個別の原因を確認できます。",
)
_ANYBODY: Final = Text(en="whom the TLP allows", ja="TLPの範囲")
_NOBODY_AT_ALL: Final = Text(en="nobody", ja="なし")
_UNMARKED: Final = Text(en="no TLP", ja="TLPなし")

_TO: Final[dict[str, Any]] = {
    "en": "Organisation in its capacity, such as JPN/nco:csirt.",
    "ja": "提供先の組織と立場(例: JPN/nco:csirt)。",
    "metavar": "AUDIENCE",
    "required": True,
}

_MARKS: Final = ("tlp", "releasable_to", "pap", "consent_of", "classification", "embargo", "until")


@command(
    "mark",
    en="Mark what is held: what is ours and unmarked gets its TLP, anything may be narrowed, nothing is widened.",
    ja="マーキングします。自らの未表示の情報にはTLPを付け、他は狭めることだけができます。",
    example="tasuki mark indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --tlp amber --releasable-to JPN/nco:csirt",
)
@click.argument("ids", nargs=-1, metavar="ID...")
@option(
    "--tlp",
    en="TLP level.",
    ja="TLP。",
    type=click.Choice(["clear", "green", "amber", "amber+strict", "red"], case_sensitive=False),
)
@option(
    "--releasable-to",
    en="Only to this audience, beside ourselves; repeat for more.",
    ja="提供先をこれと自組織に限定します。複数可。",
    multiple=True,
    metavar="AUDIENCE",
)
@option(
    "--pap", en="PAP level.", ja="PAP。", type=click.Choice(["clear", "green", "amber", "red"], case_sensitive=False)
)
@option(
    "--consent-of",
    en="Goes to nobody else without the consent of this participant; repeat for more.",
    ja="この参加者の同意なしには再提供しません。複数可。",
    multiple=True,
    metavar="PPP",
)
@option(
    "--classification",
    "classifications",
    en="National classification of the profile, such as GBR:OFFICIAL; repeat for more.",
    ja="プロファイルにある秘密区分(例: GBR:OFFICIAL)。複数可。",
    multiple=True,
    metavar="PPP:LEVEL",
)
@option("--embargo", en="Goes to nobody until this moment.", ja="この日時まで誰にも出しません。", metavar="MOMENT")
@option(
    "--ahead",
    en="Who may have it before its embargo ends; repeat for more.",
    ja="解禁前に提供できる相手。複数可。",
    multiple=True,
    metavar="AUDIENCE",
)
@option("--until", en="Goes to nobody from this moment on.", ja="この日時以降は誰にも出しません。", metavar="MOMENT")
@option("--file", **IDS_FILE)
def mark(call: Call, ids: tuple[str, ...], file: Path | None, **how: Any) -> None:
    """Mark ids."""
    if not any(how.values()):
        raise CallerError(NOTHING_NAMED.because(what=", ".join(f"--{each.replace('_', '-')}" for each in _MARKS)))
    parts = list(_in_parts(call, "/v1/release/mark", named(ids, file), how))
    marked = {**how, "marked": sum(part["marked"] for part in parts)}
    call.show(marked, [call.say(_MARKED, **marked)])


@command(
    "explain",
    en="Say whether an object may go to an audience, by which rule, and what narrows it; exit 1 when it may not.",
    ja="提供の可否、適用された規則、制限の原因を示します。不可の場合は終了コード1です。",
    example="tasuki release explain indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --to JPN/nco:csirt",
)
@click.argument("stix_id", metavar="ID")
@option("--to", "audience", **_TO)
def explain(call: Call, stix_id: str, audience: str) -> None:
    """Explain one verdict."""
    said = call.get(f"/v1/release/explain/{stix_id}", to=audience)
    call.show(said, _explained(call, said))
    if not said["allowed"]:
        call.refuse()


def _explained(call: Call, said: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_YES if said["allowed"] else _NO, rule=said["rule"], why=_sentence(call, said))
    for each in said["narrowed_by"]:
        yield call.say(_BECAUSE, id=each["id"], rule=each["rule"], why=_sentence(call, each))
    if said["own"] is not None:
        yield call.say(_OWN, label=_label(call, said["own"]))
    if said["closure"] is not None:
        yield call.say(_CLOSURE, label=_label(call, said["closure"]))
    yield call.say(_RULES, digest=said["rules_digest"])


def _label(call: Call, label: Mapping[str, Any]) -> str:
    allowed = label["releasable_to"]
    return call.say(
        _LABEL,
        tlp=call.say(_UNMARKED) if label["tlp"] is None else f"TLP:{label['tlp']}",
        to=call.say(_ANYBODY) if allowed is None else ", ".join(allowed) or call.say(_NOBODY_AT_ALL),
        of=", ".join(label["originators"]),
    ) + "".join(call.say(text, value=_value(label[name])) for name, text in _BESIDES.items() if label.get(name))


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@command(
    "rules",
    en="Show the rules in force: policy, local rules and their digest; with a file, try local rules before they are.",
    ja="有効な規則(方針、ローカル規則、そのダイジェスト)を示します。ファイルを指定すると、適用前のローカル規則を検査します。",
    example="tasuki release rules --try rules.toml",
)
@option(
    "--try",
    "file",
    en="Local rules to try. To put them in force: rules.toml in the directory of the node, and start it again.",
    ja="検査するローカル規則。適用するにはノードのディレクトリのrules.tomlに置き、再起動してください。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
def rules(call: Call, file: Path | None) -> None:
    """Show or try rules."""
    if file is not None:
        found = call.post("/v1/release/rules/try", {"text": read_file(file).decode("utf-8", "replace")})
    else:
        found = call.get("/v1/release/rules")
    head = [] if file is not None else [call.say(_FORCE, **found)]
    call.show(
        found,
        [*head, *(_rule_line(call, each) for each in found["local"])]
        + ([] if found["local"] else [call.say(_NO_RULES)]),
    )


def _rule_line(call: Call, rule: Mapping[str, Any]) -> str:
    when = "; ".join(f"{name}: {', '.join(value)}" for name, value in rule["when"].items())
    return call.say(_RULE, id=rule["id"], by=rule["by"], when=when, why=rule[call.language.value])


@command(
    "share",
    en="Put what is held to the gate: what may go is queued, the rest stays and says why; exit 1 if all stays.",
    ja="保有情報をゲートに通します。出せるものは送信待ちとなり、残りは理由を示して留めます。全て留まれば終了コード1です。",
    example="tasuki share --all --type indicator --to JPN/nco:csirt",
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@option("--to", "audience", **_TO)
@option("--all", "everything", en="Everything of our own.", ja="自らの情報の全て。", is_flag=True)
@option(
    "--type",
    "types",
    en="With --all: only this type; repeat for more.",
    ja="--all と併用: この型のみ。複数可。",
    multiple=True,
    metavar="TYPE",
)
@option("--file", **IDS_FILE)
@option(
    "--lane",
    en="Lane; what is urgent passes everything else.",
    ja="レーン。urgent は他に優先します。",
    type=click.Choice(["urgent", "bulk", "exercise"]),
    default="bulk",
    show_default=True,
)
def share(call: Call, ids: tuple[str, ...], audience: str, **how: Any) -> None:
    """Share ids, or everything."""
    everything, types, file, lane = how["everything"], how["types"], how["file"], how["lane"]
    if everything == bool(ids or file) or (types and not everything):
        raise CallerError(NOTHING_NAMED.because(what="ID, --file, --all [--type]"))
    if everything:
        parts = _all_of(call, {"to": audience, "types": types, "lane": lane})
    else:
        parts = _in_parts(call, "/v1/release/share", named(ids, file), {"to": audience, "lane": lane})
    shared = _together(audience, parts)
    call.show(shared, _shared(call, shared))
    if shared["withheld"] and not shared["released"] and not shared["already"]:
        call.refuse()


def _in_parts(call: Call, path: str, ids: list[str], how: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the answers for a list of ids, asked about a thousand at a time."""
    with _progress(call) as progress:
        task = progress.add_task(path.rpartition("/")[2], total=len(ids))
        for start in range(0, len(ids), _PART):
            part = ids[start : start + _PART]
            yield call.post(path, {**how, "ids": part})
            progress.update(task, advance=len(part))


def _all_of(call: Call, how: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    after: int | None = 0
    with _progress(call) as progress:
        task = progress.add_task("share", total=None)
        while after is not None:
            said = call.post("/v1/release/share-next", {**how, "after": after})
            yield said
            after = said["next"]
            progress.update(task, advance=_PART)


def _progress(call: Call) -> Progress:
    watched = sys.stderr.isatty() and not call.as_json
    return Progress(console=Console(stderr=True), transient=True, disable=not watched)


def _together(audience: str, parts: Iterator[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up what each part came to; the same reason of two parts is one."""
    whole: dict[str, Any] = {"audience": audience, "released": 0, "already": 0, "withheld": 0, "rules_digest": None}
    why: dict[str, dict[str, Any]] = {}
    for part in parts:
        for name in ("released", "already", "withheld"):
            whole[name] += part[name]
        whole["rules_digest"] = part["rules_digest"]
        for each in part["why"]:
            known = why.setdefault(each["code"], {**each, "count": 0})
            known["count"] += each["count"]
    return {**whole, "why": sorted(why.values(), key=lambda each: -each["count"])}


def _shared(call: Call, shared: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_SHARED, **shared)
    for each in shared["why"]:
        yield call.say(
            _STAYS, count=each["count"], why=_sentence(call, each), rule=each["rule"], example=each["example"]
        )
    if shared["why"]:
        yield call.say(_ASK, audience=shared["audience"])


def _sentence(call: Call, said: Mapping[str, Any]) -> str:
    return str(said["ja" if call.language is Language.JA else "en"])


COMMANDS: Final = (
    mark,
    share,
    group(
        "release",
        en="Who may have what, and by which rules.",
        ja="提供の可否とその規則。",
        example="tasuki release explain indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --to JPN/nco:csirt",
        commands=[explain, rules],
    ),
)
