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
