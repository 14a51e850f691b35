# SPDX-License-Identifier: MIT
"""Reasons the command line gives."""

from tasuki.base.reasons import kind

NO_NODE = kind(
    "cli.no-node",
    en="Expected a node: say which with `--node DIR` or TASUKI_NODE, or make one with `tasuki init DIR`.",
    ja="ノードが指定されていません。`--node DIR` または TASUKI_NODE で指定するか、`tasuki init DIR` で作成してください。",
)
UNREADABLE = kind(
    "cli.unreadable",
    en="Expected a file this user can read at {path}, found none ({cause}). Correct the path.",
    ja="{path} に読み取り可能なファイルがありません({cause})。パスを確認してください。",
)
USAGE = kind(
    "cli.usage",
    en="{detail} Try `{command} --help`.",
    ja="コマンドの使い方が正しくありません({detail})。`{command} --help` を参照してください。",
)
LOST = kind(
    "cli.lost",
    en="The node stopped answering ({cause}); whether it acted is unknown. Look with `tasuki status`, then try again.",
    ja="ノードの応答が途絶えました({cause})。処理されたかどうかは不明です。`tasuki status` で確認してから再試行してください。",
)
STRANGE = kind(
    "cli.strange-answer",
    en="Expected an answer of this API from the node, found status {status}; node and command may be of different versions.",
    ja="このAPIの応答ではありません(状態{status})。ノードとコマンドの版が異なる可能性があります。",
)
UNWRITABLE = kind(
    "cli.unwritable",
    en="Expected to write to {path}, which failed ({cause}). Name another file.",
    ja="{path} に書き込めません({cause})。別のファイルを指定してください。",
)
NO_ANCHOR = kind(
    "cli.no-anchor",
    en="Expected anchors in the directory {path}, found none; name the files, or another directory.",
    ja="ディレクトリ {path} にアンカーがありません。ファイルまたは別のディレクトリを指定してください。",
)
NOT_AN_ANCHOR = kind(
    "cli.not-an-anchor",
    en="Expected an anchor signed by its own keys at {path}, found something else ({cause}); nothing was verified.",
    ja="{path} は自らの鍵で署名されたアンカーではありません({cause})。検証していません。",
)
OTHER_EXPORT = kind(
    "cli.other-export",
    en="Expected {path} to be empty or to hold an older export of {origin}; it was left as it is. Name another directory.",
    ja="{path} は空でなく、{origin} の以前の書き出しでもありません。変更していません。別のディレクトリを指定してください。",
)
ANSWER_PARTS = kind(
    "cli.answer-parts",
    en="Expected `--sector` and `--question` beside `--answer-to`: an answer says where was looked and for what.",
    ja="`--answer-to`には`--sector`と`--question`が必要です。回答には、探した分野と問いを記します。",
)
IRREVOCABLE = kind(
    "cli.irrevocable",
    en="Disposal cannot be undone; nothing was changed. Look at what you named with `tasuki show ID`, then add `--yes`.",
    ja="処分は元に戻せません。何も変更していません。対象を `tasuki show ID` で確認し、`--yes` を付けてください。",
)
MATCH_WHAT = kind(
    "cli.match-what",
    en="Expected `--pattern` and `--observed`, or `--batch` alone; nothing was matched.",
    ja="`--pattern`と`--observed`の両方、または`--batch`のみを指定してください。照合していません。",
)
NOTHING_SHOWN = kind(
    "cli.nothing-shown",
    en="Expected an object in {file} that holds {field}, found none.",
    ja="{file}に、{field}のあるオブジェクトは見つかりませんでした。",
)
NOTHING_NAMED = kind(
    "cli.nothing-named",
    en="Expected one of {what}, found none or too many; see the example under --help.",
    ja="{what} のいずれかを指定してください(--help の例を参照)。",
)
NO_TOKEN = kind(
    "cli.no-token",
    en="Expected one token in {place}, found something else; put the token there as it was handed to you, or leave it out.",
    ja="{place} にトークンがありません。渡されたトークンをそのまま設定するか、指定をやめてください。",
)
NO_TEXT = kind(
    "cli.no-text",
    en="Expected {file} to be a text in UTF-8, found other bytes; save the object as JSON in UTF-8.",
    ja="{file} はUTF-8の文字列ではありません。オブジェクトをUTF-8のJSONで保存してください。",
)
PLAIN_OR_SEALED = kind(
    "cli.plain-or-sealed",
    en="Expected either --passphrase-file FILE or --plain: a key file is encrypted unless you say that it is not.",
    ja="--passphrase-file FILE か --plain のどちらか一方を指定してください。鍵ファイルは、明示しない限り暗号化します。",
)
NO_MOMENT = kind(
    "cli.no-moment",
    en="Expected a time in RFC 3339 such as 2026-03-01T09:00:00Z, found {found}.",
    ja="時刻は 2026-03-01T09:00:00Z のような RFC 3339 形式で指定してください({found})。",
)
KEY_OR_HERE = kind(
    "cli.key-or-here",
    en="Expected either --key FILE, a holder's key file, or --here, the role keys of this node.",
    ja="保持者の鍵ファイル(--key FILE)か、このノードの役割の鍵(--here)のどちらか一方を指定してください。",
)
