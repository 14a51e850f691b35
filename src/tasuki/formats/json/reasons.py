# SPDX-License-Identifier: MIT
"""Reasons the JSON reader gives; every place is line and column, both from 1."""

from tasuki.base.reasons import kind

TOO_LARGE = kind(
    "json.too-large",
    en="Expected at most {limit} bytes of JSON, found {found}; split the input.",
    ja="JSONは最大{limit}バイトですが、{found}バイトありました。分割してください。",
)
TOO_DEEP = kind(
    "json.too-deep",
    en="Expected nesting of at most {limit} levels, found more at line {line}, column {column}.",
    ja="入れ子は最大{limit}段ですが、{line}行{column}桁でそれを超えました。",
)
NOT_UTF8 = kind(
    "json.not-utf8",
    en="Expected UTF-8 text, found another byte at offset {offset}; convert the file to UTF-8.",
    ja="UTF-8の文字列が必要ですが、{offset}バイト目に別のバイトがあります。UTF-8に変換してください。",
)
BYTE_ORDER_MARK = kind(
    "json.byte-order-mark",
    en="Expected JSON to start at once, found a byte order mark; save the file without one.",
    ja="先頭にBOMがあります。BOMなしで保存してください。",
)
DUPLICATE_MEMBER = kind(
    "json.duplicate-member",
    en="Expected each member name once, found {name} twice, again at line {line}, column {column}; remove one.",
    ja="メンバー名{name}が重複しています({line}行{column}桁)。一方を削除してください。",
)
LONE_SURROGATE = kind(
    "json.lone-surrogate",
    en="Expected whole characters, found half of a surrogate pair at line {line}, column {column}.",
    ja="{line}行{column}桁に片方だけのサロゲートがあります。",
)
INTEGER_RANGE = kind(
    "json.integer-range",
    en="Expected integers within 2^53 - 1, found a larger one at line {line}, column {column}; write it as a string.",
    ja="{line}行{column}桁の整数が2^53-1を超えています。文字列で書いてください。",
)
NUMBER_RANGE = kind(
    "json.number-range",
    en="Expected a finite number, found one too large at line {line}, column {column}.",
    ja="{line}行{column}桁の数値が大きすぎます。",
)
UNEXPECTED = kind(
    "json.unexpected",
    en="Expected {expected}, found {found} at line {line}, column {column}.",
    ja="{line}行{column}桁: {expected}が必要ですが、{found}がありました。",
)
TRAILING = kind(
    "json.trailing",
    en="Expected nothing after the value, found more at line {line}, column {column}.",
    ja="値の後に余分な文字があります({line}行{column}桁)。",
)
NOT_A_BUNDLE = kind(
    "json.not-objects",
    en="Expected a STIX object, a bundle or a list of objects, found {found}.",
    ja="STIXオブジェクト、バンドル、またはオブジェクトの配列が必要ですが、{found}がありました。",
)
TRUNCATED = kind(
    "json.truncated",
    en="Expected the document to close every bracket it opens, found its end on line {line}; ask for the rest. What came before the end was read.",
    ja="開いた括弧が閉じられないまま、{line}行目で文書が終わっています。残りを入手してください。終わりまでの部分は読み取りました。",
)
MEMBER_TWICE = kind(
    "json.bundle-member-twice",
    en="Expected each member of the bundle once, found {name} again on line {line}; the objects of both were read.",
    ja="バンドルのメンバー{name}が{line}行目で重複しています。双方のオブジェクトを読み取りました。",
)
GAVE_UP = kind(
    "json.gave-up",
    en="Expected objects, found {limit} faults between them up to line {line}; the rest was not read. Correct the file, or ask for it anew.",
    ja="{line}行目までにオブジェクト以外の誤りが{limit}件あったため、以降は読み取っていません。ファイルを修正するか、再度入手してください。",
)
NO_BUNDLE_TYPE = kind(
    "json.no-bundle-type",
    en='Expected "type": "bundle" beside `objects`, found no type up to line {line}; its objects were read.',
    ja='`objects`と並ぶ"type": "bundle"がありません({line}行目まで)。オブジェクトは読み取りました。',
)
