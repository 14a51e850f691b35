# SPDX-License-Identifier: MIT
"""Reasons of the holdings room."""

from tasuki.base.reasons import kind

HANDLING = kind(
    "holdings.handling",
    en="Expected a handling basis (collection, purpose, permitted_use, personal_data, dispose_by), found {found}.",
    ja="取扱根拠(collection・purpose・permitted_use・personal_data・dispose_by)が必要ですが、{found}がありました。",
)
UNKNOWN_BASIS = kind(
    "holdings.unknown-basis",
    en="Expected a handling basis out of {known}, found {found}.",
    ja="取扱根拠は{known}のいずれかですが、{found}がありました。",
)
SPILL = kind(
    "holdings.spill",
    en="The text is marked {mark}, above the ceiling of this node: not held, only its hash is kept. Start spill handling now.",
    ja="{mark}の表示があり、このノードの上限を超えます。保有せずハッシュのみ残しました。直ちに漏えい対応を開始してください。",
)
TOMBSTONE = kind(
    "holdings.tombstone",
    en="{stix_id} was recalled by {source} before it came; it is not used.",
    ja="{stix_id}は届く前に{source}が取り消したため、使用しません。",
)
UNREADABLE = kind(
    "holdings.unreadable",
    en="Expected STIX, JSON lines or a list of indicators in {name}, found {found}.",
    ja="{name}にはSTIX・JSON Lines・インディケーター一覧が必要ですが、{found}がありました。",
)
NOT_SENDERS = kind(
    "holdings.not-the-senders",
    en="{partner} sent material of {originator} without saying so in its label; not held.",
    ja="{partner}が{originator}の情報をラベルに示さず送ったため、保有しません。",
)
NO_OBJECT = kind(
    "holdings.no-object",
    en="Expected a STIX object, found another JSON value.",
    ja="STIXオブジェクトではないJSONの値です。",
)
EMPTY = kind(
    "holdings.empty",
    en="Expected STIX, JSON lines or a list of indicators in {name}, found nothing: it is empty.",
    ja="{name}は空です。STIX・JSON Lines・インディケーター一覧のいずれかが必要です。",
)
PACKED = kind(
    "holdings.packed",
    en="Expected text, or text packed with gzip, in {name}, found a {form} file; unpack it first.",
    ja="{name}は{form}形式です。テキストかgzip形式が必要なため、先に展開してください。",
)
ENCODING = kind(
    "holdings.encoding",
    en="Expected UTF-8 text in {name}, found {encoding}; convert it.",
    ja="{name}は{encoding}です。UTF-8に変換してください。",
)
BINARY = kind(
    "holdings.binary",
    en="Expected text in {name}, found a zero byte at offset {offset}; this is no STIX and no list.",
    ja="{name}の{offset}バイト目にゼロバイトがあります。STIXでも一覧でもないファイルです。",
)
TOO_LONG = kind(
    "holdings.too-long",
    en="Expected at most {limit} bytes, found more; the rest was not read. Bring it in parts.",
    ja="上限は{limit}バイトですが、超えています。以降は読み取っていません。分割してください。",
)
STAYS_LOCAL = kind(
    "holdings.stays-local",
    en="No handling basis was named, so all of it stays at this node; where you know it, name it with `--basis` when you import.",
    ja="取扱根拠の指定がないため、全てこのノードに留まります。分かっている場合は、取り込み時に `--basis` で指定してください。",
)
UNKNOWN_TLP = kind(
    "holdings.unknown-tlp",
    en="Expected a TLP label out of {known}, found {found}.",
    ja="TLPは{known}のいずれかですが、{found}がありました。",
)
DISPOSE_BY = kind(
    "holdings.dispose-by",
    en="Expected a day or moment to come, such as 2027-03-31 or 2027-03-31T15:00:00Z, found {found}.",
    ja="処分期限には今後の日付か日時(例: 2027-03-31、2027-03-31T15:00:00Z)が必要ですが、{found}がありました。",
)
