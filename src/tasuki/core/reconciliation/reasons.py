# SPDX-License-Identifier: MIT
"""Reasons reconciliation gives: why a statement is not taken, and what two statements do not share."""

from tasuki.base.reasons import kind

STATEMENT_WRONG = kind(
    "reconciliation.wrong-statement",
    en="Expected a statement whose field {field} is {expected}, found {found}; it was not taken. Compare anchors with that partner.",
    ja="フィールド {field} が {expected} の申告書が必要ですが、{found} でした。採用していません。相手とアンカーを照合してください。",
)
STATEMENT_BACK = kind(
    "reconciliation.statement-back",
    en="Expected a statement of {partner} newer than version {held}, found version {found}; the newer one is kept. State version {expected} or higher; if that node was restored, tell its people.",
    ja="{partner} の申告書は第 {held} 版より新しくなければなりませんが、第 {found} 版でした。新しい方を保持しています。第 {expected} 版以降を送ってください。復元されたノードであれば、担当者に知らせてください。",
)
STATEMENT_STRANGE = kind(
    "reconciliation.strange-answer",
    en="Expected a statement from {partner}, found {found}; nothing was concluded from it. It is asked again later.",
    ja="{partner} の申告書が必要ですが、{found} でした。何も判断していません。後で改めて求めます。",
)
COMPARE_ANSWER = kind(
    "reconciliation.wrong-comparison",
    en="Expected {partner} to answer each span asked for, found {found}; the comparison was given up. Ask the partner to look at its node.",
    ja="{partner} は尋ねた範囲ごとに答えるはずですが、{found} でした。照合を中止しました。相手にノードの確認を求めてください。",
)
COMPARE_QUESTION = kind(
    "reconciliation.wrong-question",
    en="Expected at most {most} spans of numbers that do not overlap, found {found}; ask again in that form.",
    ja="重ならない番号の範囲を最大 {most} 件までとしてください({found})。その形で尋ね直してください。",
)
STALE = kind(
    "reconciliation.stale",
    en="Expected a statement of {partner} within the last {hours} hours, the newest is of {at}; bulk and exercise traffic wait, urgent goes on. Find out why {partner} states nothing.",
    ja="{partner} の申告書は過去 {hours} 時間以内に必要ですが、最新は {at} です。bulk と exercise は待機し、urgent のみ続行します。相手が申告しない理由を確認してください。",
)
ITEM_MISSING_THERE = kind(
    "reconciliation.missing-there",
    en="{partner} no longer holds envelope {lane} {epoch}/{seq} ({ours}), whose number it spent; it cannot be sent again under that number. Compare the pair logs with {partner}, then share its content anew.",
    ja="{partner} は番号を使用済みの封筒 {lane} {epoch}/{seq}({ours})を保持していません。同じ番号では再送できません。ペアログを照合し、内容を改めて提供してください。",
)
ITEM_MISSING_HERE = kind(
    "reconciliation.missing-here",
    en="{partner} holds envelope {lane} {epoch}/{seq} ({theirs}) and this node does not; something was lost here. Look at backups, and compare the pair logs with {partner}.",
    ja="{partner} が保持する封筒 {lane} {epoch}/{seq}({theirs})がこのノードにありません。こちらで失われています。バックアップを確認し、ペアログを照合してください。",
)
ITEM_OTHER = kind(
    "reconciliation.other-envelope",
    en="Envelope {lane} {epoch}/{seq} is {ours} here and {theirs} at {partner}: one side changed it or signed two. Keep everything and talk to {partner}.",
    ja="封筒 {lane} {epoch}/{seq} は、こちらでは {ours}、{partner} では {theirs} です。どちらかが変更したか、二通に署名しています。すべて保存し、{partner} と話し合ってください。",
)
TOO_MANY = kind(
    "reconciliation.too-many",
    en="The sets of this node and {partner} differ in more than the {named} envelopes named here. Compare the pair logs as a whole.",
    ja="このノードと {partner} の差異は、ここに挙げた封筒 {named} 件を超えています。ペアログ全体を照合してください。",
)
LOST_THERE = kind(
    "reconciliation.lost-there",
    en="{partner} had lane {lane} {epoch} up to {last} and now has it up to {before}: it was restored or damaged. What it received is sent again by itself; tell its people.",
    ja="{partner} のレーン {lane} {epoch} は {last} まであったのに、現在は {before} までです。復元または破損したと考えられます。受領分は自動で再送します。相手に知らせてください。",
)
LOST_HERE = kind(
    "reconciliation.lost-here",
    en="{partner} shows that this node had lane {lane} {epoch} up to {last}, it has it up to {before}: this node was restored or damaged. Send nothing new before it has recovered; see docs/operate.md.",
    ja="{partner} によれば、このノードのレーン {lane} {epoch} は {last} まであったはずですが、{before} までしかありません。このノードは復元または破損しています。回復するまで新たに送らないでください。docs/operate.md を参照してください。",
)
TAKEN_BACK = kind(
    "reconciliation.taken-back",
    en="The newest statement of {partner} takes back an older one ({what}); both are kept as evidence. It was restored from a backup, or its history was changed: talk to {partner}.",
    ja="{partner} の最新の申告書は以前のものと後退しています({what})。両方を証拠として保存しました。復元されたか、履歴が変更されています。{partner} に連絡してください。",
)
LOG_OTHER = kind(
    "reconciliation.log-other",
    en="{partner} states another root than this node has of {whose} at {size} leaves; see `tasuki ledger audit --with {partner}`.",
    ja="{whose} の{size}葉のルートが、{partner} の申告とこのノードで異なります。`tasuki ledger audit --with {partner}` で確認してください。",
)
REQUESTS_DIFFER = kind(
    "reconciliation.requests-differ",
    en="This node and {partner} do not count the same requests for assistance as open, although nothing is under way; compare `tasuki assist list` with {partner}.",
    ja="伝送中のものがないのに、進行中の支援要請がこのノードと {partner} で一致しません。`tasuki assist list` を {partner} と突き合わせてください。",
)
KEYS_BEHIND = kind(
    "reconciliation.keys-behind",
    en="{partner} holds version {held} of this node's keys, the newest is {newest}; hand the new anchor over.",
    ja="{partner} が保持するこのノードの鍵は第 {held} 版ですが、最新は第 {newest} 版です。新しいアンカーを渡してください。",
)
KEYS_AHEAD = kind(
    "reconciliation.keys-ahead",
    en="{partner} has version {newest} of its keys, this node holds version {held}; ask for the new anchor.",
    ja="{partner} の鍵は第 {newest} 版ですが、このノードは第 {held} 版を保持しています。新しいアンカーを求めてください。",
)

FINDINGS = {
    each.code: each
    for each in (
        ITEM_MISSING_THERE,
        ITEM_MISSING_HERE,
        ITEM_OTHER,
        TOO_MANY,
        LOST_THERE,
        LOST_HERE,
        TAKEN_BACK,
        LOG_OTHER,
        REQUESTS_DIFFER,
        KEYS_BEHIND,
        KEYS_AHEAD,
    )
}
"""What a reconciliation can come to, by code: findings are kept as code and values."""
