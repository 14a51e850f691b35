# SPDX-License-Identifier: MIT
"""Names under which everybody registers: as an indicator such a name would match a whole registry.

Source: the ICANN section of the Public Suffix List (publicsuffix.org), facts only. This is the part of it that people
meet: every top-level domain, the second-level categories in use everywhere, and those of the countries below.
"""

from __future__ import annotations

from typing import Final

_COUNTRY_CODE_LETTERS: Final = 2

_EVERYWHERE: Final = frozenset({"ac", "co", "com", "edu", "gov", "mil", "net", "org"})
"""Categories that, below a country code, are the registry's own or sold like one."""

_BY_COUNTRY: Final = {
    "at": "gv or",
    "au": "act asn conf id nsw nt qld sa tas vic wa",
    "ca": "ab bc gc mb nb nf nl ns nt nu on pe qc sk yk",
    "cn": "ah bj cq fj gd gs gx gz ha hb he hi hl hn jl js jx ln nm nx qh sc sd sh sn sx tj xj xz yn zj",
    "fr": "asso gouv nom prd tm",
    "id": "biz desa go my or sch web",
    "in": "firm gen ind nic res",
    "jp": (
        "ad ed go gr lg ne or "
        "aichi akita aomori chiba ehime fukui fukuoka fukushima gifu gunma hiroshima hokkaido hyogo ibaraki ishikawa "
        "iwate kagawa kagoshima kanagawa kochi kumamoto kyoto mie miyagi miyazaki nagano nagasaki nara niigata oita "
        "okayama okinawa osaka saga saitama shiga shimane shizuoka tochigi tokushima tokyo tottori toyama wakayama "
        "yamagata yamaguchi yamanashi kawasaki kitakyushu kobe nagoya sapporo sendai yokohama "
        "愛知 秋田 青森 千葉 愛媛 福井 福岡 福島 岐阜 群馬 広島 北海道 兵庫 茨城 石川 岩手 香川 鹿児島 神奈川 "
        "高知 熊本 京都 三重 宮城 宮崎 長野 長崎 奈良 新潟 大分 岡山 沖縄 大阪 佐賀 埼玉 滋賀 島根 静岡 栃木 徳島 東京 "
        "鳥取 富山 和歌山 山形 山口 山梨"
    ),
    "kr": "es go hs kg me ms ne or pe re sc seoul busan daegu incheon gwangju daejeon ulsan jeju",
    "mx": "gob",
    "nz": "cri geek gen govt health iwi kiwi maori school",
    "th": "go in mi or",
    "tw": "club ebiz game idv",
    "uk": "ltd me nhs plc police sch",
    "us": "dni isa nsn",
    "za": "agric alt grondar law ngo nic nis nom school tm web",
}

_PAIRS: Final = frozenset(f"{label}.{country}" for country, labels in _BY_COUNTRY.items() for label in labels.split())


def is_registry(domain: str) -> bool:
    """Whether a domain (lower case, no final dot) is one under which strangers register their own."""
    label, dot, rest = domain.partition(".")
    if not dot:
        return True
    if "." in rest:
        return False
    is_country = len(rest) == _COUNTRY_CODE_LETTERS and rest.isascii() and rest.isalpha()
    return domain in _PAIRS or (is_country and label in _EVERYWHERE)
