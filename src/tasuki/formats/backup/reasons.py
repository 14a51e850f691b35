# SPDX-License-Identifier: MIT
"""Why something is no backup."""

from tasuki.base.reasons import kind

NO_BACKUP = kind(
    "backup.no-backup",
    en="Expected a backup of a node, found something else ({found}).",
    ja="ノードのバックアップではありません({found})。",
)
BAD_MANIFEST = kind(
    "backup.bad-manifest",
    en="Expected the list of what a backup holds, found another form ({found}); take another backup.",
    ja="バックアップの内容一覧の形式が正しくありません({found})。別のバックアップを使ってください。",
)
