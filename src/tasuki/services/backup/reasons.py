# SPDX-License-Identifier: MIT
"""Why a backup is not taken, or a node not restored."""

from tasuki.base.reasons import kind

NO_PASSPHRASE = kind(
    "backup.no-passphrase",
    en="Expected a passphrase of at least {least} characters for the keys in the backup; give it with --passphrase-file, or type it when asked.",
    ja="バックアップ内の鍵には{least}文字以上のパスフレーズが必要です。--passphrase-file で指定するか、入力してください。",
)
EXISTS = kind(
    "backup.exists",
    en="Expected no file at {path} yet; it was left alone. Name another.",
    ja="{path} は既に存在するため、変更していません。別の名前を指定してください。",
)
NOT_WRITTEN = kind(
    "backup.not-written",
    en="The backup could not be written to {path} ({cause}); nothing was left there. Make room, or name another place.",
    ja="{path} にバックアップを書き込めません({cause})。何も残していません。空きを確保するか、別の場所を指定してください。",
)
PART_WRONG = kind(
    "backup.part-wrong",
    en="Expected in the backup what its own list says, found {part} to be something else; take another backup.",
    ja="バックアップの内容({part})が一覧と一致しません。別のバックアップを使ってください。",
)
NO_KEYS = kind(
    "backup.no-keys",
    en="This backup holds no keys; name what is left of the node, or a copy of its keys/, tls/ and vault.key, with --old DIR.",
    ja="このバックアップに鍵は含まれていません。ノードの残りか、keys/、tls/、vault.key の写しを --old DIR で指定してください。",
)
FOLDER_EXISTS = kind(
    "backup.folder-exists",
    en="Expected no {directory} yet; nothing was restored. Move what is there aside, then name it with --old, so that its journal is used.",
    ja="{directory} が既に存在するため、復元していません。退避したうえで、--old で指定してください(ジャーナルを使用するため)。",
)
DATABASE_THERE = kind(
    "backup.database-there",
    en="Expected an empty database at the place that the settings name, found one with content; nothing was restored. Empty it, or name another with --database.",
    ja="設定が示すデータベースは空でなければなりません。何も復元していません。空にするか、--database で別のものを指定してください。",
)
OTHER_DATABASE = kind(
    "backup.other-database",
    en="This backup holds a {found} database, and the settings name a {wanted} one; name a database of the same kind with --database.",
    ja="バックアップのデータベースは{found}ですが、設定は{wanted}です。同じ種類のデータベースを --database で指定してください。",
)
NOT_RESTORED = kind(
    "backup.not-restored",
    en="The node could not be restored to {directory} ({cause}); nothing was left there. Make room, then try again.",
    ja="{directory} にノードを復元できません({cause})。何も残していません。空きを確保し、再試行してください。",
)
