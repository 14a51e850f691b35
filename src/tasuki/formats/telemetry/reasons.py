# SPDX-License-Identifier: MIT
"""Reasons the log readers give."""

from tasuki.base.reasons import kind

NO_JSON = kind(
    "telemetry.no-json",
    en="Expected a JSON object, found something else.",
    ja="JSONオブジェクトではありません。",
)
TOO_LONG = kind(
    "telemetry.too-long",
    en="Expected at most {limit} bytes in one line, found {found}.",
    ja="1行は最大{limit}バイトですが、{found}バイトあります。",
)
NO_HEADER = kind(
    "telemetry.no-header",
    en="Expected a `#fields` line before the first record, found none.",
    ja="最初のレコードの前に`#fields`行がありません。",
)
COLUMNS = kind(
    "telemetry.columns",
    en="Expected {expected} values, as many as `#fields` names, found {found}.",
    ja="`#fields`が示す{expected}個の値が必要ですが、{found}個です。",
)
