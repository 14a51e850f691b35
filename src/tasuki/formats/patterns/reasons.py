# SPDX-License-Identifier: MIT
"""Reasons the pattern room gives; every place is line and column, both from 1."""

from tasuki.base.reasons import kind

# What the grammar expects, and what most often stands there instead.
EMPTY = kind(
    "patterns.empty",
    en="Expected a pattern such as [domain-name:value = 'bad.example'], found nothing.",
    ja="[domain-name:value = 'bad.example'] のようなパターンが必要ですが、何も書かれていません。",
)
NO_BRACKETS = kind(
    "patterns.no-brackets",
    en="Expected `[` at line {line}, column {column}, found `{found}`. Put the comparison in square brackets: [file:size = 1280].",
    ja="{line}行{column}桁に `[` が必要ですが、`{found}` がありました。比較式は [file:size = 1280] のように角括弧で囲んでください。",
)
EXPECTED_OBSERVATION = kind(
    "patterns.expected-observation",
    en="Expected `[` or `(` at line {line}, column {column}, found `{found}`. An observation expression starts there.",
    ja="{line}行{column}桁に `[` か `(` が必要ですが、`{found}` がありました。ここから観測式が始まります。",
)
EXPECTED_COMPARISON = kind(
    "patterns.expected-comparison",
    en="Expected an object path such as file:name at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に file:name のようなオブジェクトパスが必要ですが、`{found}` がありました。",
)
EXPECTED_COLON = kind(
    "patterns.expected-colon",
    en="Expected `:` after the object type at line {line}, column {column}, found `{found}`; a path reads type:property.",
    ja="{line}行{column}桁でオブジェクト型の後に `:` が必要ですが、`{found}` がありました。パスは「型:プロパティ」と書きます。",
)
EXPECTED_PROPERTY = kind(
    "patterns.expected-property",
    en="Expected a property name at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁にプロパティ名が必要ですが、`{found}` がありました。",
)
QUOTE_PROPERTY = kind(
    "patterns.quote-property",
    en="Expected a property name without hyphens at line {line}, column {column}, found `{found}`; write it as '{found}'.",
    ja="{line}行{column}桁のプロパティ名 {found} にハイフンがあります。'{found}' のように引用符で囲んでください。",
)
RESERVED_PROPERTY = kind(
    "patterns.reserved-property",
    en="Expected a property name at line {line}, column {column}, found the keyword `{found}`; as a name, write it as '{found}'.",
    ja="{line}行{column}桁にプロパティ名が必要ですが、{found} は予約語です。名前として使うには '{found}' と書いてください。",
)
EXPECTED_INDEX = kind(
    "patterns.expected-index",
    en="Expected the position of a list item, or * for every item, at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁にリストの位置、または全項目を表す * が必要ですが、`{found}` がありました。",
)
EXPECTED_INDEX_END = kind(
    "patterns.expected-index-end",
    en="Expected `]` after the list position at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁でリストの位置の後に `]` が必要ですが、`{found}` がありました。",
)
EXPECTED_OPERATOR = kind(
    "patterns.expected-operator",
    en="Expected an operator (=, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET) at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に演算子(=、!=、<、<=、>、>=、IN、LIKE、MATCHES、ISSUBSET、ISSUPERSET)が必要ですが、`{found}` がありました。",
)
EXPECTED_EXISTS = kind(
    "patterns.expected-exists",
    en="Expected EXISTS after NOT at line {line}, column {column}, found `{found}`. To negate a comparison, put NOT before its operator: a:b NOT = 'c'.",
    ja="{line}行{column}桁で NOT の後に EXISTS が必要ですが、`{found}` がありました。比較の否定は a:b NOT = 'c' のように演算子の前に NOT を置きます。",
)
EXPECTED_CONSTANT = kind(
    "patterns.expected-constant",
    en="Expected a constant (a string in apostrophes, a number, true, false, t'…', h'…' or b'…') at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に定数('…' の文字列、数値、true、false、t'…'、h'…'、b'…')が必要ですが、`{found}` がありました。",
)
EXPECTED_ORDERED = kind(
    "patterns.expected-ordered",
    en="Expected a constant that has an order at line {line}, column {column}, found `{found}`; compare truth with = or !=.",
    ja="{line}行{column}桁に大小のある定数が必要ですが、`{found}` がありました。真偽値は = か != で比較してください。",
)
EXPECTED_STRING = kind(
    "patterns.expected-string",
    en="Expected a string in apostrophes at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に '…' で囲んだ文字列が必要ですが、`{found}` がありました。",
)
EXPECTED_LIST = kind(
    "patterns.expected-list",
    en="Expected `(` and a list of constants after IN at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁で IN の後に `(` と定数の一覧が必要ですが、`{found}` がありました。",
)
EXPECTED_LIST_END = kind(
    "patterns.expected-list-end",
    en="Expected `,` or `)` in the list at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁で一覧に `,` か `)` が必要ですが、`{found}` がありました。",
)
EXPECTED_BRACKET_END = kind(
    "patterns.expected-bracket-end",
    en="Expected `]`, AND or OR at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に `]`、AND、OR のいずれかが必要ですが、`{found}` がありました。",
)
EXPECTED_PARENTHESIS_END = kind(
    "patterns.expected-parenthesis-end",
    en="Expected `)`, AND or OR at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に `)`、AND、OR のいずれかが必要ですが、`{found}` がありました。",
)
EXPECTED_GROUP_END = kind(
    "patterns.expected-group-end",
    en="Expected `)`, AND, OR, FOLLOWEDBY or a qualifier at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に `)`、AND、OR、FOLLOWEDBY、または修飾子が必要ですが、`{found}` がありました。",
)
EXPECTED_END = kind(
    "patterns.expected-end",
    en="Expected AND, OR, FOLLOWEDBY, a qualifier or the end at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に AND、OR、FOLLOWEDBY、修飾子、または終わりが必要ですが、`{found}` がありました。",
)
EXPECTED_WORD = kind(
    "patterns.expected-word",
    en="Expected {word} at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に {word} が必要ですが、`{found}` がありました。",
)
EXPECTED_TIMESTAMP = kind(
    "patterns.expected-timestamp",
    en="Expected a timestamp such as t'2026-01-31T12:00:00Z' at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に t'2026-01-31T12:00:00Z' のような時刻が必要ですが、`{found}` がありました。",
)
EXPECTED_DURATION = kind(
    "patterns.expected-duration",
    en="Expected a positive number of seconds at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に正の秒数が必要ですが、`{found}` がありました。",
)
EXPECTED_COUNT = kind(
    "patterns.expected-count",
    en="Expected a positive whole number at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に正の整数が必要ですが、`{found}` がありました。",
)
LETTER_CASE = kind(
    "patterns.letter-case",
    en="Expected {word} at line {line}, column {column}, found `{found}`; upper and lower case count.",
    ja="{line}行{column}桁の `{found}` は {word} と書いてください。大文字と小文字は区別されます。",
)

# Constants that are written wrongly.
DOUBLE_QUOTES = kind(
    "patterns.double-quotes",
    en="Expected apostrophes around the string at line {line}, column {column}, found double quotes; write 'text'.",
    ja="{line}行{column}桁の文字列が二重引用符で囲まれています。'文字列' のようにアポストロフィで囲んでください。",
)
UNCLOSED_STRING = kind(
    "patterns.unclosed-string",
    en="Expected an apostrophe that ends the string begun at line {line}, column {column}, found the end of the pattern.",
    ja="{line}行{column}桁で始まる文字列が、アポストロフィで閉じられないままパターンが終わっています。",
)
BAD_ESCAPE = kind(
    "patterns.bad-escape",
    en="Expected an apostrophe or a backslash after the backslash at line {line}, column {column}, found `{found}`; write a backslash as \\\\.",
    ja="{line}行{column}桁のバックスラッシュの後にはアポストロフィかバックスラッシュが必要ですが、`{found}` がありました。バックスラッシュは \\\\ と書きます。",
)
BAD_TIMESTAMP = kind(
    "patterns.bad-timestamp",
    en="Expected a timestamp of the form t'2026-01-31T12:00:00Z' (UTC, fraction allowed) at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁に t'2026-01-31T12:00:00Z' 形式(UTC、小数秒可)の時刻が必要ですが、`{found}` がありました。",
)
BAD_HEX = kind(
    "patterns.bad-hex",
    en="Expected an even number of hexadecimal digits in h'…' at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁の h'…' には偶数個の16進数字が必要ですが、`{found}` がありました。",
)
BAD_BASE64 = kind(
    "patterns.bad-base64",
    en="Expected whole base64 in b'…' at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁の b'…' には欠けのないbase64が必要ですが、`{found}` がありました。",
)
LEADING_ZERO = kind(
    "patterns.leading-zero",
    en="Expected a whole number without leading zeros at line {line}, column {column}, found `{found}`.",
    ja="{line}行{column}桁の整数 {found} の先頭に余分な0があります。",
)
LONG_NUMBER = kind(
    "patterns.long-number",
    en="Expected a number of at most {limit} digits at line {line}, column {column}, found {count}.",
    ja="{line}行{column}桁の数値は最大{limit}桁ですが、{count}桁ありました。",
)
BAD_HASH = kind(
    "patterns.bad-hash",
    en="Expected a value of the hash algorithm {algorithm} at line {line}, column {column}, found `{found}`; check its length and digits.",
    ja="{line}行{column}桁に {algorithm} のハッシュ値が必要ですが、`{found}` がありました。桁数と文字を確認してください。",
)

# What a pattern must not be as a whole.
REPEATED_QUALIFIER = kind(
    "patterns.repeated-qualifier",
    en="Expected each qualifier once on an observation expression, found {word} again at line {line}, column {column}; remove one or add parentheses.",
    ja="観測式に同じ修飾子は一度だけですが、{line}行{column}桁に {word} がもう一度あります。一方を除くか、丸括弧で囲んでください。",
)
TOO_LONG = kind(
    "patterns.too-long",
    en="Expected a pattern of at most {limit} characters, found {found}; split it into several indicators.",
    ja="パターンは最大{limit}文字ですが、{found}文字ありました。複数のインディケーターに分けてください。",
)
LONG_PATH = kind(
    "patterns.long-path",
    en="Expected an object path of at most {limit} steps before line {line}, column {column}, found {count}.",
    ja="{line}行{column}桁の前のオブジェクトパスは最大{limit}段ですが、{count}段ありました。",
)
TOO_DEEP = kind(
    "patterns.too-deep",
    en="Expected at most {limit} levels of AND and OR within each other, found more at line {line}, column {column}; simplify the pattern.",
    ja="ANDとORの入れ子は最大{limit}段ですが、{line}行{column}桁でそれを超えました。パターンを簡単にしてください。",
)

# What the grammar lets pass and the standard forbids; such a pattern matches nothing.
BAD_WINDOW = kind(
    "patterns.bad-window",
    en="Expected a positive number of seconds after WITHIN, found {found} (STIX 2.1 section 9.5.1).",
    ja="WITHIN の秒数は正の数が必要ですが、{found} でした(STIX 2.1 9.5.1節)。",
)
BAD_REPETITION = kind(
    "patterns.bad-repetition",
    en="Expected a positive whole number after REPEATS, found {found} (STIX 2.1 section 9.5.1).",
    ja="REPEATS の回数は正の整数が必要ですが、{found} でした(STIX 2.1 9.5.1節)。",
)
NO_SUCH_DATE = kind(
    "patterns.no-such-date",
    en="Expected a date that exists, found {found} (STIX 2.1 section 2.16).",
    ja="実在する日付が必要ですが、{found} でした(STIX 2.1 2.16節)。",
)
MIXED_SET = kind(
    "patterns.mixed-set",
    en="Expected constants of one type after IN, found {found} (STIX 2.1 section 9.6.1).",
    ja="IN の定数は同じ型でなければなりませんが、{found} が混在しています(STIX 2.1 9.6.1節)。",
)
NOT_A_NETWORK = kind(
    "patterns.not-a-network",
    en="Expected an IPv4 or IPv6 address or network after {operator}, found {found} (STIX 2.1 section 9.6.1).",
    ja="{operator} にはIPv4かIPv6のアドレスまたはネットワークが必要ですが、{found} でした(STIX 2.1 9.6.1節)。",
)
BAD_EXPRESSION = kind(
    "patterns.bad-expression",
    en="Expected a regular expression without look-around, back-references and possessive operators (only such run in linear time), found {found}: {cause}.",
    ja="先読み・後読み・後方参照・独占的量指定子のない正規表現(線形時間で実行できるもの)が必要ですが、{found} は評価できません: {cause}",
)
MANY_EXPRESSIONS = kind(
    "patterns.many-expressions",
    en="Expected at most {limit} regular expressions (MATCHES, or LIKE with _) in one pattern, found {count}; split it.",
    ja="一つのパターンの正規表現(MATCHES、または _ を含む LIKE)は最大{limit}個ですが、{count}個ありました。分けてください。",
)
NEVER_ALL = kind(
    "patterns.never-all",
    en="Expected AND to join comparisons of one object type, found {found}; such an expression matches nothing (STIX 2.1 section 9.5).",
    ja="AND で結ぶ比較は同じオブジェクト型でなければなりませんが、{found} でした。この式は何にも一致しません(STIX 2.1 9.5節)。",
)
EMPTY_PERIOD = kind(
    "patterns.empty-period",
    en="Expected START before STOP, found START {start} and STOP {stop}; no observation lies between them (STIX 2.1 section 9.5.1).",
    ja="START は STOP より前でなければなりませんが、START {start}、STOP {stop} でした。該当する観測はありません(STIX 2.1 9.5.1節)。",
)
UNSAFE_INTEGER = kind(
    "patterns.unsafe-integer",
    en="Expected an integer within 2^53 - 1, found {found} (STIX 2.1 section 2.10).",
    ja="整数は2^53-1以内でなければなりませんが、{found} でした(STIX 2.1 2.10節)。",
)
NEGATIVE_INDEX = kind(
    "patterns.negative-index",
    en="Expected a list position from 0, found {found}; it is outside every list (STIX 2.1 section 9.7.2).",
    ja="リストの位置は0以上でなければなりませんが、{found} でした。どのリストの範囲にも入りません(STIX 2.1 9.7.2節)。",
)

# What no verdict can be given on.
NOT_OBSERVED_DATA = kind(
    "patterns.not-observed-data",
    en="Expected number_observed of at least 1, first_observed not after last_observed, and object_refs or objects in {id}; {name} is {found}.",
    ja="{id} には1以上の number_observed、last_observed 以前の first_observed、object_refs または objects が必要ですが、{name} が {found} でした。",
)
BAD_DATA_TIMESTAMP = kind(
    "patterns.bad-data-timestamp",
    en="Expected a STIX timestamp in the observed data at {path}, found {found}.",
    ja="観測データの {path} にSTIXの時刻が必要ですが、{found} がありました。",
)
BAD_DATA_OCTETS = kind(
    "patterns.bad-data-octets",
    en="Expected {form} in the observed data at {path}, found something else.",
    ja="観測データの {path} に {form} が必要ですが、別の値がありました。",
)
BAD_DATA_REFERENCE = kind(
    "patterns.bad-data-reference",
    en="Expected an identifier, or a list of them for a name ending in _refs, in the observed data at {path}, found something else.",
    ja="観測データの {path} には識別子(名前が _refs で終わる場合はその配列)が必要ですが、別の値がありました。",
)
BAD_DATA_ADDRESS = kind(
    "patterns.bad-data-address",
    en="Expected an IP address or network in the observed data at {path}, found {found}.",
    ja="観測データの {path} にIPアドレスまたはネットワークが必要ですが、{found} がありました。",
)
UNDECIDED_EXPRESSION = kind(
    "patterns.undecided-expression",
    en="Expected ASCII text at {path} for a regular expression with word boundaries, found other characters; no verdict is given.",
    ja="{path} の値にASCII以外の文字があり、単語境界を含む正規表現では判定できません。",
)
TOO_COMPLEX = kind(
    "patterns.too-complex",
    en="Expected a question that ends within {limit} steps, found a combination of observations that does not; narrow the pattern or send fewer observations.",
    ja="{limit}ステップ以内に判定できませんでした。パターンを絞るか、観測の数を減らしてください。",
)
NOT_A_PAIR = kind(
    "patterns.not-a-pair",
    en="Expected on line {line} an object with two strings, `a` and `b`, and where given a `spec_version` of 2.0 or 2.1; found something else.",
    ja="{line}行目には、二つの文字列`a`と`b`(必要なら2.0か2.1の`spec_version`)を持つオブジェクトが必要ですが、別の値がありました。",
)
NOT_A_QUESTION = kind(
    "patterns.not-a-question",
    en="Expected on line {line} an object with a string `pattern`, where given a list `observed` and a `spec_version` of 2.0 or 2.1; found something else.",
    ja="{line}行目には、文字列の`pattern`(必要なら配列の`observed`と、2.0か2.1の`spec_version`)を持つオブジェクトが必要ですが、別の値がありました。",
)
