# SPDX-License-Identifier: MIT
"""Reasons the adapters give for keys, signing and sealing."""

from tasuki.base.reasons import kind

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
