# SPDX-License-Identifier: MIT
"""Reasons about persons and what they may ask."""

from tasuki.base.reasons import kind

NOT_A_NAME = kind(
    "persons.not-a-name",
    en="Expected a name of small letters, digits and hyphens that begins with a letter, such as bell; found {found}.",
    ja="名前は、英小文字で始まり英小文字・数字・ハイフンから成るもの(例: bell)です。指定: {found}",
)
NOT_A_DESK = kind(
    "persons.not-a-desk",
    en="Expected an organisation in a capacity of this node's own participant, found {found}; the profile has {known}.",
    ja="このノードの参加者の組織と資格ではありません: {found}。プロファイルにあるもの: {known}",
)
TAKEN = kind(
    "persons.taken",
    en="Expected a name nobody has at this node, found {name} of {of}; remove that person first, or choose another name.",
    ja="{name} は既に {of} の人として登録されています。先に削除するか、別の名前を選んでください。",
)
TAKEN_BEFORE = kind(
    "persons.taken-before",
    en="{name} was a person of {of} here, and what was addressed to that person would be read by another; choose another name.",
    ja="{name} は以前 {of} の人の名前でした。その人宛ての情報を別の人が読むことになるため、別の名前を選んでください。",
)
NOBODY = kind(
    "persons.nobody",
    en="Expected the name of a person who reads at this node, found {name}; list them with `tasuki person list`.",
    ja="このノードで読む人の名前ではありません({name})。`tasuki person list` で確認してください。",
)
UNKNOWN_TOKEN = kind(
    "persons.unknown-token",
    en="Expected the token of a person who reads at this node, found none; ask whoever runs the node for a new one.",
    ja="このノードで読む人のトークンではありません。ノードの運用者に新しいトークンを求めてください。",
)
NOT_FOR_READERS = kind(
    "persons.not-for-readers",
    en="Expected one of the questions that readers may ask (show, find, list, export, explain); whoever runs the node can help you.",
    ja="閲覧者が行える操作(表示、検索、一覧、書き出し、可否の説明)ではありません。ノードの運用者に相談してください。",
)
ONLY_ITSELF = kind(
    "persons.only-itself",
    en="Expected a question about {reader}, who asks; readers learn what they may see themselves. Ask with `--to {reader}`.",
    ja="閲覧者が尋ねられるのは、自ら({reader})が何を閲覧できるかだけです。`--to {reader}` で尋ねてください。",
)
NOT_NAMED = kind(
    "persons.not-named",
    en="This takes two people, each known by name: act with the token of a person of {home} (TASUKI_TOKEN). Add people with `tasuki person add`.",
    ja="これは氏名の分かる二人で行う操作です。{home} の人のトークン(TASUKI_TOKEN)で実行してください。人の追加は `tasuki person add` です。",
)
SAME_PERSON = kind(
    "persons.same-person",
    en="Expected another person than {name}, who did the first half; two people decide on this.",
    ja="{name} は一人目として既に関わっています。これは二人で決める操作のため、別の人が行ってください。",
)
TWO_NAMES = kind(
    "persons.two-names",
    en="Expected two persons by name, found {found}; name both with --by.",
    ja="2名の氏名が必要ですが、{found}名でした。--by で2名を指定してください。",
)
