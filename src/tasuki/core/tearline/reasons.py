# SPDX-License-Identifier: MIT
"""What speaks against a property of a tear-line, and why one cannot be drafted or released."""

from tasuki.base.reasons import kind

MARKED_NARROWER = kind(
    "tearline.marked-narrower",
    en="{name} is marked by itself ({tlp}), more narrowly than this is to be; keep it by name only if it may go.",
    ja="{name}には個別のマーキング({tlp})があり、今回の指定より狭いものです。出してよい場合に限り名前で指定してください。",
)
MARKING_UNKNOWN = kind(
    "tearline.marking-unknown",
    en="{name} carries a marking this node does not understand; keep it by name only if it may go.",
    ja="{name}には解釈できないマーキングがあります。出してよい場合に限り名前で指定してください。",
)
NOT_STANDARD = kind(
    "tearline.not-standard",
    en="{name} is no property of the standard; keep it by name if it is known what it says.",
    ja="{name}は標準のプロパティではありません。意味が分かる場合に名前で指定してください。",
)
WITHHELD_WORD = kind(
    "tearline.withheld-word",
    en="{name} holds word {number} of those given with --withhold, which must occur nowhere; take it out.",
    ja="{name}に、--withhold で指定した{number}番目の語が含まれています。取り除いてください。",
)
NAMES_SOURCE = kind(
    "tearline.names-source",
    en="{name} tells from which object this derives, and that never travels; take it out.",
    ja="{name}から派生元が分かります。派生元は外部に出せないため、取り除いてください。",
)
REFERS = kind(
    "tearline.refers",
    en="{name} refers to {stix_id}, which those it is for may not know of ({code}); take it out.",
    ja="{name}が参照する{stix_id}は提供先に知らせることができません({code})。取り除いてください。",
)
NO_FIELD = kind(
    "tearline.no-field",
    en="Expected properties that the sources have and a tear-line may take over, found {name}; there are {known}.",
    ja="引き継げるプロパティではありません: {name}。指定できるもの: {known}",
)
NO_BASIS = kind(
    "tearline.no-basis",
    en="The handling basis of {stix_id} is not stated in full, so nothing can be made of it for others; import it again with `--basis`.",
    ja="{stix_id}の取扱根拠が不明なため、要約版を作成できません。`--basis` を付けて再度取り込んでください。",
)
APART = kind(
    "tearline.apart",
    en="The sources are held for different purposes or uses ({purposes}); draft one tear-line for each.",
    ja="元の情報の取扱目的または許容される利用が異なります({purposes})。要約版を別々に作成してください。",
)
UNREADABLE = kind(
    "tearline.unreadable",
    en="Nobody can say what a tear-line of {stix_id} would inherit ({code}); that comes first.",
    ja="{stix_id}の要約版が引き継ぐ条件を判断できません({code})。先に解消してください。",
)
NAME_NEEDED = kind(
    "tearline.name-needed",
    en="The victim agreed to a text without its name; say the name with --withhold, so that it is looked for. It is not kept.",
    ja="被害者は名を伏せた文書に限り同意しています。照合のため --withhold で名称を指定してください(保存しません)。",
)
OTHER_TYPES = kind(
    "tearline.other-types",
    en="Expected sources of one type, found {types}; draft one tear-line for each.",
    ja="元の情報は同じ型でなければなりません({types})。型ごとに要約版を作成してください。",
)
NO_TYPE = kind(
    "tearline.no-type",
    en="A tear-line is a domain object or a relationship; of {type} none can be made.",
    ja="要約版にできるのはドメインオブジェクトか関係です。{type}からは作成できません。",
)
NOT_VALID = kind(
    "tearline.not-valid",
    en="The draft would be no valid STIX 2.1 object ({rule}, at {path}: {code}); keep or write what is missing with --keep or --file.",
    ja="草案がSTIX 2.1に適合しません({rule}、{path}: {code})。--keep または --file で補ってください。",
)
NOT_READ = kind(
    "tearline.not-read",
    en="Expected the edited draft as one STIX object of type {type}, found {found}.",
    ja="編集済みの草案は型{type}のSTIXオブジェクト一つでなければなりませんが、{found}がありました。",
)
NO_TEARLINE = kind(
    "tearline.no-tearline",
    en="Expected the number of a tear-line, found {number}; list them with `tasuki tearline list`.",
    ja="{number}番の要約版はありません。`tasuki tearline list` で確認してください。",
)
DECIDED = kind(
    "tearline.decided",
    en="Tear-line {number} was decided on before ({state}); draft a new one.",
    ja="要約版{number}番は既に決定済みです({state})。新たに作成してください。",
)
SOURCE_LOST = kind(
    "tearline.source-lost",
    en="Since tear-line {number} was drafted, something it is made from changed ({what}); draft a new one from what is held now.",
    ja="要約版{number}番の作成後、元の情報の状態が変わりました({what})。現在保有する情報から作り直してください。",
)
SOURCES = kind(
    "tearline.sources",
    en="Expected 1 to {limit} sources, found {count}.",
    ja="元の情報は1~{limit}件でなければなりませんが、{count}件です。",
)
NO_PAP = kind(
    "tearline.no-pap",
    en="Expected one of the PAP levels {known}, found {found}.",
    ja="PAPは{known}のいずれかですが、{found}でした。",
)
NO_CLASSIFICATION = kind(
    "tearline.no-classification",
    en="Expected a classification such as GBR:OFFICIAL, found {found}.",
    ja="秘密区分は GBR:OFFICIAL のように指定してください。指定: {found}",
)
