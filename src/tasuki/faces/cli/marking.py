# SPDX-License-Identifier: MIT
"""`tasuki marking`: what an object is marked with, who would get it and why not, and marking one in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.cells import cell_len

from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import stix_id as as_stix_id
from tasuki.base.reasons import Language, Text
from tasuki.faces.cli.kit import Call, command, group, option, read_file, write_file
from tasuki.faces.cli.reasons import NOTHING_NAMED, NOTHING_SHOWN
from tasuki.services import marking
from tasuki.services.marking import AROUND, DEFINES, EMBEDDED, INSIDE, WHOLE, Act, Edit

_SOURCE: Final = Text(en="From {source}, version {version}:", ja="入手元 {source}、版 {version}:")
_OURS: Final = Text(en="ourselves", ja="自組織")
_NO_MARKING: Final = Text(en="  No marking.", ja="  マーキングなし。")
_OWN: Final = Text(en="By itself:", ja="単独:")
_CLOSURE: Final = Text(en="With all it refers to:", ja="参照先を含む:")

_PART: Final = Text(en="part", ja="箇所")
_SAYS: Final = Text(en="says", ja="内容")
_MARKING: Final = Text(en="marking", ja="マーキング")
_THE_WHOLE: Final = Text(en="the whole", ja="全体")
_DEFINES: Final = Text(en="what it marks", ja="付与した対象")
_EMBEDDED: Final = Text(en="something embedded", ja="埋め込まれたもの")
_AROUND: Final = Text(en="{on} (around it)", ja="{on}(外側)")
_INSIDE: Final = Text(en="{on} (inside it)", ja="{on}(内側)")

_COMMA: Final = Text(en=", ", ja="・")
_ONLY_TO: Final = Text(en="only to {value}", ja="提供先は{value}に限定")
_TO_NOBODY: Final = Text(en="to nobody", ja="提供先なし")
_CONSENT: Final = Text(en="to others only with the consent of {value}", ja="他への提供には{value}の同意が必要")
_CLASSIFIED: Final = Text(en="classified {value}", ja="秘密区分 {value}")
_EMBARGO: Final = Text(en="to nobody before {until}", ja="{until}までは誰にも提供しない")
_AHEAD: Final = Text(en="only to {ahead} before {until}", ja="{until}までは{ahead}にだけ提供")
_UNTIL: Final = Text(en="to nobody from {until} on", ja="{until}以降は誰にも提供しない")
_PERSONAL: Final = Text(en="holds personal data", ja="個人データを含む")
_LANGUAGE: Final = Text(en="in the language {value}", ja="言語 {value}")
_STATEMENT: Final = Text(en="“{value}” (informs, decides nothing)", ja="「{value}」(参考情報。判定には用いない)")
_INFORMS: Final = Text(en="informs, decides nothing", ja="参考情報(判定には用いない)")
_NO_TLP: Final = Text(en="no TLP, so it stays", ja="TLPがないため提供しない")
_BLOCKED: Final = Text(en="stays: {value}", ja="提供しない({value})")
_MATERIAL: Final = Text(en="material of {value}", ja="作成元 {value}")
_UNKNOWN: Final = Text(
    en="unknown: its definition is not at hand, so it means no", ja="不明: 定義が手元にないため、提供しない"
)
_UNREAD: Final = Text(
    en="not understood: {value}; so it means no", ja="解釈できない部分があるため、提供しない: {value}"
)
_MORE_UNREAD: Final = Text(en="and more", ja="ほか")
_MOST_UNREAD: Final = 5
_LONGEST_STATEMENT: Final = 200

_READER: Final = Text(en="reader", ja="提供先")
_VERDICT: Final = Text(en="gets it", ja="可否")
_RULE: Final = Text(en="rule", ja="規則")
_WHY: Final = Text(en="why", ja="理由")
_YES: Final = Text(en="yes", ja="可")
_NO: Final = Text(en="no", ja="不可")
_COUNTED: Final = Text(
    en="{yes:,} of {all:,} readers would get it now. Rules {digest}",
    ja="現在提供できるのは{all:,}件の提供先のうち{yes:,}件です。規則 {digest}",
)
_ITSELF: Final = Text(en="the object itself", ja="このオブジェクト自身")
_CAUSES: Final = Text(en="What narrows it:", ja="制限の原因:")
_CAUSE: Final = Text(en="  {id} (rule {rules}), for {count:,} readers", ja="  {id}(規則{rules})、提供先{count:,}件")
_AND_MORE: Final = Text(
    en="  and others: `tasuki release explain {id} --to READER` names more for one reader.",
    ja="  ほかにもあります。`tasuki release explain {id} --to 提供先` で個別に確認できます。",
)

_DONE: Final = Text(
    en="{id} is marked otherwise now; written to {out}.", ja="{id}のマーキングを変更し、{out}に書き出しました。"
)
_VERSION: Final = Text(
    en="It is a new version, {modified}: only its creator may make one. What others made, `tasuki mark` narrows.",
    ja="新しい版({modified})になりました。版を作れるのは作成者だけです。他者の情報は`tasuki mark`で狭めてください。",
)
_UNCHANGED: Final = Text(
    en="{id} was marked so already; written to {out} as it was.",
    ja="{id}は既にそのとおりです。{out}にそのまま書き出しました。",
)
_STANDARD_OUTPUT: Final = Text(en="standard output", ja="標準出力")


@command(
    "show",
    en="Show what an object is marked with, as a whole and in its parts, in plain words: by id, or in a file.",
    ja="オブジェクト全体と各箇所のマーキングを平易な言葉で表示します。IDまたはファイルを指定します。",
    example="tasuki marking show indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01 --field description",
)
@click.argument("what", metavar="ID|FILE")
@option(
    "--field",
    en="Only what governs this part, such as `description` or `external_references.[0].url`.",
    ja="この箇所に及ぶものだけ(例: `description`、`external_references.[0].url`)。",
    metavar="SELECTOR",
)
def show(call: Call, what: str, field: str | None) -> None:
    """Show markings of an id, or of the objects of a file."""
    if _is_id(what):
        shown = call.get(f"/v1/marking/{what}", field=field)
        call.show(shown, lambda each: _of_id(call, each))
        return
    shown = None
    for shown in marking.show_file(Path(what), field):
        call.show(shown, lambda each: _of_object(call, each))
    if shown is None:
        raise InputError(NOTHING_SHOWN.because(file=what, field=field or "*"))


def _is_id(text: str) -> bool:
    try:
        as_stix_id(text)
    except ValueError:
        return False
    return True


def _of_id(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    for each in shown["sources"]:
        source = call.say(_OURS) if each["source"] == "local" else each["source"]
        yield call.say(_SOURCE, source=source, version=each["version"])
        yield from _table_of_markings(call, each["markings"])
    for head, name in ((_OWN, "own"), (_CLOSURE, "closure")):
        yield call.say(head)
        yield from (f"  {phrase}" for phrase in _label(call, shown[name]))


def _of_object(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    yield f"{shown['id'] or shown['type']}"
    yield from _table_of_markings(call, shown["markings"])


def _table_of_markings(call: Call, markings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not markings:
        yield call.say(_NO_MARKING)
        return
    rows = []
    for each in markings:
        first, *others = _said(call, each)
        rows.append((_part(call, each), each.get("id", ""), first))
        rows.extend(("", "", phrase) for phrase in others)
    yield from _table([call.say(text) for text in (_PART, _MARKING, _SAYS)], rows)


def _part(call: Call, each: Mapping[str, Any]) -> str:
    text = {EMBEDDED: _EMBEDDED, DEFINES: _DEFINES, WHOLE: _THE_WHOLE, AROUND: _AROUND, INSIDE: _INSIDE}.get(
        each["how"]
    )
    return str(each["on"]) if text is None else call.say(text, on=each["on"])


def _said(call: Call, each: Mapping[str, Any]) -> list[str]:
    """Return what a marking says, a phrase for each thing; at least one."""
    if "language" in each:
        return [call.say(_LANGUAGE, value=each["language"])]
    if not each["known"]:
        return [call.say(_UNKNOWN)]
    phrases = list(_phrases(call, each["says"]))
    if each["unread"]:
        phrases.append(call.say(_UNREAD, value=_unread(call, each["unread"])))
    elif not phrases:
        statement = each["statement"]
        phrases.append(call.say(_INFORMS) if statement is None else call.say(_STATEMENT, value=_short(statement)))
    return phrases


def _short(statement: str) -> str:
    """Return a statement in one line that fits into a table."""
    line = " ".join(statement[: 2 * _LONGEST_STATEMENT].split())
    return line if len(line) <= _LONGEST_STATEMENT else f"{line[:_LONGEST_STATEMENT]}…"


def _unread(call: Call, paths: Sequence[str]) -> str:
    shown = list(paths[:_MOST_UNREAD])
    if len(paths) > len(shown):
        shown.append(call.say(_MORE_UNREAD))
    return call.say(_COMMA).join(shown)


def _phrases(call: Call, says: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a marking says, in plain words."""
    yield from (f"TLP:{each}" for each in says.get("tlp", ()))
    yield from (f"PAP:{each}" for each in says.get("pap", ()))
    for caveat in says.get("releasable_to", ()):
        yield _to(call, caveat)
    for name, text in (("consent_of", _CONSENT), ("classifications", _CLASSIFIED)):
        if says.get(name):
            yield call.say(text, value=call.say(_COMMA).join(says[name]))
    for each in says.get("embargoes", ()):
        yield _embargo(call, each["until"], each["ahead"])
    yield from (call.say(_UNTIL, until=each) for each in says.get("untils", ()))
    if says.get("personal_data"):
        yield call.say(_PERSONAL)


def _to(call: Call, audiences: Sequence[str]) -> str:
    return call.say(_ONLY_TO, value=call.say(_COMMA).join(audiences)) if audiences else call.say(_TO_NOBODY)


def _embargo(call: Call, until: str, ahead: Sequence[str] | None) -> str:
    if not ahead:
        return call.say(_EMBARGO, until=until)
    return call.say(_AHEAD, until=until, ahead=call.say(_COMMA).join(ahead))


def _label(call: Call, label: Mapping[str, Any]) -> Iterator[str]:
    """Yield a label in the words of a marking, and what only a label says."""
    said = {name: label.get(name) for name in ("consent_of", "classifications")}
    said |= {name: [label[name]] for name in ("tlp", "pap", "releasable_to") if label.get(name) is not None}
    if label.get("embargo"):
        said["embargoes"] = [{"until": label["embargo"], "ahead": label.get("ahead")}]
    if label.get("until"):
        said["untils"] = [label["until"]]
    if label["tlp"] is None:
        yield call.say(_NO_TLP)
    yield from _phrases(call, said)
    yield call.say(_MATERIAL, value=call.say(_COMMA).join(label["originators"]))
    if label["blocked"]:
        yield call.say(_BLOCKED, value=call.say(_COMMA).join(label["blocked"]))


@command(
    "readers",
    en="Show for every reader whether it would get an object now, by which rule, why, and what narrows it.",
    ja="各提供先への現在の提供の可否と、規則、理由、制限の原因を示します。",
    example="tasuki marking readers indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01",
)
@click.argument("stix_id", metavar="ID")
def readers(call: Call, stix_id: str) -> None:
    """Show who would get an object."""
    found = call.get(f"/v1/marking/{stix_id}/readers")
    call.show(found, lambda each: _readers(call, each))


def _readers(call: Call, found: Mapping[str, Any]) -> Iterator[str]:
    head = tuple(call.say(each) for each in (_READER, _VERDICT, _RULE, _WHY))
    rows = []
    for each in found["readers"]:
        verdict = call.say(_YES if each["allowed"] else _NO)
        rows.append((each["audience"], verdict, each["rule"], _sentence(call, each)))
    yield from _table(head, rows)
    yield from _causes(call, found)
    allowed = sum(each["allowed"] for each in found["readers"])
    yield call.say(_COUNTED, yes=allowed, all=len(found["readers"]), digest=found["rules_digest"])


def _causes(call: Call, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the objects that narrow one, each with the rules by which it does and for how many readers."""
    causes: dict[str, list[str]] = {}
    for reader in found["readers"]:
        for cause in reader["narrowed_by"]:
            causes.setdefault(cause["id"], []).append(cause["rule"])
    if not causes:
        return
    yield call.say(_CAUSES)
    for stix_id, rules in causes.items():
        listed = call.say(_COMMA).join(dict.fromkeys(rules))
        name = call.say(_ITSELF) if stix_id == found["id"] else stix_id
        yield call.say(_CAUSE, id=name, rules=listed, count=len(rules))
    if any(reader["and_more"] for reader in found["readers"]):
        yield call.say(_AND_MORE, id=found["id"])


def _sentence(call: Call, said: Mapping[str, Any]) -> str:
    return str(said["ja" if call.language is Language.JA else "en"])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, each column as wide as its widest cell on a terminal."""
    listed = [head, *rows]
    widths = [max(cell_len(row[column]) for row in listed) for column in range(len(head))]
    for row in listed:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        yield "  " + "  ".join(cells).rstrip()


_MARKING_OPTION: Final[dict[str, Any]] = {
    "en": "Id of a marking definition, or a level such as tlp:amber or pap:red; repeat for more.",
    "ja": "marking-definitionのid、またはtlp:amber・pap:redのようなレベル。複数可。",
    "multiple": True,
    "metavar": "REF",
}
_LANGUAGE_OPTION: Final[dict[str, Any]] = {
    "en": "Language of the part, such as ja; repeat for more.",
    "ja": "箇所の言語(例: ja)。複数可。",
    "multiple": True,
    "metavar": "TAG",
}
_FIELD_OPTION: Final[dict[str, Any]] = {
    "en": "Part of the object, such as `description`; repeat for more. The whole unless said.",
    "ja": "オブジェクトの箇所(例: `description`)。複数可。省略時は全体。",
    "multiple": True,
    "metavar": "SELECTOR",
}
_OBJECT_OPTION: Final[dict[str, Any]] = {
    "en": "Which object, where the file holds several.",
    "ja": "ファイルに複数ある場合の対象オブジェクト。",
    "metavar": "ID",
}
_OUT_OPTION: Final[dict[str, Any]] = {
    "en": "Where to write the file; `-` is standard output.",
    "ja": "書き出し先。`-` は標準出力。",
    "type": click.Path(path_type=Path),
    "required": True,
    "metavar": "FILE",
}


def _editing(act: Act, *, en: str, ja: str, example: str) -> click.Command:
    """Return the command that edits the markings of an object in a file."""

    def edit(call: Call, **how: Any) -> None:
        _edit(call, act, **how)

    with_marks: list[Callable[[Callable[..., None]], Any]] = [
        option("--marking", "marks", **_MARKING_OPTION),
        option("--language", "languages", **_LANGUAGE_OPTION),
    ]
    decorated: Callable[..., None] = edit
    for add in (
        option("--out", **_OUT_OPTION),
        option("--object", "stix_id", **_OBJECT_OPTION),
        option("--field", "fields", **_FIELD_OPTION),
        *([] if act is Act.CLEAR else reversed(with_marks)),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        decorated = add(decorated)
    return command(act.value, en=en, ja=ja, example=example)(decorated)


def _edit(  # noqa: PLR0913 one parameter for each option
    call: Call,
    act: Act,
    *,
    file: Path,
    out: Path,
    stix_id: str | None,
    fields: tuple[str, ...],
    marks: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
) -> None:
    if act is not Act.CLEAR and not marks and not languages:
        raise CallerError(NOTHING_NAMED.because(what="--marking, --language"))
    wanted = Edit(act=act, marks=marking.marks_of(marks, languages), fields=fields, stix_id=stix_id)
    done = marking.edit(read_file(file), file.name, wanted)
    write_file(out, done.content)
    if str(out) == "-":
        return
    said = {"id": done.stix_id, "changed": done.changed, "modified": done.modified, "out": str(out)}
    call.show(said, lambda each: _edited(call, each))


def _edited(call: Call, said: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_DONE if said["changed"] else _UNCHANGED, **said)
    if said["modified"] is not None:
        yield call.say(_VERSION, **said)


COMMANDS: Final = (
    group(
        "marking",
        en="What an object is marked with, who would get it and why not; and marking one in a file before it comes in.",
        ja="マーキングの内容、提供できる相手とできない理由を示します。取り込む前のファイルのマーキングも編集できます。",
        example="tasuki marking readers indicator--d1b0d1d1-7c4a-4e0f-9e8a-0f4c5c0a5a01",
        commands=[
            show,
            readers,
            _editing(
                Act.ADD,
                en="Mark an object of a file, or parts of it, with something besides.",
                ja="ファイル内のオブジェクトまたはその箇所にマーキングを追加します。",
                example="tasuki marking add report.json --marking tlp:red --field description --out marked.json",
            ),
            _editing(
                Act.SET,
                en="Mark an object of a file, or parts of it, with this and nothing else.",
                ja="ファイル内のオブジェクトまたはその箇所のマーキングを置き換えます。",
                example="tasuki marking set report.json --marking tlp:amber --out marked.json",
            ),
            _editing(
                Act.REMOVE,
                en="Take a marking off an object of a file, or off parts of it.",
                ja="ファイル内のオブジェクトまたはその箇所からマーキングを外します。",
                example="tasuki marking remove report.json --marking tlp:red --field description --out marked.json",
            ),
            _editing(
                Act.CLEAR,
                en="Take every marking off an object of a file, or off parts of it.",
                ja="ファイル内のオブジェクトまたはその箇所からマーキングをすべて外します。",
                example="tasuki marking clear report.json --field description --out marked.json",
            ),
        ],
    ),
)
