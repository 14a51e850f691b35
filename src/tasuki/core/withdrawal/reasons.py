# SPDX-License-Identifier: MIT
"""Why something cannot be taken back in the way that was asked for."""

from tasuki.base.reasons import kind

NO_SENTENCE = kind(
    "withdrawal.no-sentence",
    en="Expected why, in one line of at most {limit} characters; the partners read it.",
    ja="理由を{limit}字以内の1行で記入してください。相手が読みます。",
)
NO_NOTICE = kind(
    "withdrawal.no-notice",
    en="Expected a notice of kind {notice}, found {found}; nothing was done.",
    ja="通知{notice}ではありません({found})。何も行っていません。",
)
NOT_OURS = kind(
    "withdrawal.not-ours",
    en="Only who made an object revokes or corrects it, and {stix_id} was not made here; recall or narrow it instead.",
    ja="失効と訂正ができるのは作成元だけで、{stix_id}はここで作成したものではありません。取消か限定を使ってください。",
)
NO_VERSIONS = kind(
    "withdrawal.no-versions",
    en="{stix_id} is of a kind that has no versions, so nothing can say that it is revoked or corrected; recall it instead.",
    ja="{stix_id}は版を持たない種類のため、失効も訂正もできません。取り消してください。",
)
ALREADY_REVOKED = kind(
    "withdrawal.already-revoked",
    en="{stix_id} is revoked already, and a revoked object has no further versions; nothing was done.",
    ja="{stix_id}は既に失効しており、これ以上の版は作れません。何も行っていません。",
)
OTHER_OBJECT = kind(
    "withdrawal.other-object",
    en="Expected a new version of {stix_id}, found an object with another {member}; nothing was done.",
    ja="{stix_id}の新しい版ではなく、{member}が異なります。何も行っていません。",
)
REVOKES = kind(
    "withdrawal.revokes",
    en="This version of {stix_id} says that it is revoked; use `tasuki revoke` for that. Nothing was done.",
    ja="{stix_id}のこの版は失効を示しています。失効には `tasuki revoke` を使ってください。何も行っていません。",
)
NOT_NEWER = kind(
    "withdrawal.not-newer",
    en="Expected a version of {stix_id} with `modified` later than {held}, the newest held here; nothing was done.",
    ja="{stix_id}の`modified`は、ここにある最新の版({held})より後でなければなりません。何も行っていません。",
)
NOT_YET = kind(
    "withdrawal.not-yet",
    en="The `modified` of this version of {stix_id}, {found}, lies in the future, and no later correction could follow it; nothing was done. Correct the time.",
    ja="{stix_id}のこの版の`modified`({found})が未来の日時であり、以後の訂正ができなくなるため、何も行っていません。日時を修正してください。",
)
CHANGED = kind(
    "withdrawal.changed",
    en="A newer version of {stix_id} was taken in meanwhile; nothing was done. Look at it, and try again.",
    ja="処理中に{stix_id}の新しい版が取り込まれたため、何も行っていません。確認のうえ、やり直してください。",
)
NOTHING_NARROWS = kind(
    "withdrawal.nothing-narrows",
    en="TLP:CLEAR narrows nothing; name a narrower level, audiences, or both.",
    ja="TLP:CLEARでは範囲は狭まりません。より狭いTLPか提供先、またはその両方を指定してください。",
)
