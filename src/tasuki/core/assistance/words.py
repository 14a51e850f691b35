# SPDX-License-Identifier: MIT
"""The words of requests for assistance in both languages. They state intent and never a duty."""

from __future__ import annotations

from typing import Final

from tasuki.base.reasons import Text
from tasuki.core.partners.model import Profile

STATUS_LINE: Final = Text(
    en="This is a statement of intent. It creates no rights or obligations under domestic or international law.",
    ja="本書面は意図の表明であり、国内法上または国際法上の権利義務を生じさせるものではない。",
)
"""Where a profile states no status line of its own: none can be left out by a profile."""


def status_line(profile: Profile) -> Text:
    """Return the line that stands under every request, response and ending."""
    return profile.texts.get("status-line", STATUS_LINE)


def written_status_line(profile: Profile) -> str:
    """Return the status line as it stands on the wire: both languages, none before the other in rank."""
    line = status_line(profile)
    return f"{line.en} / {line.ja}"


STATES: Final = {
    "requested": Text(en="requested, not acknowledged", ja="要請済み、未確認"),
    "acknowledged": Text(en="acknowledged, under consideration", ja="受領確認済み、検討中"),
    "information-wanted": Text(en="more information wanted", ja="追加情報の求めあり"),
    "accepted": Text(en="intends to help", ja="支援の意向あり"),
    "accepted-in-part": Text(en="intends to help in part", ja="一部について支援の意向あり"),
    "declined": Text(en="does not intend to help", ja="支援を見送り"),
    "referred": Text(en="better placed in another channel", ja="他の経路を案内"),
    "answered": Text(en="help given", ja="支援を提供済み"),
    "closed": Text(en="closed", ja="終了"),
    "withdrawn": Text(en="withdrawn", ja="取り下げ"),
    "hearsay": Text(en="passed on by another, not answerable", ja="第三者経由、回答不可"),
    "unknown-request": Text(en="about a request not held here", ja="保有していない要請への発言"),
}
"""Where a request stands."""

WANTED: Final = {
    "indicators": Text(en="indicators", ja="インディケーター"),
    "hunt": Text(en="hunt or detection advice", ja="照合・検知の助言"),
    "analysis": Text(en="log analysis", ja="ログの分析"),
    "contact": Text(en="contact with a vendor or operator", ja="ベンダー・事業者への連絡"),
    "victim-notification": Text(en="notification of victims", ja="被害者への通知"),
    "sector-outlook": Text(en="sector outlook", ja="業種の見通し"),
    "recovery-advice": Text(en="recovery advice", ja="復旧の助言"),
    "liaison": Text(en="liaison officer", ja="連絡担当官"),
    "translation": Text(en="translation", ja="翻訳"),
    "public-support": Text(en="public statement of support", ja="支持の公表"),
}
"""The menu of help."""

EFFECTS: Final = {
    "destructive": Text(en="destructive", ja="破壊的"),
    "disruptive": Text(en="disruptive", ja="妨害的"),
    "destabilising": Text(en="otherwise destabilising", ja="その他不安定化をもたらす"),
}
"""The test of the partnership statement."""

CONSENT: Final = {
    "given": Text(en="the victim agreed that the partner is told", ja="被害者は相手国への提供に同意"),
    "anonymous": Text(en="the victim agreed, provided it stays unnamed", ja="被害者は匿名を条件に同意"),
    "not-asked": Text(
        en="the victim was not asked; nothing of it is in here", ja="被害者に未確認、被害者の情報は含まない"
    ),
    "no-victim": Text(en="there is no single victim", ja="特定の被害者はいない"),
    "national-only": Text(en="the victim agreed to its own authorities only", ja="被害者の同意は国内当局限り"),
}
"""What the victim agreed to."""

REASON_CODES: Final = {
    "capacity": Text(en="no capacity at present", ja="現在は対応の余力がない"),
    "information": Text(en="nothing known about it", ja="関連する情報がない"),
    "law": Text(en="not possible under domestic law", ja="国内法上できない"),
    "policy": Text(en="a matter of policy", ja="政策上の判断"),
    "other-channel": Text(en="better placed in another channel", ja="他の経路が適切"),
}
"""Why something is declined."""

CHANNELS: Final = {
    "mutual-legal-assistance": Text(en="mutual legal assistance", ja="刑事共助"),
    "law-enforcement": Text(en="law enforcement", ja="警察当局"),
    "regulator": Text(en="sector regulator", ja="所管当局"),
    "diplomatic": Text(en="diplomatic channel", ja="外交経路"),
    "vendor": Text(en="vendor", ja="ベンダー"),
}
"""Where a request is referred to."""

ENDINGS: Final = {
    "fulfilled": Text(en="help received", ja="支援を受けた"),
    "partly-fulfilled": Text(en="help received in part", ja="一部の支援を受けた"),
    "unfulfilled": Text(en="ended without help", ja="支援なく終了"),
    "withdrawn": Text(en="withdrawn by the asker", ja="要請元が取り下げ"),
}
"""How a request ended."""


def say(words: dict[str, Text], word: str) -> Text:
    """Return the text of a word; a word of a stranger that no list has stands as it was written."""
    return words.get(word, Text(en=word, ja=word))
