# SPDX-License-Identifier: MIT
"""Reasons the log formats give."""

from tasuki.base.reasons import kind

PROOF = kind(
    "tlog.proof",
    en="The {proof} proof does not hold: {found}. What it claims is not in the log as signed.",
    ja="{proof}証明が成り立ちません({found})。主張された内容は署名されたログにありません。",
)
NOTE = kind(
    "tlog.note", en="Expected a signed note, found {found}.", ja="署名付きノートが必要ですが、{found}がありました。"
)
KEY = kind(
    "tlog.key",
    en="Expected a verifier key `name+hash+key`, found {found}.",
    ja="検証鍵`name+hash+key`が必要ですが、{found}がありました。",
)
SIGNATURE = kind(
    "tlog.signature",
    en="No valid signature by {name} is on this note.",
    ja="このノートに{name}の有効な署名がありません。",
)
CHECKPOINT = kind(
    "tlog.checkpoint",
    en="Expected a checkpoint (origin, size, root), found {found}.",
    ja="チェックポイント(origin・size・root)が必要ですが、{found}がありました。",
)
COSIGNED = kind(
    "tlog.cosigned",
    en="Expected the message of a cosignature (C2SP tlog-cosignature), found {found}.",
    ja="連署の対象文(C2SP tlog-cosignature)が必要ですが、{found}がありました。",
)
PROOF_TEXT = kind(
    "tlog.proof-text", en="Expected a tlog-proof, found {found}.", ja="tlog-proofが必要ですが、{found}がありました。"
)
POLICY = kind(
    "tlog.policy", en="The policy is wrong in line {line}: {found}.", ja="ポリシーの{line}行目が誤っています: {found}"
)
TILE = kind(
    "tlog.tile",
    en="Expected a tile of a log (hashes, a bundle of entries, or its path), found {found}.",
    ja="ログのタイル(ハッシュ・エントリの束・そのパス)が必要ですが、{found}がありました。",
)
