# SPDX-License-Identifier: MIT
"""Reasons the STIX rules give; each problem carries the clause of STIX 2.1 beside it."""

from tasuki.base.reasons import kind

NOT_AN_OBJECT = kind(
    "stix.not-an-object",
    en="Expected a STIX object, found {found}.",
    ja="STIXオブジェクトが必要ですが、{found}がありました。",
)
TYPE_MISSING = kind(
    "stix.type-missing",
    en="Expected `type` as text; without it nothing can be said about this object.",
    ja="`type`が文字列で必要です。なければ判断できません。",
)
TYPE_SYNTAX = kind(
    "stix.type-syntax",
    en="Expected a type of 3 to 250 letters a-z, digits and hyphens, found {found}.",
    ja="typeは3~250字の英小文字・数字・ハイフンですが、{found}がありました。",
)
ID_SYNTAX = kind(
    "stix.id-syntax",
    en="Expected an id `{type}--<UUID>`, found {found}.",
    ja="idは`{type}--<UUID>`ですが、{found}がありました。",
)
SPEC_VERSION = kind(
    "stix.spec-version",
    en="Expected spec_version 2.0 or 2.1, found {found}.",
    ja="spec_versionは2.0か2.1ですが、{found}がありました。",
)
REQUIRED = kind(
    "stix.required",
    en="Expected property `{name}`, which {type} must have; add it.",
    ja="{type}に必須のプロパティ`{name}`がありません。",
)
WRONG_TYPE = kind(
    "stix.wrong-type", en="Expected {expected}, found {found}.", ja="{expected}が必要ですが、{found}がありました。"
)
EMPTY_LIST = kind(
    "stix.empty-list",
    en="Expected at least one element, or the property left out; found an empty list.",
    ja="空の配列です。要素を入れるか、プロパティを省いてください。",
)
TIMESTAMP = kind(
    "stix.timestamp",
    en="Expected an RFC 3339 timestamp ending in Z, found {found}.",
    ja="末尾がZのRFC 3339の日時が必要ですが、{found}がありました。",
)
TIME_ORDER = kind(
    "stix.time-order",
    en="Expected `{later}` not before `{earlier}`; found it earlier.",
    ja="`{later}`は`{earlier}`より前にできません。",
)
REFERENCE = kind(
    "stix.reference",
    en="Expected the id of {expected}, found {found}.",
    ja="{expected}のidが必要ですが、{found}がありました。",
)
CONFIDENCE = kind(
    "stix.confidence",
    en="Expected confidence from 0 to 100, found {found}.",
    ja="confidenceは0~100ですが、{found}がありました。",
)
HASH = kind(
    "stix.hash",
    en="Expected a {algorithm} of {length} hexadecimal digits, found {found}.",
    ja="{algorithm}は{length}桁の16進数ですが、{found}がありました。",
)
PROPERTY_NAME = kind(
    "stix.property-name",
    en="Expected a property name of letters a-z, digits and underscores, at most 250; found {found}.",
    ja="プロパティ名は英小文字・数字・下線の250字以内ですが、{found}がありました。",
)
CUSTOM = kind(
    "stix.custom-property",
    en="`{name}` is no property of {type} in STIX 2.1 and no extension announces it; kept as it is.",
    ja="`{name}`はSTIX 2.1の{type}にないプロパティで、拡張の宣言もありません。そのまま保持します。",
)
CUSTOM_TYPE = kind(
    "stix.custom-type",
    en="{type} is no type of STIX 2.1 and no extension announces it; kept as it is.",
    ja="{type}はSTIX 2.1にない型で、拡張の宣言もありません。そのまま保持します。",
)
ONE_OF = kind("stix.one-of", en="Expected at least one of {names}; found none.", ja="{names}のいずれかが必要です。")
EXTENSION = kind(
    "stix.extension",
    en="Expected an extension as an object with `extension_type` where its key is an extension-definition id.",
    ja="キーがextension-definitionのidの拡張には、`extension_type`を持つオブジェクトが必要です。",
)
GRANULAR = kind(
    "stix.granular-marking",
    en="Expected a granular marking with `selectors` and either `marking_ref` or `lang`.",
    ja="granular markingには`selectors`と、`marking_ref`か`lang`の一方が必要です。",
)
EXTERNAL = kind(
    "stix.external-reference",
    en="Expected an external reference with `source_name` and one of description, url, external_id.",
    ja="external referenceには`source_name`と、description・url・external_idのいずれかが必要です。",
)
KILL_CHAIN = kind(
    "stix.kill-chain-phase",
    en="Expected a phase with `kill_chain_name` and `phase_name`.",
    ja="`kill_chain_name`と`phase_name`が必要です。",
)
VALUE = kind("stix.value", en="Expected {expected}, found {found}.", ja="{expected}が必要ですが、{found}がありました。")
