# SPDX-License-Identifier: MIT
"""Reasons the suites give."""

from tasuki.base.reasons import kind

UNKNOWN_SUITE = kind(
    "suites.unknown-suite",
    en="Expected cryptographic suite 1, found suite {suite}; nothing under another suite is trusted. Agree on suite 1 with the partner.",
    ja="暗号スイート 1 が必要ですが、スイート {suite} が示されました。他のスイートは信頼しません。相手とスイート 1 の使用を合意してください。",
)
BAD_KEY = kind(
    "suites.bad-key",
    en="Expected a public key for {algorithm} of {expected} bytes, found {found} bytes; ask the partner for a new anchor.",
    ja="{algorithm} の公開鍵は {expected} バイトのはずですが、{found} バイトでした。相手に新しいアンカーを求めてください。",
)
LOW_ORDER = kind(
    "suites.low-order-key",
    en="Expected an Ed25519 key of full order, found one of the 14 low-order encodings, under which forged signatures verify; refuse it and ask the partner how it was made.",
    ja="Ed25519 の正規の位数の鍵が必要ですが、偽の署名でも検証が通る低位数の符号化(14 種の一つ)でした。受け入れず、相手に鍵の作成方法を確認してください。",
)
NOT_CANONICAL = kind(
    "suites.non-canonical-key",
    en="Expected an Ed25519 key in its one canonical encoding, found another, which could be written a second way; refuse it and ask the partner how it was made.",
    ja="Ed25519 の鍵は唯一の正準な符号化でなければなりませんが、別の書き方もできる符号化でした。受け入れず、相手に鍵の作成方法を確認してください。",
)
LOW_ORDER_KEM = kind(
    "suites.low-order-kem",
    en="Expected a KEM key whose X25519 part has full order, found a low-order point, with which the secret is known to everybody; refuse it and ask the partner how it was made.",
    ja="KEM 鍵の X25519 部分は正規の位数でなければなりませんが、低位数の点でした。これでは共有秘密が誰にでも分かります。受け入れず、相手に鍵の作成方法を確認してください。",
)
NO_ALGORITHM = kind(
    "suites.unknown-algorithm",
    en="Expected a key algorithm of suite 1, found {algorithm}; ask the partner for an anchor under suite 1.",
    ja="スイート 1 の鍵アルゴリズムが必要ですが、{algorithm} でした。相手にスイート 1 のアンカーを求めてください。",
)
BAD_SIGNATURE = kind(
    "suites.bad-signature",
    en="Expected valid Ed25519 and ML-DSA-65 signatures over a statement of type {type}; the {algorithm} signature does not verify. Treat the statement as forged or damaged and ask for it again.",
    ja="種別 {type} の文書には有効な Ed25519 と ML-DSA-65 の両署名が必要ですが、{algorithm} の署名を検証できません。偽造または破損とみなし、再送を求めてください。",
)
NOT_VALID_NOW = kind(
    "suites.key-not-valid",
    en="Expected key {key} to be valid at {at}, but it holds from {start} to {end}; ask the partner to sign with a current key.",
    ja="鍵 {key} は {at} に有効であるはずですが、有効期間は {start} から {end} です。現行の鍵による署名を相手に求めてください。",
)
WRONG_PURPOSE = kind(
    "suites.wrong-purpose",
    en="Expected a key for the purpose {expected}, found key {key} for {found}; a key signs only what it was made for.",
    ja="用途 {expected} の鍵が必要ですが、鍵 {key} の用途は {found} です。鍵は定められた用途にのみ使えます。",
)
TRUNCATED = kind(
    "suites.truncated",
    en="Expected a signed statement with magic {magic}, a length, the statement and two signatures; found {size} bytes that do not fit that form. Fetch it again.",
    ja="マジック {magic}、長さ、本文、二つの署名からなる署名文書が必要ですが、{size} バイトの入力はこの形式に合いません。取得し直してください。",
)
TOO_LARGE = kind(
    "suites.too-large",
    en="Expected a statement of at most {limit} bytes, found a length of {size}; it was not read.",
    ja="文書は最大 {limit} バイトですが、長さ {size} が示されました。読み取りませんでした。",
)
# The next two codes are older than this room; partners of the previous release know them.
NOT_JSON = kind(
    "envelope.not-json",
    en="Expected a {what} as canonical JSON (RFC 8785); found bytes that are not ({found}). Have the sender build it again.",
    ja="{what} は正準 JSON(RFC 8785)でなければなりませんが、そうではありませんでした({found})。送信側で作り直してください。",
)
BAD_FIELD = kind(
    "envelope.bad-field",
    en="Expected the field {field} of a {what} to be {expected}; found something else. Have the sender build it again.",
    ja="{what} のフィールド {field} は {expected} でなければなりません。送信側で作り直してください。",
)
