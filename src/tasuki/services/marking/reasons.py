# SPDX-License-Identifier: MIT
"""Reasons of the marking workbench."""

from tasuki.base.reasons import kind

WHICH_OBJECT = kind(
    "marking.which-object",
    en="Expected one object to mark, found {count} in {name}; name one by its id.",
    ja="マーキングするオブジェクトを1つに定める必要がありますが、{name}には{count}件あります。IDで指定してください。",
)
NO_SUCH_OBJECT = kind(
    "marking.no-such-object",
    en="Expected {stix_id} once in {name}, found it {count} times; nothing was written.",
    ja="{name}に{stix_id}が1件必要ですが、{count}件ありました。何も書き込んでいません。",
)
UNKNOWN_MARK = kind(
    "marking.unknown-mark",
    en="Expected the id of a marking definition, or a level such as tlp:amber or pap:red; found {found}.",
    ja="marking-definitionのid、またはtlp:amber・pap:redのようなレベルが必要ですが、{found}がありました。",
)
UNKNOWN_LANGUAGE = kind(
    "marking.unknown-language",
    en="Expected a language tag such as ja or en, found {found}.",
    ja="jaやenのような言語タグが必要ですが、{found}がありました。",
)
PACKED = kind(
    "marking.packed",
    en="Expected {name} as plain text, found it packed; unpack it first.",
    ja="{name}は圧縮されています。展開してから編集してください。",
)
NOTHING_LEFT = kind(
    "marking.nothing-left",
    en="Of {stix_id} nothing can be read any more: it was recalled or disposed of.",
    ja="{stix_id}は取消または廃棄済みのため、内容を確認できません。",
)
