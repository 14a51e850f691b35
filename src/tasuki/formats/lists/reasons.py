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
WHOLE_REGISTRY = kind(
    "lists.whole-registry",
    en="{found} is a name under which everybody registers; as an indicator it would match a whole registry. The line is left out.",
    ja="{found}は誰もがその下に登録できる名前で、レジストリ全体に一致するため、インディケーターにできません。この行は除きます。",
)
NOT_UTF8 = kind(
    "lists.not-utf8",
    en="Expected UTF-8 text, found other bytes; the line is left out.",
    ja="UTF-8ではない行です。この行は除きます。",
)
TOO_LONG = kind(
    "lists.too-long",
    en="Expected a line of at most {limit} bytes, found a longer one; the line is left out.",
    ja="1行は最大{limit}バイトですが、それより長い行です。この行は除きます。",
)
