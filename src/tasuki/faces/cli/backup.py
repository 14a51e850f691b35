# SPDX-License-Identifier: MIT
"""`tasuki backup` and `tasuki restore`: take sealed copies of a node, check them, and make a node of one again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from tasuki.base.errors import CallerError
from tasuki.base.reasons import Language, Text
from tasuki.base.time import format_rfc3339
from tasuki.faces.cli.kit import Call, command, option, read_file
from tasuki.faces.cli.reasons import NOTHING_NAMED
from tasuki.services import backup as service
from tasuki.services.backup import Listed, Order, Restored, Verified
from tasuki.services.recovery import ITSELF

_PATH: Final = click.Path(path_type=Path)

_TAKEN: Final = Text(
    en="{path}: {bytes} bytes, the node as it was at {at}, checked after writing.",
    ja="{path}: {bytes}バイト、{at} 時点のノード。書き込み後に検査済みです。",
)
_WITH_KEYS: Final = Text(
    en="The keys are in it, under the passphrase; keep that apart from the recovery key.",
    ja="鍵も含まれ、パスフレーズで保護されています。パスフレーズは復旧鍵とは別に保管してください。",
)
_WITHOUT_KEYS: Final = Text(
    en="The keys are not in it: keep keys/, tls/ and vault.key apart, or take one with --with-keys.",
    ja="鍵は含まれていません。keys/、tls/、vault.key を別に保管するか、--with-keys を指定してください。",
)
_KEY_MADE: Final = Text(
    en="The recovery key is in {path} (fingerprint {fingerprint}). Keep it elsewhere; no backup opens without it.",
    ja="復旧鍵は {path} です(指紋 {fingerprint})。ノードとは別に保管してください。なければバックアップは開けません。",
)
_WHOLE: Final = Text(en="{path}: {bytes} bytes, whole", ja="{path}: {bytes}バイト、欠損なし")
_NOT_WHOLE: Final = Text(en="{path}: {bytes} bytes, NOT WHOLE", ja="{path}: {bytes}バイト、破損")
_NONE: Final = Text(en="no backup lies there", ja="バックアップはありません")
_FROM_OUTSIDE: Final = Text(
    en="{path}: whole, as it was written. With --key FILE it is opened and every part read.",
    ja="{path}: 書き込まれたままの状態です。--key FILE を指定すると、開封して全内容を検査します。",
)
_OPENED: Final = Text(
    en="{path}: in order. {node} as it was at {at}: {dialect}, revision {revision}, {parts} parts.",
    ja="{path}: 正常です。{at} 時点の {node}({dialect}、リビジョン{revision}、{parts}個の内容)。",
)
_RESTORED: Final = Text(
    en="Restored {node} in {directory}, as it was at {at}. It is closed until it has caught up with its partners.",
    ja="{directory} に {at} 時点の {node} を復元しました。パートナーに追いつくまで閉じています。",
)
_JOURNAL: Final = Text(
    en="Its journal survived: what was taken back, disposed of and removed since happens again at the start.",
    ja="ジャーナルが残っています。以後の取消、廃棄、削除は起動時に再度適用されます。",
)
_NO_JOURNAL: Final = Text(
    en="No journal survived: look through `tasuki person list`, and dispose again of what was disposed of since {at}.",
    ja="ジャーナルは残っていません。`tasuki person list` を確認し、{at} 以降に廃棄したものを改めて廃棄してください。",
)
_NEXT: Final = Text(
    en="Now: tasuki serve {directory}, then tasuki restore --status --node {directory}",
    ja="次に実行: tasuki serve {directory}、続いて tasuki restore --status --node {directory}",
)
_IS_OPEN: Final = Text(en="open", ja="開いています")
_IS_CLOSED: Final = Text(
    en="closed since {at} ({cause}): nothing leaves this node", ja="{at} から閉じています({cause})。何も外に出ません"
)
_CAUSES: Final = {
    "restored": Text(en="restored from a backup", ja="バックアップから復元"),
    "rolled-back": Text(
        en="the database is older than the journal beside it", ja="データベースがジャーナルより古い状態"
    ),
}
_OPENED_BY: Final = Text(en="opened {at} by {by}", ja="{at} に {by} が開きました")
_OPENED_ITSELF: Final = Text(
    en="it opened by itself at {at}, having caught up with every partner",
    ja="{at} に全パートナーへの追いつきを終え、自動的に開きました",
)
_STATES: Final = {
    "waiting": Text(en="has not answered yet", ja="未回答"),
    "rebuilt": Text(en="is sending again what was lost", ja="失った内容を再送中"),
    "caught-up": Text(en="caught up", ja="追いつき完了"),
    "people": Text(en="people have to look", ja="担当者の確認が必要"),
}
_COUNTS: Final = Text(
    en="given back: {mirrored} leaves, {receipts} receipts, {envelopes} envelopes, {notices} notices; unknown {lost}",
    ja="復元: リーフ{mirrored}件、受領証{receipts}件、当方の封筒{envelopes}件、通知{notices}件。不明なリーフ{lost}件",
)


@command(
    "backup",
    en="Take a sealed backup of the node, running or not; or make its recovery key, list and verify backups.",
    ja="ノードの暗号化バックアップを作成します(稼働中でも可)。復旧鍵の作成、一覧、検査もできます。",
    example="tasuki backup /media/shelf --node ./gbr",
)
@click.argument("target", type=_PATH, required=False)
@option(
    "--with-keys",
    en="Put the node's keys in as well, under a passphrase.",
    ja="ノードの鍵もパスフレーズで保護して含めます。",
    is_flag=True,
)
@option(
    "--passphrase-file",
    en="File whose first line is the passphrase; else it is asked for.",
    ja="1行目がパスフレーズのファイル(省略時は入力を求めます)。",
    type=_PATH,
    metavar="FILE",
)
@option(
    "--new-key",
    en="Make the key to which backups are sealed; its private half goes into FILE.",
    ja="バックアップを封じる鍵を作成し、秘密鍵を FILE に書き出します。",
    type=_PATH,
    metavar="FILE",
)
@option(
    "--list",
    "folder",
    en="List the backups in a folder, and whether each is whole.",
    ja="フォルダー内のバックアップと、欠損の有無を一覧表示します。",
    type=_PATH,
    metavar="DIR",
)
@option(
    "--verify",
    en="Check a backup from outside; with --key, every part of it.",
    ja="バックアップを検査します(--key を指定すると全内容を検査)。",
    type=_PATH,
    metavar="FILE",
)
@option(
    "--key",
    en="File with the private recovery key.",
    ja="復旧鍵(秘密鍵)のファイル。",
    type=_PATH,
    metavar="FILE",
)
def backup(  # noqa: PLR0913 one command, four things to do with backups
    call: Call,
    target: Path | None,
    *,
    with_keys: bool,
    passphrase_file: Path | None,
    new_key: Path | None,
    folder: Path | None,
    verify: Path | None,
    key: Path | None,
) -> None:
    """Take, list or verify backups."""
    _require_one(target, new_key, folder, verify, names="FILE | --new-key | --list | --verify")
    if new_key is not None:
        made = call.post("/v1/backup/key", {"path": str(new_key.absolute())})
        call.show(made, [call.say(_KEY_MADE, **made)])
    elif folder is not None:
        _list(call, service.backups(folder))
    elif verify is not None:
        _verified(call, service.verify(verify, key))
    elif target is not None:
        passphrase = _passphrase(call, passphrase_file, confirm=True) if with_keys else None
        taken = call.post("/v1/backup", {"target": str(target.absolute()), "passphrase": passphrase})
        call.show(taken, [call.say(_TAKEN, **taken), call.say(_WITH_KEYS if taken["keys"] else _WITHOUT_KEYS)])


def _list(call: Call, found: list[Listed]) -> None:
    lines = [call.say(_WHOLE if each.whole else _NOT_WHOLE, path=each.path, bytes=each.bytes) for each in found]
    call.show(found, lines or [call.say(_NONE)])
    if not all(each.whole for each in found):
        call.refuse()


def _verified(call: Call, found: Verified) -> None:
    at = "" if found.at is None else format_rfc3339(found.at)
    values = {"path": found.path, "node": found.node, "at": at, "dialect": found.dialect}
    text = _OPENED if found.opened else _FROM_OUTSIDE
    call.show(found, [call.say(text, **values, revision=found.revision, parts=found.parts)])


@command(
    "restore",
    en="Make a node of a backup, closed until it has caught up; show how far it is; open it by two people's word.",
    ja="バックアップからノードを復元します(追いつくまで閉じたまま)。状況の表示、2名による開放もできます。",
    example="tasuki restore /media/shelf/tasuki-20260301T120000Z.backup ./gbr --key recovery.key --old ./gbr.old",
)
@click.argument("source", type=_PATH, required=False)
@click.argument("directory", type=_PATH, required=False)
@option("--key", en="File with the private recovery key.", ja="復旧鍵(秘密鍵)のファイル。", type=_PATH, metavar="FILE")
@option(
    "--old",
    en="What is left of the node: its journal, and its keys where the backup has none.",
    ja="ノードの残り(ジャーナルと、バックアップにない鍵の取得元)。",
    type=_PATH,
    metavar="DIR",
)
@option(
    "--passphrase-file",
    en="File whose first line is the passphrase of the keys in the backup; else it is asked for.",
    ja="バックアップ内の鍵のパスフレーズを1行目に記したファイル(省略時は入力を求めます)。",
    type=_PATH,
    metavar="FILE",
)
@option(
    "--database",
    en="URL of an empty database in place of the one the node had.",
    ja="元のデータベースの代わりに使う空のデータベースのURL。",
    default="",
    metavar="URL",
)
@option("--status", "show", en="Show how far the node is.", ja="復旧の状況を表示します。", is_flag=True)
@option(
    "--now",
    en="Ask the partners once more now, and show how far the node is.",
    ja="直ちにパートナーへ再度問い合わせ、状況を表示します。",
    is_flag=True,
)
@option(
    "--open",
    "opens",
    en="Open the node although it has not caught up: two people answer for it.",
    ja="追いつかないままノードを開きます(2名が責任を負います)。",
    is_flag=True,
)
@option(
    "--by", en="A person who answers for it; name two.", ja="責任者の氏名(2名を指定)。", multiple=True, metavar="NAME"
)
@option(
    "--reason",
    "why",
    en="Why, in one line; it goes into the audit log.",
    ja="理由(1行)。監査ログに記録されます。",
    default="",
    metavar="TEXT",
)
def restore(  # noqa: PLR0913 one command, four things to do after a loss
    call: Call,
    source: Path | None,
    directory: Path | None,
    *,
    key: Path | None,
    old: Path | None,
    passphrase_file: Path | None,
    database: str,
    show: bool,
    now: bool,
    opens: bool,
    by: tuple[str, ...],
    why: str,
) -> None:
    """Restore a node, or see how far one is."""
    _require_one(source, show or None, now or None, opens or None, names="FILE DIR | --status | --now | --open")
    if show:
        _status(call, call.get("/v1/recovery"))
    elif now:
        _status(call, call.post("/v1/recovery/catch-up"))
    elif opens:
        _status(call, call.post("/v1/recovery/open", {"by": by, "why": why}))
    elif source is not None:
        if directory is None or key is None:
            raise CallerError(NOTHING_NAMED.because(what="FILE DIR --key FILE"))
        passphrase = _passphrase(call, passphrase_file, confirm=False) if passphrase_file or old is None else None
        done = call.lent.restore(
            Order(source=source, directory=directory, key=key, passphrase=passphrase, old=old, database=database)
        )
        call.show(done, _lines(call, done))


def _lines(call: Call, done: Restored) -> Iterator[str]:
    at = format_rfc3339(done.at)
    yield call.say(_RESTORED, node=done.node, directory=done.directory, at=at)
    yield call.say(_JOURNAL if done.journal else _NO_JOURNAL, at=at)
    yield call.say(_NEXT, directory=done.directory)


def _status(call: Call, status: Mapping[str, Any]) -> None:
    call.show(status, _status_lines(call, status))
    if status["closed"]:
        call.refuse()


def _status_lines(call: Call, status: Mapping[str, Any]) -> Iterator[str]:
    if not status["closed"]:
        yield call.say(_IS_OPEN)
        if status["opened_by"] == ITSELF:
            yield call.say(_OPENED_ITSELF, at=status["opened_at"])
        elif status["opened_by"]:
            yield call.say(_OPENED_BY, at=status["opened_at"], by=status["opened_by"])
    else:
        yield call.say(_IS_CLOSED, at=status["at"], cause=call.say(_CAUSES[status["cause"]]))
    for each in status["partners"]:
        if not status["closed"] and each["state"] == "caught-up":
            continue
        yield f"{each['partner']}: {call.say(_STATES[each['state']])}"
        if each["counts"]:
            yield f"  {call.say(_COUNTS, **each['counts'])}"
        if each["reason"]:
            yield f"  {each['reason']['ja' if call.language is Language.JA else 'en']}"


def _require_one(*given: object, names: str) -> None:
    if sum(each is not None for each in given) != 1:
        raise CallerError(NOTHING_NAMED.because(what=names))


def _passphrase(call: Call, file: Path | None, *, confirm: bool) -> str:
    """Return the passphrase in a file, or as typed by whoever sits there; empty where nobody does."""
    if file is not None:
        return read_file(file).decode("utf-8", "replace").splitlines()[0] if file.stat().st_size else ""
    if not sys.stdin.isatty():
        return ""
    asked = call.say(Text(en="Passphrase for the keys", ja="鍵のパスフレーズ"))
    return str(click.prompt(asked, hide_input=True, confirmation_prompt=confirm, err=True))


COMMANDS: Final = (backup, restore)
