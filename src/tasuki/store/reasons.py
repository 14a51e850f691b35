# SPDX-License-Identifier: MIT
"""Reasons the store gives."""

from tasuki.base.reasons import kind

FAILED = kind(
    "store.failed",
    en="The database refused the write ({cause}); nothing was changed. Check disk space and the database, then try again.",
    ja="データベースが書き込みを拒否しました({cause})。何も変更されていません。ディスクの空きとデータベースを確認し、再試行してください。",
)
NO_SPACE = kind(
    "store.no-space",
    en="The database refused the write: its disk is full ({cause}); nothing was changed. Make room, then try again.",
    ja="ディスクの空きがないため、データベースが書き込みを拒否しました({cause})。何も変更されていません。空きを確保し、再試行してください。",
)
CLOSED = kind(
    "store.closed",
    en="The node is stopping and takes no more writes; try again when it runs.",
    ja="ノードは停止処理中で、書き込みを受け付けません。稼働後に再試行してください。",
)
UNSURE = kind(
    "store.unsure",
    en="The connection to the database was lost while it committed ({cause}); whether the write was kept is not known. Look with `tasuki status` before doing it again.",
    ja="確定処理中にデータベースとの接続が切れました({cause})。書き込みが保存されたかどうかは不明です。再実行の前に `tasuki status` で確認してください。",
)
UNREAD = kind(
    "store.unread",
    en="The database could not be read ({cause}). Check that it runs and that its disk is well, then try again.",
    ja="データベースを読み取れません({cause})。稼働状況とディスクを確認し、再試行してください。",
)
NO_DATABASE_URL = kind(
    "store.no-database-url",
    en="Expected the URL of a database, `postgresql://USER@HOST/NAME` or `sqlite:///PATH`, found something else; correct it.",
    ja="データベースのURLではありません。`postgresql://USER@HOST/NAME` または `sqlite:///PATH` の形に修正してください。",
)
NO_DRIVER = kind(
    "store.no-driver",
    en="Expected the driver for PostgreSQL, found it not installed; install `tasuki[postgres]`.",
    ja="PostgreSQL用のドライバーがありません。`tasuki[postgres]` をインストールしてください。",
)
BEING_UPGRADED = kind(
    "store.being-upgraded",
    en="Another process is upgrading this database; wait until it is done, then try again.",
    ja="別のプロセスがこのデータベースを更新中です。完了を待って再試行してください。",
)
NOT_REACHED = kind(
    "store.not-reached",
    en="The database was not reached ({cause}); nothing was changed. Check its URL, and that it runs.",
    ja="データベースに接続できません({cause})。何も変更していません。URLと稼働状況を確認してください。",
)
IN_USE = kind(
    "store.in-use",
    en="Expected nobody else at the database, found another process of this node connected to it; stop every process of the node first.",
    ja="このノードの別のプロセスがデータベースに接続しています。先にノードのプロセスをすべて停止してください。",
)
WRONG_SERVER = kind(
    "store.wrong-server",
    en="Expected PostgreSQL {oldest} or newer with a database in UTF8, found {found} with {encoding}; create the database anew with ENCODING 'UTF8' on a server that is new enough.",
    ja="PostgreSQL {oldest} 以降とUTF8のデータベースが必要ですが、版{found}、文字コード{encoding}でした。要件を満たすサーバーに ENCODING 'UTF8' で作り直してください。",
)
NO_SCHEMA = kind(
    "store.no-schema",
    en="Expected the schema of a node in its database, found none; correct the URL in settings.toml, or restore the database from the backup.",
    ja="データベースにノードのスキーマがありません。settings.toml のURLを修正するか、データベースをバックアップから復元してください。",
)
SCHEMA_OLDER = kind(
    "store.schema-older",
    en="Expected a database at revision {head}, found the older {found}; nothing was changed. Stop the node and run `tasuki upgrade`: it makes a backup first.",
    ja="データベースはリビジョン{head}でなければなりませんが、古い{found}でした。何も変更していません。ノードを停止し `tasuki upgrade` を実行してください(先にバックアップを作成します)。",
)
SCHEMA_NEWER = kind(
    "store.schema-newer",
    en="Expected a database at revision {head}, found {found}, which a newer Tasuki made; nothing was changed. Install that version, or restore the backup made before its upgrade.",
    ja="データベースはリビジョン{head}でなければなりませんが、新しい版のTasukiによる{found}でした。何も変更していません。その版をインストールするか、更新前のバックアップを復元してください。",
)
TRACES_LEFT = kind(
    "store.traces-left",
    en="What was disposed of is gone, but sealed copies stay in the database's write-ahead log while somebody reads an old state. The next disposal empties it; restart the node if that must be now.",
    ja="廃棄は完了しましたが、以前の状態を読み取り中の処理があるため、暗号化された写しが先行書き込みログに残っています。次回の廃棄時に消去されます。直ちに消去するにはノードを再起動してください。",
)
NO_WAY = kind(
    "store.no-way",
    en="Expected revisions that lead from {found} to {head}, found none; upgrade by way of the versions between, or restore a backup.",
    ja="リビジョン{found}から{head}への移行手順がありません。間の版を経て更新するか、バックアップから復元してください。",
)
COPY_FAILED = kind(
    "store.copy-failed",
    en="The copy of the database could not be made in {folder} ({cause}); nothing was changed. Make room there, then try again.",
    ja="{folder} にデータベースの写しを作成できません({cause})。何も変更していません。空きを確保し、再試行してください。",
)
COPY_BROKEN = kind(
    "store.copy-broken",
    en="Expected a sound copy of the database, found it damaged ({cause}); nothing was changed. Look at the disk and run `tasuki doctor`: the database itself may be damaged.",
    ja="データベースの写しが破損しています({cause})。何も変更していません。データベース自体が破損している可能性があるため、ディスクを確認し `tasuki doctor` を実行してください。",
)
