# SPDX-License-Identifier: MIT
"""Reasons the adapters give for keys, signing and sealing."""

from tasuki.base.reasons import kind

BUNDLE_READER = kind(
    "bundle.reader-failed",
    en="The process that reads bundles ended without an answer (code {code}); nothing was taken in. Treat the file as hostile, and keep it for whoever looks into it.",
    ja="バンドルを読むプロセスが応答せずに終了しました(コード {code})。何も取り込んでいません。ファイルを悪意あるものとして扱い、調査のため保管してください。",
)

CANNOT_OPEN = kind(
    "adapters.cannot-open",
    en="Expected content sealed to this node's key and bound to its header; it does not open. Have it sealed anew.",
    ja="このノードの鍵で封をされ、ヘッダーに結び付いた内容が必要ですが、開封できません。改めて封をするよう求めてください。",
)
KEYS_EXIST = kind(
    "adapters.keys-exist",
    en="Expected no keys in {directory} yet, found some; they were left alone. Use another directory, or rotate the keys.",
    ja="{directory} に鍵はまだないはずですが、既に存在します。既存の鍵は変更していません。別のディレクトリを使うか、鍵を更新してください。",
)
KEYS_MISSING = kind(
    "adapters.keys-missing",
    en="Expected this node's keys in {directory}, found none; run `tasuki init`, or restore the directory from its backup.",
    ja="{directory} にこのノードの鍵がありません。`tasuki init` を実行するか、バックアップから復元してください。",
)
KEY_FILE_BAD = kind(
    "adapters.key-file-bad",
    en="Expected {file} to be a key file of this project, readable by its owner only; it is not. Restore it from the backup.",
    ja="{file} は所有者だけが読める本ソフトウェアの鍵ファイルでなければなりません。バックアップから復元してください。",
)
NOT_OURS = kind(
    "adapters.not-our-statement",
    en="Expected a {what} that names {me} as its author, found {found}; the signer signs for this node only.",
    ja="{me} を作成者とする {what} が必要ですが、{found} でした。署名プロセスはこのノードの文書にのみ署名します。",
)
NO_PRIVATE_KEY = kind(
    "adapters.no-private-key",
    en="Expected a private key {key} for the purpose {purpose}; the signer has none. It may have been destroyed after its time.",
    ja="用途 {purpose} の秘密鍵 {key} が署名プロセスにありません。期限後に破棄された可能性があります。",
)
SIGNER_GONE = kind(
    "adapters.signer-gone",
    en="Expected an answer from the signer process, found none ({cause}); nothing was signed. The node restarts it: try again.",
    ja="署名プロセスから応答がありません({cause})。署名は行われていません。ノードが再起動しますので、再試行してください。",
)
SIGNER_REFUSED = kind(
    "adapters.signer-refused",
    en="The signer refused the statement: {why}",
    ja="署名プロセスが文書を拒否しました: {why}",
)
VAULT_BODY = kind(
    "adapters.vault-body",
    en="A body in the store does not open with this node's key: the store was altered, or the key is another node's. Restore both from one backup.",
    ja="保管された本文がこのノードの鍵で開けません。保管内容が変更されたか、別のノードの鍵です。同じバックアップから両方を復元してください。",
)
VAULT_KEY = kind(
    "adapters.vault-key",
    en="Expected the key of the store, 32 bytes, in {path}; it is missing or damaged. Restore it from the backup: without it nothing held can be read.",
    ja="{path} に32バイトの保管鍵が必要ですが、見つからないか壊れています。バックアップから復元してください。鍵がなければ保有内容を読めません。",
)
TLS_MISSING = kind(
    "adapters.tls-missing",
    en="Expected this node's TLS certificate and key at {path}; they are missing or damaged. Restore them from the backup.",
    ja="{path} にこのノードのTLS証明書と鍵がないか、壊れています。バックアップから復元してください。",
)
CANNOT_REACH = kind(
    "adapters.cannot-reach",
    en="{partner} was not reached ({cause}); what is to be sent stays queued and is tried again. Check network and endpoint.",
    ja="{partner} に接続できませんでした({cause})。送信するものは待ち行列に残り、再試行されます。ネットワークと接続先を確認してください。",
)
NOT_THE_PARTNER = kind(
    "adapters.not-the-partner",
    en="Expected the certificate that the anchor of {partner} names, found another; nothing was exchanged. Ask the partner by another way.",
    ja="{partner} のアンカーに記された証明書ではありません。何も交換していません。別の手段で相手に確認してください。",
)
STRANGE_ANSWER = kind(
    "adapters.strange-answer",
    en="Expected an answer of the exchange protocol from {partner}, found {found}; it is tried again. Tell the partner if it persists.",
    ja="{partner} の応答が交換プロトコルに合いません({found})。再試行します。続く場合は相手に連絡してください。",
)
SETTINGS_BAD = kind(
    "adapters.settings-bad",
    en="Expected settings this version knows in {path}, found: {detail}. Correct the file.",
    ja="{path} の設定が正しくありません: {detail}。ファイルを修正してください。",
)
SETTINGS_MISSING = kind(
    "adapters.settings-missing",
    en="Expected a node in {directory}, found no settings.toml there; run `tasuki init`, or name another directory.",
    ja="{directory} に settings.toml がなく、ノードではありません。`tasuki init` を実行するか、別のディレクトリを指定してください。",
)
PERMISSIONS = kind(
    "adapters.permissions",
    en="Expected {path} to be readable by its owner alone, found mode {mode}; run `chmod go-rwx {path}`.",
    ja="{path} は所有者だけが読めなければなりませんが、モードは{mode}です。`chmod go-rwx {path}` を実行してください。",
)
NO_DUMP = kind(
    "adapters.no-dump",
    en="The copy of the database could not be made ({cause}); nothing was changed. Make one yourself, such as with: {command} - then run `tasuki upgrade --backed-up`.",
    ja="データベースの写しを作成できません({cause})。何も変更していません。例えば {command} で自ら作成し、`tasuki upgrade --backed-up` を実行してください。",
)
JOURNAL_FAILED = kind(
    "adapters.journal-failed",
    en="The journal beside the database could not be written or read ({path}: {cause}). What was to be kept there waits in the database and is written with the next act; make room on the disk.",
    ja="データベース横のジャーナルを読み書きできません({path}: {cause})。記録すべき内容はデータベースで待機し、次の操作時に書き込まれます。ディスクの空きを確保してください。",
)
JOURNAL_BROKEN = kind(
    "adapters.journal-broken",
    en="Expected the journal of this node in {path}, found it altered behind entry {count}, or another node's; nothing was added. Keep the file, and move it aside only after a backup.",
    ja="{path} のこのノードのジャーナルが{count}件目より後で改変されているか、別のノードのものです。追記していません。ファイルを保存し、バックアップ後にのみ移動してください。",
)
NO_RECOVERY_KEY = kind(
    "adapters.no-recovery-key",
    en="Expected the public recovery key of this node in {path}, found none; make one with `tasuki backup --new-key FILE`, and keep that file away from the node.",
    ja="{path} に復旧用公開鍵がありません。`tasuki backup --new-key FILE` で作成し、そのファイルはノードとは別の場所に保管してください。",
)
RECOVERY_KEY_BAD = kind(
    "adapters.recovery-key-bad",
    en="Expected a recovery key of this project at {path}, or room for a new one, found {found}; name another file.",
    ja="{path} は本ソフトウェアの復旧鍵ではないか、新しく作成できません({found})。別のファイルを指定してください。",
)
BACKUP_DAMAGED = kind(
    "adapters.backup-damaged",
    en="Expected a whole backup in {path}, found it missing, cut off or altered; take another one.",
    ja="{path} のバックアップがないか、途中で切れているか、改変されています。別のバックアップを使ってください。",
)
BACKUP_OTHER_KEY = kind(
    "adapters.backup-other-key",
    en="Expected the recovery key to which {path} was sealed, found another; try the key that was current when it was made.",
    ja="{path} を封じた復旧鍵ではありません。作成当時の復旧鍵を使ってください。",
)
WRONG_PASSPHRASE = kind(
    "adapters.wrong-passphrase",
    en="Expected the passphrase under which the keys in the backup are sealed, found another; nothing was restored.",
    ja="バックアップ内の鍵を封じたパスフレーズではありません。何も復元していません。",
)
NOT_RENEWED = kind(
    "adapters.not-renewed",
    en="Expected keys of the purposes envelope, kem, log or witness, found {purpose}; keys of a root or role change by a ceremony: `tasuki key root`.",
    ja="更新できるのは用途 envelope・kem・log・witness の鍵ですが、{purpose} が指定されました。ルートや役割の鍵は儀式(`tasuki key root`)で変更します。",
)
NO_BACKUP_DUMP = kind(
    "adapters.no-backup-dump",
    en="The copy of the database could not be made ({cause}); no backup was written. Install PostgreSQL's programs of the server's version here, or copy the database by yourself, such as with: {command}",
    ja="データベースの写しを作成できません({cause})。バックアップは作成していません。サーバーと同じ版のPostgreSQLのプログラムを導入するか、例えば {command} で自ら作成してください。",
)
NO_RESTORE = kind(
    "adapters.no-restore",
    en="The copy could not be put into the database ({cause}); nothing was restored. The database must be empty, and PostgreSQL's programs of the server's version must be installed here.",
    ja="写しをデータベースに復元できません({cause})。何も復元していません。データベースは空で、サーバーと同じ版のPostgreSQLのプログラムが必要です。",
)
PASSPHRASE_FILE = kind(
    "adapters.passphrase-file",
    en="Expected a passphrase of at least {least} characters on the first line of {path}; write one there, readable by its owner alone.",
    ja="{path} の一行目に {least} 文字以上のパスフレーズが必要です。所有者のみが読める形で書いてください。",
)
PASSPHRASE_WRONG = kind(
    "adapters.passphrase-wrong",
    en="Expected the passphrase the key was sealed under, found another; nothing was opened.",
    ja="鍵を封じたパスフレーズではありません。何も開きませんでした。",
)
HOLDER_FILE_BAD = kind(
    "adapters.holder-file",
    en="Expected a holder's key file at {path}, found {found}; make one with `tasuki key root make`.",
    ja="{path} に保持者の鍵ファイルが必要ですが、{found} でした。`tasuki key root make` で作成してください。",
)
HOLDER_FILE_EXISTS = kind(
    "adapters.holder-exists",
    en="Expected room for a new key file at {path}, found a file of that name; keys are never overwritten. Name another.",
    ja="{path} には同名のファイルがあります。鍵は上書きしません。別の名前を指定してください。",
)
HOLDER_SEALED = kind(
    "adapters.holder-sealed",
    en="The key file {path} is sealed; name the file with its passphrase: --passphrase-file FILE.",
    ja="鍵ファイル {path} は封じられています。パスフレーズのファイルを指定してください: --passphrase-file FILE",
)
KEYS_SEALED = kind(
    "adapters.keys-sealed",
    en="The node's key files are sealed and its service was given no passphrase; set TASUKI_KEY_PASSPHRASE_FILE or the credential tasuki-keys.",
    ja="ノードの鍵ファイルは封じられていますが、サービスにパスフレーズが渡されていません。TASUKI_KEY_PASSPHRASE_FILE または資格情報 tasuki-keys を設定してください。",
)
