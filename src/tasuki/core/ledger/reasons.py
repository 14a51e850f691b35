# SPDX-License-Identifier: MIT
"""Reasons of the ledger room."""

from tasuki.base.reasons import kind

WITNESS_BODY = kind(
    "ledger.witness-body",
    en="Expected `old SIZE`, a proof and a checkpoint, found {found}.",
    ja="`old SIZE`・証明・チェックポイントが必要ですが、{found}がありました。",
)
WITNESS_UNKNOWN = kind("ledger.witness-unknown", en="unknown log {origin}", ja="未知のログ {origin}")
WITNESS_SIGNATURE = kind(
    "ledger.witness-signature",
    en="invalid signature on the checkpoint of {origin}",
    ja="{origin}のチェックポイントの署名が無効です",
)
WITNESS_OLD = kind(
    "ledger.witness-old",
    en="old size is {expected}, not {found}",
    ja="前回のサイズは{expected}です({found}ではありません)",
)
WITNESS_SIZE = kind(
    "ledger.witness-size",
    en="old size {old} is larger than the checkpoint's {size}",
    ja="前回のサイズ{old}がチェックポイントの{size}より大きい",
)
WITNESS_FORK = kind(
    "ledger.witness-fork",
    en="Two roots for size {size} of {origin}: the log was rewritten. Keep both checkpoints as evidence.",
    ja="{origin}のサイズ{size}に二つのルートがあります。ログが書き換えられました。両方を証拠として保存してください。",
)
WITNESS_PROOF = kind(
    "ledger.witness-proof",
    en="the consistency proof does not hold: {found}",
    ja="整合性の証明が成り立ちません: {found}",
)
MIRROR_GAP = kind(
    "ledger.mirror-gap",
    en="Expected leaf {expected} next, found {found}; send from there.",
    ja="次は{expected}番目の葉が必要ですが、{found}番目でした。そこから送ってください。",
)
MIRROR_LEAF = kind(
    "ledger.mirror-leaf",
    en="Expected leaves with index, kind, salt and body, found {found}.",
    ja="葉にはindex・kind・salt・bodyが必要ですが、{found}がありました。",
)
MIRROR_ROOT = kind(
    "ledger.mirror-root",
    en="The mirrored leaves of {origin} do not give the root it signed for size {size}.",
    ja="{origin}のミラーした葉から、サイズ{size}で署名されたルートが得られません。",
)
MIRROR_FALSE = kind(
    "ledger.mirror-false",
    en="Leaf {index} of {partner} says something of envelope {env_id} that is not so here.",
    ja="{partner}の葉{index}は、封筒{env_id}についてここの記録と異なります。",
)
STORE_ALTERED = kind(
    "ledger.store-altered",
    en="Leaf {index} of {log} is not what was logged: the store was altered. Nothing was signed; restore and compare.",
    ja="{log}の葉{index}が記録時と異なります。保管内容が変更されています。署名は行いません。復元して照合してください。",
)
NO_LEAF = kind(
    "ledger.no-leaf",
    en="No leaf of the log with {partner} is about {env_id}.",
    ja="{partner}とのログに{env_id}の葉はありません。",
)
NOT_COSIGNED = kind(
    "ledger.not-cosigned",
    en="{partner} has not cosigned a checkpoint that covers leaf {index} yet; sync and try again.",
    ja="{partner}はまだ葉{index}を含むチェックポイントに連署していません。同期して再試行してください。",
)
EVIDENCE = kind(
    "ledger.evidence",
    en="Expected an evidence file, found {found}.",
    ja="証拠ファイルが必要ですが、{found}がありました。",
)
REFUSED = kind(
    "ledger.cosign-refused",
    en="{partner} did not cosign the log: {said}",
    ja="{partner}はログに連署しませんでした: {said}",
)
