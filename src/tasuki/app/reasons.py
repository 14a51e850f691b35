# SPDX-License-Identifier: MIT
"""Reasons the application gives while it starts."""

from tasuki.base.reasons import kind

TAKEN = kind(
    "app.taken",
    en="Expected the node in {directory} to be free; process {process} holds it and does not answer yet. Wait a moment, or stop that process.",
    ja="{directory} のノードはプロセス{process}が使用中で、まだ応答しません。少し待つか、そのプロセスを停止してください。",
)
RUNNING = kind(
    "app.running",
    en="Expected the node in {directory} to be stopped, found process {process} using it; stop that process, then try again.",
    ja="{directory} のノードはプロセス{process}が使用中です。そのプロセスを停止してから再試行してください。",
)
NO_PROFILE = kind(
    "app.no-profile",
    en="Expected a profile that ships with Tasuki ({known}) or a TOML file, found {name}.",
    ja="同梱のプロファイル({known})でもTOMLファイルでもありません: {name}",
)
INCOMPLETE = kind(
    "app.incomplete",
    en="Expected {file} of the node in {directory}, found none that can be read; restore it from the backup.",
    ja="{directory} のノードの {file} がないか、読み取れません。バックアップから復元してください。",
)
NO_PORT = kind(
    "app.no-port",
    en="Expected to listen on {listen}, could not ({cause}); free the port, or change `listen` in settings.toml.",
    ja="{listen} で待ち受けできません({cause})。ポートを解放するか、settings.toml の `listen` を変更してください。",
)
WRONG_NODE = kind(
    "app.wrong-node",
    en="Expected settings.toml and the anchor in {directory} to name the same node, found {settings} and {anchor}; restore both from one backup.",
    ja="{directory} の settings.toml とアンカーが異なるノードを示しています({settings} と {anchor})。同じバックアップから復元してください。",
)
NODE_DIED = kind(
    "app.node-died",
    en="The {name} node did not start ({detail}). Its log is {log}.",
    ja="{name}ノードを起動できませんでした({detail})。ログ: {log}",
)
COMMAND_FAILED = kind(
    "app.command-failed",
    en="`tasuki {command}` ended with {code}: {detail}",
    ja="`tasuki {command}` が終了コード{code}で終わりました: {detail}",
)
DEMO_FAILED = kind(
    "app.demo-failed",
    en="Expected step {step} of the demonstration to hold, it did not ({what}). Run it with --keep DIR and look at the logs there.",
    ja="実演の手順{step}が期待どおりになりませんでした({what})。--keep DIR を付けて実行し、そこのログを確認してください。",
)
KEEP_EXISTS = kind(
    "app.keep-exists",
    en="Expected a folder that does not exist yet, found {path}; name another.",
    ja="まだ存在しないフォルダーを指定してください。{path} は既にあります。",
)
