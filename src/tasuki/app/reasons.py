# SPDX-License-Identifier: MIT
"""Reasons the application gives while it starts."""

from tasuki.base.reasons import kind

TAKEN = kind(
    "app.taken",
    en="Expected the node in {directory} to be free; process {process} holds it and does not answer yet. Wait a moment, or stop that process.",
    ja="{directory} のノードはプロセス{process}が使用中で、まだ応答しません。少し待つか、そのプロセスを停止してください。",
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
