# SPDX-License-Identifier: MIT
"""Reasons the decisions on bundles give."""

from tasuki.base.reasons import kind

STRANGER = kind(
    "bundle.stranger",
    en="Expected a bundle of a partner this node trusts, found one that says it is from {sender}; exchange anchors and compare their fingerprints first.",
    ja="このノードが信頼するパートナーのバンドルではありません(送信元の記載: {sender})。先にアンカーを交換し、指紋を照合してください。",
)
WRONG_RECIPIENT = kind(
    "bundle.wrong-recipient",
    en="Expected a bundle to {me}, found one to {recipient}; hand it to them, and nothing of it is read here.",
    ja="{me} 宛てのバンドルではありません(宛先: {recipient})。本来の宛先に渡してください。ここでは読み取りません。",
)
SIGNATURE = kind(
    "bundle.signature",
    en="Expected a manifest that {sender} signed with keys valid at {created}, found otherwise ({cause}); treat the file as forged or damaged and ask for it again.",
    ja="{created} に有効な鍵による {sender} の署名がありません({cause})。偽造または破損とみなし、再提供を依頼してください。",
)
FUTURE = kind(
    "bundle.future",
    en="Expected a bundle made by now, found one made at {created}; check the clocks on both sides.",
    ja="作成時刻が未来のバンドルです({created})。双方の時計を確認してください。",
)
EPOCH = kind(
    "bundle.epoch",
    en="Expected a bundle of epoch {expected}, found epoch {found}; people on both sides agree on an epoch before it changes.",
    ja="第 {expected} エポックのバンドルではありません(第 {found} エポック)。エポックの変更には双方の担当者の合意が必要です。",
)
STALE = kind(
    "bundle.stale",
    en="Expected keys metadata of {sender} not older than version {held}, found version {found}; the medium is older than what is known here, so ask for a new bundle.",
    ja="{sender} の鍵メタデータが既知の第 {held} 版より古い第 {found} 版です。媒体が古いため、新しいバンドルを依頼してください。",
)
EQUIVOCATION = kind(
    "bundle.equivocation",
    en="Expected bundle {number} of {partner} as it came before, found other bytes under the same number; both are kept as evidence. Call the partner.",
    ja="{partner} のバンドル {number} が、同じ番号で異なる内容です。双方を証拠として保存しました。パートナーに連絡してください。",
)
PREV = kind(
    "bundle.prev",
    en="Expected bundle {number} of {partner} to follow the one taken in before, found that it names another; compare both sides' lists of bundles.",
    ja="{partner} のバンドル {number} は、直前に取り込んだものの次ではありません。双方のバンドル一覧を照合してください。",
)
SPELLING = kind(
    "bundle.spelling",
    en="Expected part {part} ({what}) in its one spelling, found bytes that say the same another way, or more; nothing of the bundle was taken in.",
    ja="部分 {part}({what})が正規の表記と異なるか、余分な内容を含みます。バンドルは何も取り込んでいません。",
)
PART = kind(
    "bundle.part",
    en="Expected part {part} to be a {what} as its specification has it, found otherwise ({cause}); nothing of the bundle was taken in.",
    ja="部分 {part} が {what} の形式ではありません({cause})。バンドルは何も取り込んでいません。",
)
