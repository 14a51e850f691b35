# SPDX-License-Identifier: MIT
"""Reasons of the detection room."""

from tasuki.base.reasons import kind

UNKNOWN_SECTOR = kind(
    "detection.unknown-sector",
    en="Expected a sector such as energy, never an organisation, found {found}; it is one of: {known}.",
    ja="分野名(例: energy)が必要です。組織名は使えません: {found}。使えるもの: {known}",
)
NO_QUESTION = kind(
    "detection.no-question",
    en="Expected the question that the hunt answers, in 1 to {limit} characters, found {found}; say it with `--question`.",
    ja="照合が答える問いを1~{limit}文字で指定してください(現在{found}文字)。`--question`で指定します。",
)
NO_TLP = kind(
    "detection.no-tlp",
    en="Expected a TLP label for the answer, found {found}; it is one of: {known}.",
    ja="回答のTLPではありません: {found}。使えるもの: {known}",
)
NOT_COMPILED = kind(
    "detection.not-compiled",
    en="{stix_id} is left out: its pattern says more than values joined by OR, or names a value that would match everybody.",
    ja="{stix_id}は除きます。ORで結んだ値より複雑なパターンであるか、全てに一致する値を含みます。",
)
NO_ID = kind(
    "detection.no-id",
    en="Expected an indicator with an id at {place}, found one without; it is left out.",
    ja="{place}のインディケーターにIDがありません。これは除きます。",
)
OTHER_LANGUAGE = kind(
    "detection.other-language",
    en="{stix_id} is left out: its pattern is of type {found}, and this version matches STIX patterns only.",
    ja="{stix_id}は除きます。パターンの種類が{found}で、この版ではSTIXパターンのみ照合できます。",
)
REVOKED = kind(
    "detection.revoked",
    en="{stix_id} is left out: its creator revoked it.",
    ja="{stix_id}は除きます。作成元が失効させています。",
)
NOTHING_TO_LOOK_FOR = kind(
    "detection.nothing-to-look-for",
    en="Expected indicators that can be matched in {name}, found none (lines or objects that cannot be used: {left_out}); a hunt for nothing would prove nothing.",
    ja="{name}に照合できるインディケーターがありません(使えないもの: {left_out}件)。何も探さない照合は何も示しません。",
)
NOTHING_HELD = kind(
    "detection.nothing-held",
    en="Expected indicators that can be matched, this node holds none; import some, or name a file.",
    ja="このノードは照合できるインディケーターを保有していません。取り込むか、ファイルを指定してください。",
)
NOT_ANSWERED = kind(
    "detection.not-answered",
    en="Expected hits on indicators that are held here under a STIX id, found none among {count}; no answer was made. Import them, then hunt with `--indicators node`.",
    ja="ヒットしたインディケーター{count}件はいずれもSTIX IDで保有していないため、回答していません。取り込み後、`--indicators node`で照合してください。",
)
ABSOLUTE = kind(
    "detection.absolute",
    en="Expected absolute paths, or the folder against which relative ones are meant, found {path}.",
    ja="絶対パス、または相対パスの基準となるフォルダーを指定してください: {path}",
)
