# SPDX-License-Identifier: MIT
"""`tasuki key`: this node's keys and holders; rotation, revocation, and the ceremony of a root."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from tasuki.base.errors import CallerError
from tasuki.base.reasons import Text
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.faces.cli.kit import Call, command, group, option, read_file, write_file
from tasuki.faces.cli.reasons import KEY_OR_HERE, NO_MOMENT, PLAIN_OR_SEALED
from tasuki.services import trust

_PATH: Final = click.Path(path_type=Path)

_VERSIONS: Final = Text(
    en="{node}: root v{root} until {root_end}, keys v{keys} until {keys_end}, peers v{peers}",
    ja="{node}: ルート第{root}版({root_end} まで)、鍵 第{keys}版({keys_end} まで)、取引先 第{peers}版",
)
_HELD_BY: Final = Text(
    en="role {role}: {threshold} of {count} must sign: {names}",
    ja="役割 {role}: {count} 名中 {threshold} 名の署名が必要: {names}",
)
_HERE: Final = Text(en="(this node)", ja="(このノード)")
_PARTNER_HOLDS: Final = Text(en="{partner} holds keys v{version}", ja="{partner} は鍵 第{version}版を保持")
_TWO_CERTIFICATES: Final = Text(
    en="A new TLS certificate waits until every partner knows it.",
    ja="新しい TLS 証明書は、すべての相手に伝わるまで待機しています。",
)
_STATES: Final = {
    "in use": Text(en="in use", ja="使用中"),
    "waits": Text(en="waits for partners", ja="相手への周知待ち"),
    "old": Text(en="old, still valid", ja="旧(有効期間内)"),
    "over": Text(en="over", ja="期限切れ"),
    "revoked": Text(en="revoked", ja="失効"),
    "destroyed": Text(en="destroyed", ja="破棄済み"),
}
_ROTATED: Final = Text(
    en="keys v{version} published with {count} new keys; the old ones stay valid.",
    ja="鍵 第{version}版を公開しました(新しい鍵 {count} 個)。古い鍵も引き続き有効です。",
)
_IN_USE: Final = Text(en="They are in use now.", ja="新しい鍵の使用を開始しました。")
_WAITS_FOR: Final = Text(
    en="They are used once these partners hold v{version}: {partners}.",
    ja="次の相手に第{version}版が届き次第、使用を開始します: {partners}",
)
_DRAFTED: Final = Text(
    en="Unsigned {role} v{version}: {file}. Its holders sign it: tasuki key root sign {file} --key FILE --out FILE",
    ja="未署名の {role} 第{version}版: {file}。保持者の署名: tasuki key root sign {file} --key FILE --out FILE",
)
_REVOKED: Final = Text(
    en="{purpose} key {key} is dead from here on; keys v{version} names the new one.",
    ja="{purpose} の鍵 {key} は以後無効です。鍵 第{version}版が新しい鍵を示します。",
)
_UP_TO: Final = Text(en="  {partner}: {index} leaves count", ja="  {partner}: {index} 番目の葉まで有効")
_CONFIRM_THEM: Final = Text(
    en="{count} envelopes lie between the suspicion and now; confirm each with the partner: tasuki key doubtful",
    ja="疑いの時点から現在までの封筒が {count} 通あります。相手と一通ずつ確認してください: tasuki key doubtful",
)
_NONE_DOUBTFUL: Final = Text(en="No envelope is doubtful.", ja="疑わしい封筒はありません。")
_WAITING: Final = Text(en="to be confirmed", ja="確認待ち")
_CONFIRMED: Final = Text(en="confirmed by {by}", ja="確認済み({by})")
_SEALED: Final = Text(
    en="{count} key files sealed. From now on the node starts with TASUKI_KEY_PASSPHRASE_FILE={file} alone.",
    ja="鍵ファイル {count} 個を封じました。今後の起動には TASUKI_KEY_PASSPHRASE_FILE={file} が必要です。",
)
_MADE: Final = Text(
    en="Holder {id}: private keys in {file} (keep it away from the node), public file {public}.",
    ja="保持者 {id}: 秘密鍵は {file}(ノードとは別に保管)、公開ファイルは {public} です。",
)
_IS_PLAIN: Final = Text(
    en="The private keys are NOT encrypted: whoever reads the file can sign.",
    ja="秘密鍵は暗号化されていません。ファイルを読める者は誰でも署名できます。",
)
_SAYS: Final = Text(
    en="{role} v{version} of {node}, made {created}, until {expires}",
    ja="{node} の {role} 第{version}版、作成 {created}、期限 {expires}",
)
_READ_DIGEST: Final = Text(
    en="Compare its digest with the people who drafted it, by another way:",
    ja="草案の作成者と、別の手段で要約値を照合してください:",
)
_SIGNED: Final = Text(en="Signed by {holder}; written to {file}.", ja="{holder} が署名し、{file} に書き出しました。")
_JOINED: Final = Text(en="{count} signatures written to {file}.", ja="{count} 個の署名を {file} にまとめました。")
_BY: Final[dict[str, Any]] = {
    "en": "Who does it; give two names.",
    "ja": "実施者。二名を指定します。",
    "multiple": True,
    "metavar": "NAME",
}
_PASSPHRASE: Final[dict[str, Any]] = {
    "en": "File whose first line is the passphrase of the key file.",
    "ja": "鍵ファイルのパスフレーズを一行目に書いたファイル。",
    "type": _PATH,
    "metavar": "FILE",
}


@command(
    "list",
    en="Show this node's keys, who holds its roles, and what partners hold of it.",
    ja="このノードの鍵、役割の保持者、相手の保持状況を表示します。",
    example="tasuki key list",
)
def list_(call: Call) -> None:
    """Show trust metadata and keys."""
    shown = call.get("/v1/trust")
    call.show(shown, _list_lines(call, shown))


@command(
    "rotate",
    en="Make new keys and publish them beside the old: envelope, kem, log, witness, tls or all.",
    ja="新しい鍵を作成し、古い鍵と並べて公開します(envelope・kem・log・witness・tls・all)。",
    example="tasuki key rotate envelope kem",
)
@click.argument("roles", nargs=-1, required=True, metavar="ROLE...")
@option(
    "--draft",
    en="Write the unsigned statement to this file, where others hold the role keys.",
    ja="役割 keys を他者が保持する場合に、未署名の文書を書き出すファイル。",
    type=_PATH,
    metavar="FILE",
)
def rotate(call: Call, roles: tuple[str, ...], draft: Path | None) -> None:
    """Rotate."""
    made = call.post("/v1/trust/rotate", {"roles": roles, "draft": draft is not None})
    raw = base64.b64decode(made.pop("draft"))
    if draft is not None:
        write_file(draft, raw)
        call.show({**made, "file": str(draft)}, [call.say(_DRAFTED, role="keys", version=made["version"], file=draft)])
        return
    lines = [call.say(_ROTATED, version=made["version"], count=len(made["made"]))]
    waits = made["waits_for"]
    lines.append(
        call.say(_WAITS_FOR, version=made["version"], partners=", ".join(waits)) if waits else call.say(_IN_USE)
    )
    call.show(made, lines)


@command(
    "use",
    en="Use the newest keys at once, without waiting for partners.",
    ja="相手への周知を待たず、最新の鍵をただちに使用します。",
    example="tasuki key use --by Aoki",
)
@option("--by", en="Who decided it.", ja="判断した人。", multiple=True, metavar="NAME")
def use(call: Call, by: tuple[str, ...]) -> None:
    """Use what waits."""
    shown = call.post("/v1/trust/use", {"by": by})
    call.show(shown, _list_lines(call, shown))


@command(
    "revoke",
    en="Revoke a key from here on in every log, and put a new one in its place.",
    ja="鍵を現在のログ位置から失効させ、新しい鍵に置き換えます。",
    example="tasuki key revoke 0f3c... --suspected 2026-03-01T09:00:00Z --by Aoki --by Brown",
)
@click.argument("key")
@option(
    "--suspected",
    en="Since when it may have been in wrong hands (RFC 3339).",
    ja="悪用の疑いが始まった時刻(RFC 3339)。",
    metavar="TIME",
)
@option("--by", **_BY)
def revoke(call: Call, key: str, suspected: str | None, by: tuple[str, ...]) -> None:
    """Revoke."""
    since = None if suspected is None else format_rfc3339(_moment(suspected))
    done = call.post("/v1/trust/revoke", {"key": key, "suspected": since, "by": by})
    call.show(done, _revoked_lines(call, done))


@command(
    "doubtful",
    en="List envelopes signed between a suspicion and a revocation, ours and partners'.",
    ja="疑いの時点から失効までに署名された封筒を、双方について一覧します。",
    example="tasuki key doubtful",
)
def doubtful(call: Call) -> None:
    """List what is to be confirmed anew."""
    found = call.get("/v1/trust/doubtful")
    call.show(found, [_doubtful_line(call, each) for each in found] or [call.say(_NONE_DOUBTFUL)])


@command(
    "confirm",
    en="Keep that two people confirmed a doubtful envelope with the partner.",
    ja="疑わしい封筒を二名が相手と確認したことを記録します。",
    example="tasuki key confirm 019ca945-0a00-7610-98e6-f49f98cee84f --by Aoki --by Brown",
)
@click.argument("env_id")
@option("--by", **_BY)
def confirm(call: Call, env_id: str, by: tuple[str, ...]) -> None:
    """Confirm one."""
    one = call.post("/v1/trust/confirm", {"env_id": env_id, "by": by})
    call.show(one, [_doubtful_line(call, one)])


@command(
    "seal",
    en="Seal this node's key files under a passphrase.",
    ja="このノードの鍵ファイルをパスフレーズで封じます。",
    example="tasuki key seal --passphrase-file /etc/tasuki/passphrase",
)
@option("--passphrase-file", **{**_PASSPHRASE, "required": True})
def seal(call: Call, passphrase_file: Path) -> None:
    """Seal key files."""
    done = call.post("/v1/trust/seal", {"passphrase_file": str(passphrase_file.absolute())})
    call.show(done, [call.say(_SEALED, count=done["sealed"], file=passphrase_file.absolute())])


@command(
    "make",
    en="Make a holder's keys into a file, on a machine that needs no node.",
    ja="保持者の鍵をファイルに作成します。ノードは不要です。",
    example='tasuki key root make aoki.key --id aoki --name "Aoki, NCO" --passphrase-file secret.txt',
)
@click.argument("file", type=_PATH)
@option("--id", "holder", en="Short name of the holder.", ja="保持者の短い名前。", required=True, metavar="ID")
@option("--name", en="Name as people call them.", ja="表示名。", required=True, metavar="NAME")
@option("--passphrase-file", **_PASSPHRASE)
@option("--plain", en="Leave the keys unencrypted.", ja="鍵を暗号化しない。", is_flag=True)
def make(call: Call, file: Path, holder: str, name: str, passphrase_file: Path | None, plain: bool) -> None:  # noqa: FBT001 click's form
    """Make holder keys."""
    if (passphrase_file is None) != plain:
        raise CallerError(PLAIN_OR_SEALED.because())
    public = file.with_name(f"{file.name}.pub")
    raw = trust.make_holder_file(file, holder, name, passphrase_file)
    write_file(public, raw)
    lines = [call.say(_MADE, id=holder, file=file, public=public)]
    call.show(
        {"id": holder, "file": str(file), "public": str(public), "encrypted": not plain},
        [*lines, call.say(_IS_PLAIN)] if plain else lines,
    )


@command(
    "draft",
    en="Write the next root of this node, unsigned; roles not named stay as they are.",
    ja="このノードの次のルートを未署名で書き出します。指定しない役割は変わりません。",
    example="tasuki key root draft --root a.pub --root b.pub --threshold 2 --by Aoki --out root.draft",
)
@option(
    "--root",
    "roots",
    en="Public file of a root holder.",
    ja="ルート保持者の公開ファイル。",
    multiple=True,
    type=_PATH,
    metavar="FILE",
)
@option("--threshold", en="Root holders that must sign.", ja="署名が必要なルート保持者の数。", type=int, metavar="N")
@option(
    "--keys",
    en="Public file of a holder of keys.",
    ja="keys 保持者の公開ファイル。",
    multiple=True,
    type=_PATH,
    metavar="FILE",
)
@option(
    "--keys-threshold", en="Holders of keys that must sign.", ja="署名が必要な keys 保持者の数。", type=int, metavar="N"
)
@option(
    "--peers",
    en="Public file of a holder of peers.",
    ja="peers 保持者の公開ファイル。",
    multiple=True,
    type=_PATH,
    metavar="FILE",
)
@option(
    "--peers-threshold",
    en="Holders of peers that must sign.",
    ja="署名が必要な peers 保持者の数。",
    type=int,
    metavar="N",
)
@option("--days", en="How long it is valid.", ja="有効日数。", type=int, default=730, show_default=True, metavar="DAYS")
@option(
    "--reset",
    en="Start the versions of changed roles anew: the way out when a thief drove them up.",
    ja="変更する役割の版を数え直します(盗んだ者が版を進めた場合の復旧)。",
    is_flag=True,
)
@option("--by", en="Who drafts it.", ja="草案の作成者。", multiple=True, metavar="NAME")
@option("--out", en="File to write.", ja="書き出すファイル。", required=True, type=_PATH, metavar="FILE")
def draft(call: Call, days: int, reset: bool, by: tuple[str, ...], out: Path, **given: Any) -> None:  # noqa: FBT001 click's form
    """Draft a root."""
    files = {"root": given["roots"], "keys": given["keys"], "peers": given["peers"]}
    counts = {"root": given["threshold"], "keys": given["keys_threshold"], "peers": given["peers_threshold"]}
    order = {
        "holders": {
            role: [base64.b64encode(read_file(each)).decode() for each in paths]
            for role, paths in files.items()
            if paths
        },
        "thresholds": {role: count for role, count in counts.items() if count is not None},
        "days": days,
        "reset": reset,
        "by": by,
    }
    made = call.post("/v1/trust/root", order)
    raw = base64.b64decode(made.pop("statement"))
    write_file(out, raw)
    seen = trust.see(raw)
    lines = [call.say(_DRAFTED, role="root", version=made["version"], file=out), *_seen_lines(call, seen)]
    call.show({**made, "file": str(out), "digest": seen.digest, "words": seen.words}, lines)


@command(
    "show",
    en="Show what a draft or signed statement says, and its digest.",
    ja="草案または署名済み文書の内容と要約値を表示します。",
    example="tasuki key root show root.draft",
)
@click.argument("file", type=_PATH)
def show(call: Call, file: Path) -> None:
    """Show a statement."""
    seen = trust.see(read_file(file))
    call.show(seen, _seen_lines(call, seen))


@command(
    "sign",
    en="Sign a draft with one holder's key file, which needs no node, or with the node's own role keys.",
    ja="保持者の鍵ファイル(ノード不要)、またはノード自身の役割の鍵で草案に署名します。",
    example="tasuki key root sign root.draft --key aoki.key --passphrase-file secret.txt --out root.aoki",
)
@click.argument("file", type=_PATH)
@option("--key", en="Key file of the holder.", ja="保持者の鍵ファイル。", type=_PATH, metavar="FILE")
@option("--here", en="Sign with the role keys of this node.", ja="このノードの役割の鍵で署名する。", is_flag=True)
@option("--passphrase-file", **_PASSPHRASE)
@option("--by", en="Who decided it, with --here.", ja="判断した人(--here の場合)。", multiple=True, metavar="NAME")
@option("--out", en="File to write.", ja="書き出すファイル。", required=True, type=_PATH, metavar="FILE")
def sign(call: Call, file: Path, key: Path | None, here: bool, by: tuple[str, ...], **files: Any) -> None:  # noqa: FBT001 click's form
    """Sign."""
    raw, out = read_file(file), files["out"]
    seen = trust.see(raw)
    if (key is None) != here:
        raise CallerError(KEY_OR_HERE.because())
    if key is None:
        answer = call.post("/v1/trust/sign", {"statement": base64.b64encode(raw).decode(), "by": by})
        holder, signed = answer["holder"], base64.b64decode(answer["statement"])
    else:
        holder, signed = trust.sign_file(raw, key, files["passphrase_file"])
    write_file(out, signed)
    call.show(
        {"holder": holder, "file": str(out), "digest": seen.digest, "words": seen.words},
        [*_seen_lines(call, seen), call.say(_SIGNED, holder=holder, file=out)],
    )


@command(
    "join",
    en="Join the signatures of several copies of one statement into one file.",
    ja="同じ文書の複数の写しの署名を一つのファイルにまとめます。",
    example="tasuki key root join root.aoki root.brown --out root.signed",
)
@click.argument("files", nargs=-1, required=True, type=_PATH, metavar="SIGNED...")
@option("--out", en="File to write.", ja="書き出すファイル。", required=True, type=_PATH, metavar="FILE")
def join(call: Call, files: tuple[Path, ...], out: Path) -> None:
    """Join signatures."""
    joined = trust.join_files({str(each): read_file(each) for each in files})
    write_file(out, joined)
    seen = trust.see(joined)
    call.show(
        {"file": str(out), "signed_by": seen.signed_by, "digest": seen.digest},
        [*_seen_lines(call, seen), call.say(_JOINED, count=len(seen.signed_by), file=out)],
    )


@command(
    "publish",
    en="Publish signed statements of this node, once enough holders signed; two people do it.",
    ja="必要な保持者の署名がそろった文書を公開します。二名で実施します。",
    example="tasuki key root publish root.signed --by Aoki --by Brown",
)
@click.argument("files", nargs=-1, required=True, type=_PATH, metavar="SIGNED...")
@option("--by", **_BY)
def publish(call: Call, files: tuple[Path, ...], by: tuple[str, ...]) -> None:
    """Publish."""
    statements = [base64.b64encode(read_file(each)).decode() for each in files]
    shown = call.post("/v1/trust/publish", {"statements": statements, "by": by})
    call.show(shown, _list_lines(call, shown))


def _moment(text: str) -> datetime:
    try:
        return parse_rfc3339(text)
    except ValueError as error:
        raise CallerError(NO_MOMENT.because(found=text[:40])) from error


def _list_lines(call: Call, shown: Mapping[str, Any]) -> Iterator[str]:
    versions = shown["versions"]
    ends = {"root_end": shown["root_expires"], "keys_end": shown["keys_expire"]}
    yield call.say(_VERSIONS, node=shown["node"], **versions, **ends)
    for role, threshold in shown["thresholds"].items():
        holders = [each for each in shown["holders"] if each["role"] == role]
        names = ", ".join(
            f"{each['id']} ({each['name']})" + (f" {call.say(_HERE)}" if each["here"] else "") for each in holders
        )
        yield call.say(_HELD_BY, role=role, threshold=threshold, count=len(holders), names=names)
    for key in shown["keys"]:
        state = call.say(_STATES[key["state"]])
        yield f"  {key['key']}  {key['purpose']:<8} {key['algorithm']:<15} v{key['since']}  {state}"
    if shown["certificate_waits"]:
        yield call.say(_TWO_CERTIFICATES)
    for partner, version in shown["held"].items():
        yield call.say(_PARTNER_HOLDS, partner=partner, version=version)


def _revoked_lines(call: Call, done: Mapping[str, Any]) -> Iterator[str]:
    yield call.say(_REVOKED, purpose=done["purpose"], key=done["key"], version=done["version"])
    for partner, index in done["indexes"].items():
        yield call.say(_UP_TO, partner=partner, index=index)
    if done["doubtful"]:
        yield call.say(_CONFIRM_THEM, count=done["doubtful"])


def _doubtful_line(call: Call, one: Mapping[str, Any]) -> str:
    by = one["confirmed_by"]
    said = call.say(_WAITING) if by is None else call.say(_CONFIRMED, by=by)
    place = f"{one['lane']} {one['seq']}"
    return f"{one['env_id']}  {one['partner']} {one['direction']}  {place}  {one['type']}  {one['at']}  {said}"


def _seen_lines(call: Call, seen: trust.Seen) -> Iterator[str]:
    yield call.say(
        _SAYS, role=seen.role, version=seen.version, node=seen.node, created=seen.created, expires=seen.expires
    )
    for role, said in seen.holders.items():
        yield f"  {role}: {said}"
    yield call.say(_READ_DIGEST)
    yield f"  {seen.digest}"
    yield f"  {seen.words}"


COMMANDS: Final = (
    group(
        "key",
        en="Keys and holders of this node: list, rotate, revoke, and the ceremony of a root.",
        ja="このノードの鍵と保持者: 一覧、更新、失効、ルートの儀式。",
        example="tasuki key list",
        commands=[
            list_,
            rotate,
            use,
            revoke,
            doubtful,
            confirm,
            seal,
            group(
                "root",
                en="The ceremony: make holder keys, draft, sign, join, publish.",
                ja="儀式: 保持者の鍵作成、草案、署名、集約、公開。",
                example="tasuki key root draft --root a.pub --by Aoki --out root.draft",
                commands=[make, draft, show, sign, join, publish],
            ),
        ],
    ),
)
