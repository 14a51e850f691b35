# SPDX-License-Identifier: MIT
"""Reasons the list reader gives."""

from tasuki.base.reasons import kind

NOT_A_VALUE = kind(
    "lists.not-a-value",
    en="Expected an address, network, domain, URL, e-mail address or hash, found {found}; the line is left out.",
    ja="アドレス・ネットワーク・ドメイン・URL・メールアドレス・ハッシュのいずれかが必要ですが、{found}がありました。この行は除きます。",
)
NO_COLUMN = kind(
    "lists.no-column",
    en="Expected a column `indicator` or `value`, found {found}.",
    ja="列`indicator`か`value`が必要ですが、{found}がありました。",
)
WHOLE_INTERNET = kind(
    "lists.whole-internet",
    en="{found} covers everybody; as an indicator it would match every record. The line is left out.",
    ja="{found}は全てのアドレスに一致するため、インディケーターにできません。この行は除きます。",
)
NOT_UTF8 = kind(
    "lists.not-utf8",
    en="Expected UTF-8 text, found other bytes; the line is left out.",
    ja="UTF-8ではない行です。この行は除きます。",
)
