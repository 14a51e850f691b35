# SPDX-License-Identifier: MIT
"""Reasons the trust room gives."""

from tasuki.base.reasons import kind

NOT_A_FILE = kind(
    "trust.not-a-file",
    en="Expected trust metadata: signed statements one after another, found {found}. Fetch it again from the partner.",
    ja="署名文書が連続する信頼情報が必要ですが、{found} でした。相手から取得し直してください。",
)
TOO_MUCH = kind(
    "trust.too-much",
    en="Expected trust metadata with at most {limit} of {what}, found more; nothing of it was taken. Ask the partner what happened.",
    ja="信頼情報の {what} は最大 {limit} ですが、超えていました。何も受け入れませんでした。相手に事情を確認してください。",
)
WRONG_ROLE = kind(
    "trust.wrong-role",
    en="Expected a statement of the role {expected}, found one of {found}; a statement counts for its own role only.",
    ja="役割 {expected} の文書が必要ですが、{found} の文書でした。文書はその役割についてのみ有効です。",
)
BAD_THRESHOLD = kind(
    "trust.bad-threshold",
    en="Expected a threshold from 1 to the number of holders of the role {role}, which is {holders}; found {found}. The statement is refused.",
    ja="役割 {role} のしきい値は 1 以上、保持者数 {holders} 以下でなければなりませんが、{found} でした。この文書は受け入れません。",
)
TWICE = kind(
    "trust.twice",
    en="Expected every {what} once, found {found} twice: it could be counted twice. The statement is refused.",
    ja="{what} は一度しか現れてはなりませんが、{found} が二度ありました。二重に数えられるおそれがあるため、この文書は受け入れません。",
)
TIMES = kind(
    "trust.times",
    en="Expected a statement of {node} that expires after it was made, found the end {expires}; ask for a new one.",
    ja="{node} の文書の期限は作成日時より後でなければなりませんが、{expires} でした。新しい文書を求めてください。",
)
