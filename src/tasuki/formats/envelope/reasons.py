# SPDX-License-Identifier: MIT
"""Reasons the envelope room gives."""

from tasuki.base.reasons import kind

TOO_LARGE = kind(
    "envelope.too-large",
    en="Expected an envelope of at most {limit} bytes, found {size}; it was not read. Send less at once.",
    ja="封筒は最大 {limit} バイトですが、{size} バイトでした。読み取りませんでした。分割して送ってください。",
)
CIPHERTEXT_DIFFERS = kind(
    "envelope.ciphertext-differs",
    en="Expected the ciphertext that the header of {env_id} names; found {found} bytes with another hash. It was damaged on the way: send it again.",
    ja="{env_id} のヘッダーが示す暗号文のはずですが、ハッシュの異なる {found} バイトでした。伝送中に破損しています。再送してください。",
)
PAYLOAD_DIFFERS = kind(
    "envelope.payload-differs",
    en="Expected the payload whose hash the header of {env_id} names; what was inside has another. Seal and send it anew.",
    ja="{env_id} のヘッダーが示すハッシュのペイロードが必要ですが、中身のハッシュが異なります。改めて封をして送ってください。",
)
PAYLOAD_BAD = kind(
    "envelope.payload-bad",
    en="Expected a manifest and the object bodies it lists; found {found} at entry {entry}. Nothing of it was taken in; build it again.",
    ja="目録と、目録に載る本体が必要ですが、{entry} 番目の項目が不正です({found})。何も取り込みませんでした。作り直してください。",
)
NO_KEY = kind(
    "envelope.no-key",
    en="Expected {node} to have a valid key for the purpose {purpose}, found none that fits {key}; ask for its current anchor.",
    ja="{node} には用途 {purpose} の有効な鍵が必要ですが、{key} に合う鍵がありません。最新のアンカーを求めてください。",
)
ANCHOR_TIME = kind(
    "envelope.anchor-time",
    en="Expected the anchor of {node} to expire after it was made, found the end {expires}; ask for a new anchor.",
    ja="{node} のアンカーの期限は作成日時より後でなければなりませんが、{expires} でした。新しいアンカーを求めてください。",
)
BAD_FINGERPRINT = kind(
    "envelope.bad-fingerprint",
    en="Expected a fingerprint as 64 hex digits or as 52 syllables, found {found}; read it again from the other screen.",
    ja="指紋は 16 進 64 桁または 52 音節のはずですが、{found} でした。相手の画面からもう一度読み取ってください。",
)
