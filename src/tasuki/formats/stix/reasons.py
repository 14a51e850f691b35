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
    en="Expected a type of 3 to 250 letters a-z, digits and single hyphens, starting with a letter; found {found}.",
    ja="typeは英小文字で始まる3~250字の英小文字・数字・単独のハイフンですが、{found}がありました。",
)
ID_SYNTAX = kind(
    "stix.id-syntax",
    en="Expected an id `{type}--<UUID>` with a UUID of RFC 4122, version 1 to 5; found {found}.",
    ja="idは`{type}--<UUID>`(RFC 4122のバージョン1~5のUUID)ですが、{found}がありました。",
)
SPEC_VERSION = kind(
    "stix.spec-version",
    en="Expected spec_version 2.0 or 2.1, found {found}.",
    ja="spec_versionは2.0か2.1ですが、{found}がありました。",
)
VERSION_UNSTATED = kind(
    "stix.version-unstated",
    en="Without spec_version this is read as STIX 2.0, though it uses {names} of 2.1; add spec_version if it is 2.1.",
    ja="spec_versionがないためSTIX 2.0として扱いますが、2.1の{names}があります。2.1ならspec_versionを追加してください。",
)
REQUIRED = kind(
    "stix.required",
    en="Expected property `{name}`, which {type} must have; add it.",
    ja="{type}に必須のプロパティ`{name}`がありません。追加してください。",
)
WRONG_TYPE = kind(
    "stix.wrong-type",
    en="Expected JSON {expected}, found {found}.",
    ja="JSONの{expected}が必要ですが、{found}がありました。",
)
NULL = kind(
    "stix.null",
    en="Expected a value or the property left out; STIX has no null.",
    ja="STIXにnullはありません。値を入れるか、プロパティを省いてください。",
)
EMPTY_LIST = kind(
    "stix.empty-list",
    en="Expected at least one element, or the property left out; found an empty list.",
    ja="空の配列です。要素を入れるか、プロパティを省いてください。",
)
EMPTY_DICTIONARY = kind(
    "stix.empty-dictionary",
    en="Expected at least one member, or the property left out; found an empty object.",
    ja="空のオブジェクトです。メンバーを入れるか、プロパティを省いてください。",
)
DICTIONARY_KEY = kind(
    "stix.dictionary-key",
    en="Expected a key of at most 250 letters, digits, hyphens and underscores in ASCII; found {found}.",
    ja="キーは250字以内のASCIIの英字・数字・ハイフン・下線ですが、{found}がありました。",
)
INTEGER_RANGE = kind(
    "stix.integer-range",
    en="Expected an integer of at most 2^53 - 1 in size, found {found}.",
    ja="整数の絶対値は2^53-1以下ですが、{found}がありました。",
)
BOUNDS = kind(
    "stix.bounds",
    en="Expected a number from {lowest} to {highest}, found {found}.",
    ja="{lowest}から{highest}までの数ですが、{found}がありました。",
)
NEGATIVE = kind(
    "stix.negative", en="Expected no negative number, found {found}.", ja="負の数は使えませんが、{found}がありました。"
)
TIMESTAMP = kind(
    "stix.timestamp",
    en="Expected an RFC 3339 timestamp of a moment that exists, ending in Z; found {found}.",
    ja="実在する日時を表す、末尾がZのRFC 3339の日時が必要ですが、{found}がありました。",
)
TIMESTAMP_PRECISION = kind(
    "stix.timestamp-precision",
    en="Expected at least milliseconds, such as .000Z; found {found}.",
    ja="ミリ秒以上の精度(例: .000Z)が必要ですが、{found}がありました。",
)
TIMESTAMP_SECONDS = kind(
    "stix.timestamp-seconds",
    en="Expected whole seconds without a fraction, found {found}.",
    ja="小数部のない秒単位の日時が必要ですが、{found}がありました。",
)
TIME_ORDER = kind(
    "stix.time-order",
    en="Expected `{later}` not before `{earlier}`; found it earlier.",
    ja="`{later}`は`{earlier}`より前にできません。",
)
TIME_AFTER = kind(
    "stix.time-after",
    en="Expected `{later}` after `{earlier}`; found it not later.",
    ja="`{later}`は`{earlier}`より後でなければなりません。",
)
IDENTIFIER = kind(
    "stix.identifier",
    en="Expected an identifier `<type>--<UUID>` with a UUID of RFC 4122, version 1 to 5; found {found}.",
    ja="識別子は`<type>--<UUID>`(RFC 4122のバージョン1~5のUUID)ですが、{found}がありました。",
)
REFERENCE = kind(
    "stix.reference",
    en="Expected the id of {expected}, found {found}.",
    ja="{expected}のidが必要ですが、{found}がありました。",
)
REFERENCE_UNKNOWN = kind(
    "stix.reference-unknown-type",
    en="Expected the id of {expected}; {found} is of a type STIX 2.1 does not define, kept as it is.",
    ja="{expected}のidを想定していますが、{found}はSTIX 2.1にない型です。そのまま保持します。",
)
LOCAL_REFERENCE = kind(
    "stix.local-reference",
    en="Expected the key of {expected} in the same container, found {found}.",
    ja="同じコンテナー内の{expected}のキーが必要ですが、{found}がありました。",
)
ENUMERATION = kind(
    "stix.enumeration",
    en="Expected a term of {vocabulary}, found {found}.",
    ja="{vocabulary}の用語が必要ですが、{found}がありました。",
)
OPEN_VOCABULARY = kind(
    "stix.open-vocabulary",
    en="{found} is no term of {vocabulary}; another term is allowed, one of the list is understood by more people.",
    ja="{found}は{vocabulary}の用語ではありません。使用できますが、一覧の用語の方が広く通じます。",
)
HASH = kind(
    "stix.hash",
    en="Expected a digest in the form of {algorithm}, found {found}.",
    ja="{algorithm}の形式のハッシュ値が必要ですが、{found}がありました。",
)
HASH_NAME = kind(
    "stix.hash-name",
    en="Expected an algorithm name of 3 to 250 letters, digits, hyphens and underscores; found {found}.",
    ja="アルゴリズム名は3~250字の英字・数字・ハイフン・下線ですが、{found}がありました。",
)
HASH_UNLISTED = kind(
    "stix.hash-unlisted",
    en="{found} is no algorithm of hash-algorithm-ov.",
    ja="{found}はhash-algorithm-ovにないアルゴリズムです。",
)
PROPERTY_NAME = kind(
    "stix.property-name",
    en="Expected a property name of 3 to 250 letters a-z, digits and underscores, starting with a letter; found {found}.",
    ja="プロパティ名は英小文字で始まる3~250字の英小文字・数字・下線ですが、{found}がありました。",
)
RESERVED = kind(
    "stix.reserved-name",
    en="`{name}` is reserved for a later STIX; rename the property.",
    ja="`{name}`は将来のSTIXのための予約名です。別の名前にしてください。",
)
CUSTOM = kind(
    "stix.custom-property",
    en="No property of {type} in STIX 2.1 and announced by no extension: {names}; kept as it is.",
    ja="STIX 2.1の{type}になく、拡張の宣言もないプロパティです: {names}。そのまま保持します。",
)
NOT_APPLICABLE = kind(
    "stix.not-applicable",
    en="Common properties that do not apply to {type}: {names}; kept as they are.",
    ja="{type}には適用されない共通プロパティです: {names}。そのまま保持します。",
)
CUSTOM_TYPE = kind(
    "stix.custom-type",
    en="{type} is no type of STIX 2.1 and no extension announces it; kept as it is.",
    ja="{type}はSTIX 2.1にない型で、拡張の宣言もありません。そのまま保持します。",
)
CUSTOM_EXTENSION = kind(
    "stix.custom-extension",
    en="`{name}` is an extension in the deprecated form, without an extension definition; kept as it is.",
    ja="`{name}`は拡張定義を使わない非推奨の形式の拡張です。そのまま保持します。",
)
CUSTOM_MARKING = kind(
    "stix.custom-marking",
    en="{found} is no marking type of STIX 2.1; new ones come as extensions.",
    ja="{found}はSTIX 2.1にないマーキング型です。新しい型は拡張で定義してください。",
)
ONE_OF = kind("stix.one-of", en="Expected at least one of {names}; found none.", ja="{names}のいずれかが必要です。")
NOT_TOGETHER = kind(
    "stix.not-together",
    en="Expected only one of `{one}` and `{other}`; found both.",
    ja="`{one}`と`{other}`は同時に使えません。",
)
REQUIRES = kind(
    "stix.requires",
    en="Expected `{required}` where `{present}` stands; add it or leave `{present}` out.",
    ja="`{present}`があるときは`{required}`が必要です。追加するか、`{present}`を省いてください。",
)
EXTENSION_KEY = kind(
    "stix.extension-key",
    en="Expected the id of an extension definition or a name ending in -ext, found {found}.",
    ja="extension-definitionのidか、末尾が-extの名前が必要ですが、{found}がありました。",
)
EXTENSION_TYPE = kind(
    "stix.extension-type-missing",
    en="Expected `extension_type` in an extension whose key is the id of an extension definition.",
    ja="extension-definitionのidをキーとする拡張には`extension_type`が必要です。",
)
EXTENSION_OF = kind(
    "stix.extension-of",
    en="Expected extension_type {expected} on {type}, found {found}.",
    ja="{type}のextension_typeは{expected}ですが、{found}がありました。",
)
REDEFINED = kind(
    "stix.redefined-type",
    en="An extension must not redefine {type}, which STIX 2.1 defines; found extension_type {found}.",
    ja="STIX 2.1が定義する{type}を拡張で再定義することはできません(extension_type {found})。",
)
UNANNOUNCED = kind(
    "stix.unannounced-property",
    en="No extension definition at hand lists these properties of {type}: {names}; kept as it is.",
    ja="手元の拡張定義にない{type}のプロパティです: {names}。そのまま保持します。",
)
SELECTOR = kind(
    "stix.selector",
    en="Expected names and [indexes] joined by dots, found {found}.",
    ja="名前と[番号]をドットでつないだセレクターが必要ですが、{found}がありました。",
)
SELECTOR_TARGET = kind(
    "stix.selector-target",
    en="Expected a selector of something this object holds, found {found}.",
    ja="このオブジェクトにある箇所を指すセレクターが必要ですが、{found}がありました。",
)
NOT_MARKED = kind(
    "stix.not-marked",
    en="Expected {found} on {where}, which is not marked so; nothing was changed.",
    ja="{where}に{found}の表示はありません。何も変更していません。",
)
UNMARKED = kind(
    "stix.unmarked",
    en="Expected a marking on {where}, found none; nothing was changed.",
    ja="{where}には何も表示がありません。何も変更していません。",
)
NO_SELECTOR = kind(
    "stix.no-selector",
    en="Expected at least one selector such as `description`.",
    ja="`description`のようなセレクターが1つ以上必要です。",
)
NO_MARK = kind(
    "stix.no-mark",
    en="Expected at least one id of a marking definition; a language tag marks a part, never the whole.",
    ja="marking-definitionのidが1つ以上必要です。言語タグが付くのは箇所だけで、全体には付きません。",
)
MARKS_ITSELF = kind(
    "stix.marks-itself",
    en="A marking definition must not be marked with itself.",
    ja="marking-definitionを自分自身でマークすることはできません。",
)
TLP_INSTANCE = kind(
    "stix.tlp-instance",
    en="Expected one of the four TLP marking definitions exactly as STIX 2.1 states them; use theirs.",
    ja="TLPのmarking-definitionはSTIX 2.1が定める4つだけです。そのまま使ってください。",
)
TLP_2_INSTANCE = kind(
    "stix.tlp2-instance",
    en="Expected one of the five TLP 2.0 marking definitions exactly as OASIS publishes them; use theirs.",
    ja="TLP 2.0のmarking-definitionはOASISが公表する5つだけです。そのまま使ってください。",
)
STATEMENT = kind(
    "stix.statement",
    en="Expected `definition` with a text `statement`.",
    ja="`definition`には文字列の`statement`が必要です。",
)
CVE = kind(
    "stix.cve",
    en="Expected source_name `cve` with an external_id such as CVE-2024-1234, found {source} and {found}.",
    ja="source_nameは`cve`、external_idはCVE-2024-1234の形ですが、{source}と{found}がありました。",
)
CAPEC = kind(
    "stix.capec",
    en="Expected source_name `capec` with an external_id such as CAPEC-98, found {source} and {found}.",
    ja="source_nameは`capec`、external_idはCAPEC-98の形ですが、{source}と{found}がありました。",
)
URL_WITHOUT_HASHES = kind(
    "stix.url-without-hashes",
    en="A reference with a `url` should carry `hashes` of what it points at.",
    ja="`url`を持つ参照には、その内容の`hashes`を付けることが推奨されます。",
)
URL = kind(
    "stix.url",
    en="Expected a URL with a scheme (RFC 3986), found {found}.",
    ja="スキームのあるURL(RFC 3986)が必要ですが、{found}がありました。",
)
DOMAIN = kind(
    "stix.domain",
    en="Expected a domain name (RFC 1034, RFC 5890), found {found}.",
    ja="ドメイン名(RFC 1034、RFC 5890)が必要ですが、{found}がありました。",
)
EMAIL = kind(
    "stix.email",
    en="Expected an e-mail address without display name (RFC 5322 addr-spec), found {found}.",
    ja="表示名のないメールアドレス(RFC 5322のaddr-spec)が必要ですが、{found}がありました。",
)
IPV4 = kind(
    "stix.ipv4",
    en="Expected an IPv4 address or network such as 192.0.2.0/24, found {found}.",
    ja="192.0.2.0/24のようなIPv4アドレスかネットワークが必要ですが、{found}がありました。",
)
IPV6 = kind(
    "stix.ipv6",
    en="Expected an IPv6 address or network such as 2001:db8::/32, found {found}.",
    ja="2001:db8::/32のようなIPv6アドレスかネットワークが必要ですが、{found}がありました。",
)
MAC = kind(
    "stix.mac",
    en="Expected a MAC address such as 00:00:5e:00:53:01 in lower case, found {found}.",
    ja="00:00:5e:00:53:01のような小文字のMACアドレスが必要ですが、{found}がありました。",
)
BASE64 = kind(
    "stix.base64",
    en="Expected base64 (RFC 4648) with padding, found {found}.",
    ja="パディングのあるbase64(RFC 4648)が必要ですが、{found}がありました。",
)
HEX = kind(
    "stix.hex",
    en="Expected an even number of digits 0-9 and a-f, found {found}.",
    ja="偶数個の0~9とa~fが必要ですが、{found}がありました。",
)
LANGUAGE = kind(
    "stix.language",
    en="Expected a language tag (RFC 5646) such as en or ja, found {found}.",
    ja="enやjaのような言語タグ(RFC 5646)が必要ですが、{found}がありました。",
)
LANGUAGE_REPLACED = kind(
    "stix.language-replaced",
    en="{found} is a three-letter code; RFC 5646 wants the two-letter one of this language.",
    ja="{found}は3文字コードです。RFC 5646では2文字コードを使います。",
)
CPE = kind(
    "stix.cpe",
    en="Expected a CPE 2.3 name such as cpe:2.3:a:..., found {found}.",
    ja="cpe:2.3:a:...のようなCPE 2.3の名前が必要ですが、{found}がありました。",
)
CHARACTER_SET = kind(
    "stix.character-set",
    en="Expected a registered character set such as UTF-8, found {found}.",
    ja="UTF-8のような登録済みの文字集合の名前が必要ですが、{found}がありました。",
)
ENCODED_WORD = kind(
    "stix.encoded-word",
    en="Expected the header decoded; found an encoded word of RFC 2047.",
    ja="ヘッダーは復号して入れてください。RFC 2047の符号化語が残っています。",
)
REGISTRY_HIVE = kind(
    "stix.registry-hive",
    en="Expected the hive written out, such as HKEY_LOCAL_MACHINE; found {found}.",
    ja="ハイブはHKEY_LOCAL_MACHINEのように省略せずに書いてください({found})。",
)
RELATIONSHIP_TYPE = kind(
    "stix.relationship-type",
    en="Expected a relationship type of letters a-z, digits and hyphens, found {found}.",
    ja="relationship_typeは英小文字・数字・ハイフンですが、{found}がありました。",
)
MEDIA_TYPE = kind(
    "stix.media-type",
    en="{found} does not look like a registered media type such as text/plain.",
    ja="{found}はtext/plainのような登録済みのメディア型の形ではありません。",
)
COUNTRY = kind(
    "stix.country",
    en="{found} is no ISO 3166-1 alpha-2 code such as JP.",
    ja="{found}はJPのようなISO 3166-1 alpha-2コードではありません。",
)
SUBDIVISION = kind(
    "stix.subdivision",
    en="{found} is no ISO 3166-2 code such as JP-13.",
    ja="{found}はJP-13のようなISO 3166-2コードではありません。",
)
LOWER_CASE = kind(
    "stix.lower-case",
    en="{found} should be in lower case, with hyphens between words.",
    ja="{found}は小文字で、単語をハイフンでつなぐことが推奨されます。",
)
SERVICE = kind(
    "stix.service",
    en="{found} has not the form of a registered service name (RFC 6335).",
    ja="{found}は登録されるサービス名の形(RFC 6335)ではありません。",
)
PRIORITY = kind(
    "stix.priority",
    en="{found} should end in _CLASS.",
    ja="{found}は末尾を_CLASSにすることが推奨されます。",
)
UUID_VERSION = kind(
    "stix.uuid-version",
    en="The id of {type} should hold a UUID of version {expected}, found version {found}.",
    ja="{type}のidはバージョン{expected}のUUIDが推奨されますが、バージョン{found}です。",
)
UUID_MUST_BE_RANDOM = kind(
    "stix.uuid-must-be-random",
    en="Without id contributing properties the id of {type} must hold a UUID of version 4, found version {found}.",
    ja="idに寄与するプロパティがない{type}のidはバージョン4のUUIDですが、バージョン{found}です。",
)
UUID_CASE = kind(
    "stix.uuid-case",
    en="A UUID is written in lower case (RFC 4122).",
    ja="UUIDは小文字で書きます(RFC 4122)。",
)
DETERMINISTIC_ID = kind(
    "stix.deterministic-id",
    en="The rules of STIX give this observable the id {expected}; the id it has is kept.",
    ja="STIXの規則ではこの観測対象のidは{expected}です。現在のidはそのまま保持します。",
)
VERSIONED_OBSERVABLE = kind(
    "stix.versioned-observable",
    en="An observable with versions must not have the deterministic id, which others would give it too.",
    ja="版を持つ観測対象に、他者も付ける決定的なidは使えません。",
)
FAMILY_NAME = kind(
    "stix.family-name",
    en="Expected `name`, which a malware family must have.",
    ja="マルウェアファミリーには`name`が必要です。",
)
NO_OBSERVABLE = kind(
    "stix.no-observable",
    en="Expected at least one observable in object_refs; found relationships only.",
    ja="object_refsには観測対象が少なくとも1つ必要です。",
)
BODY_OF_MULTIPART = kind(
    "stix.body-of-multipart",
    en="Expected no `{name}` where is_multipart is {value}.",
    ja="is_multipartが{value}のときは`{name}`を使えません。",
)
STILL_ACTIVE = kind(
    "stix.still-active",
    en="Expected no `end` on traffic that is still active, or is_active false.",
    ja="継続中の通信に`end`は使えません。`end`があるならis_activeはfalseです。",
)
PORTS = kind(
    "stix.ports",
    en="Network traffic should tell src_port and dst_port.",
    ja="network-trafficにはsrc_portとdst_portが推奨されます。",
)
PROTOCOL_OF_EXTENSION = kind(
    "stix.protocol-of-extension",
    en="The protocols should list {expected}, since its extension stands here.",
    ja="拡張があるので、protocolsに{expected}を入れることが推奨されます。",
)
PATTERN_NAME = kind(
    "stix.pattern-name",
    en="Expected an object type and property of at least 3 letters in the pattern, found {found}.",
    ja="パターン内のオブジェクト型とプロパティは3字以上ですが、{found}がありました。",
)
PATTERN_CUSTOM = kind(
    "stix.pattern-custom-type",
    en="The pattern speaks of {found}, which is no observable type of STIX 2.1; kept as it is.",
    ja="パターンの{found}はSTIX 2.1の観測対象の型ではありません。そのまま保持します。",
)
INDICATOR_WORDS = kind(
    "stix.indicator-words",
    en="An indicator should have `name` and `description`.",
    ja="indicatorには`name`と`description`が推奨されます。",
)
RELATIONSHIP_PAIR = kind(
    "stix.relationship-pair",
    en="STIX 2.1 lists no relationship {type} from {source} to {target}; kept as it is.",
    ja="STIX 2.1に{source}から{target}への{type}という関係はありません。そのまま保持します。",
)
FAMILY_VARIANT = kind(
    "stix.family-variant",
    en="A malware family must not be a variant of an instance.",
    ja="マルウェアファミリーを個体のvariant-ofにはできません。",
)
LABEL_AS_SUBTYPE = kind(
    "stix.label-as-subtype",
    en="{found} is a term of {vocabulary}; it belongs into the property for it, not into labels.",
    ja="{found}は{vocabulary}の用語です。labelsではなく専用のプロパティに入れてください。",
)
DEPRECATED = kind(
    "stix.deprecated",
    en="`{name}` is deprecated; use `{instead}`.",
    ja="`{name}`は非推奨です。`{instead}`を使ってください。",
)
TOPLEVEL_ONLY = kind(
    "stix.toplevel-only",
    en="Expected extension_properties only with extension type toplevel-property-extension.",
    ja="extension_propertiesは拡張型toplevel-property-extensionのときだけ使えます。",
)
TOPLEVEL_NAMES = kind(
    "stix.toplevel-names",
    en="A toplevel-property-extension should list its extension_properties.",
    ja="toplevel-property-extensionにはextension_propertiesが推奨されます。",
)
EXTENSION_DESCRIPTION = kind(
    "stix.extension-description",
    en="An extension definition should have a `description`.",
    ja="extension-definitionには`description`が推奨されます。",
)
TRANSLATION_KEY = kind(
    "stix.translation-key",
    en="The object translated has no {found}; readers will ignore this translation.",
    ja="翻訳元に{found}がないため、この訳は無視されます。",
)
TRANSLATION_TYPE = kind(
    "stix.translation-type",
    en="Expected a translation of the same shape as the original, JSON {expected}; found {found}.",
    ja="原文と同じ形(JSONの{expected})の訳が必要ですが、{found}がありました。",
)
TRANSLATION_LENGTH = kind(
    "stix.translation-length",
    en="Expected a list of {expected} elements like the original, empty text where untranslated; found {found}.",
    ja="原文と同じ{expected}個の配列(訳さない要素は空文字列)が必要ですが、{found}個です。",
)
TRANSLATION_OLD = kind(
    "stix.translation-out-of-date",
    en="Translation out of date: it was made for the version of {found}, the object at hand is of {expected}.",
    ja="訳が古くなっています。{found}の版の訳で、手元のオブジェクトは{expected}の版です。",
)
NOT_IN_BUNDLE = kind(
    "stix.not-in-bundle",
    en="Expected STIX objects in a bundle, found another bundle.",
    ja="バンドルの中にはSTIXオブジェクトだけを入れられますが、別のバンドルがありました。",
)
SAME_VERSION_TWICE = kind(
    "stix.same-version-twice",
    en="{found} stands twice with one and the same version.",
    ja="{found}の同じ版が2回現れています。",
)
STATEMENT_UNREADABLE = kind(
    "stix.statement-unreadable",
    en="`{name}` of this {type} cannot be read (found {found}), so nobody can say which request it belongs to; ask its sender for a corrected version.",
    ja="{type}の`{name}`が読めないため({found})、どの要請に属するか判断できません。送信元に訂正版を求めてください。",
)
STATEMENT_DOUBT = kind(
    "stix.statement-doubt",
    en="`{name}` of this {type} cannot be read (found {found}); it is left out, the rest counts.",
    ja="{type}の`{name}`が読めないため({found})、この項目を除いて扱います。",
)
