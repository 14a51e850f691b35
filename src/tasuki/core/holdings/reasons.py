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
UNREADABLE = kind(
    "holdings.unreadable",
    en="Expected STIX, JSON lines or a list of indicators in {name}, found {found}.",
    ja="{name}にはSTIX・JSON Lines・インディケーター一覧が必要ですが、{found}がありました。",
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
    en="No handling basis was named, so all of it stays at this node; if you know it, import the same again with `--basis`.",
    ja="取扱根拠の指定がないため、全てこのノードに留まります。分かっている場合は、`--basis` を付けて同じものを再度取り込んでください。",
)
UNKNOWN_TLP = kind(
    "holdings.unknown-tlp",
    en="Expected a TLP label out of {known}, found {found}.",
    ja="TLPは{known}のいずれかですが、{found}がありました。",
)
UNKNOWN_VICTIM = kind(
    "holdings.unknown-victim",
    en="Expected what the victim said out of {known}, found {found}.",
    ja="被害者の意向は{known}のいずれかですが、{found}がありました。",
)
DISPOSE_BY = kind(
    "holdings.dispose-by",
    en="Expected a day or moment to come, such as 2027-03-31 or 2027-03-31T15:00:00Z, found {found}.",
    ja="処分期限には今後の日付か日時(例: 2027-03-31、2027-03-31T15:00:00Z)が必要ですが、{found}がありました。",
)
UNDER_HOLD = kind(
    "holdings.under-hold",
    en="{stix_id} is under a legal hold, and nothing of it may be destroyed; lift the hold first with `tasuki hold lift`.",
    ja="{stix_id} は法的保全の対象のため廃棄できません。先に `tasuki hold lift` で保全を解除してください。",
)
NOT_UNDER_HOLD = kind(
    "holdings.not-under-hold",
    en="Expected {stix_id} to be under a legal hold, found none; look with `tasuki hold list`.",
    ja="{stix_id} は法的保全の対象ではありません。`tasuki hold list` で確認してください。",
)
HOLD_REASON = kind(
    "holdings.hold-reason",
    en="Expected why, in one line of at most {limit} characters; it goes into the audit log.",
    ja="理由を{limit}字以内の1行で記入してください。監査ログに記録されます。",
)
NO_WORDS = kind(
    "holdings.no-words",
    en="Expected a word, or at least two Japanese characters in a row, found {query}.",
    ja="検索には、単語か、連続する2文字以上の日本語が必要ですが、{query}がありました。",
)
NO_ENTRY = kind(
    "holdings.no-entry",
    en="Expected the number of a quarantined piece, found {number}; list them with `tasuki holdings quarantine`.",
    ja="{number}番の隔離項目はありません。`tasuki holdings quarantine` で一覧を確認してください。",
)
NO_CONTENT = kind(
    "holdings.no-content",
    en="Of quarantined piece {number} only the hash was kept; there is nothing to show or to try again.",
    ja="隔離項目{number}番はハッシュのみを残しているため、表示も再取り込みもできません。",
)
NOT_OURS = kind(
    "holdings.not-ours",
    en="Quarantined piece {number} came from {source} with a label that is not kept; ask {source} to send it again.",
    ja="隔離項目{number}番は{source}から届いたもので、そのラベルは残っていません。{source}に再送を依頼してください。",
)
NO_SUCH_PLACE = kind(
    "holdings.no-such-place",
    en="Expected the last object of the page before, as the list names it, found none that can be seen now; begin with the first page.",
    ja="前のページの最後のオブジェクトの指定ではないか、現在は閲覧できません。最初のページから始めてください。",
)
NO_SOURCES = kind(
    "holdings.no-sources",
    en="Expected no source: readers see whose material something is, and not who gave it to this node. Leave `--source` out.",
    ja="入手元は指定できません。閲覧者には作成元だけを示し、誰がこのノードに渡したかは示しません。`--source` を外してください。",
)
