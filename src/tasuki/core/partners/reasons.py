# SPDX-License-Identifier: MIT
"""Reasons the profile reader gives: each names the place in the profile and what belongs there."""

from tasuki.base.reasons import kind

MISSING = kind(
    "partners.profile-missing",
    en="Expected {path} in the profile, found nothing there. Add it.",
    ja="プロファイルに{path}がありません。追加してください。",
)
UNKNOWN = kind(
    "partners.profile-unknown",
    en="The profile has {path}, which this version does not know and so cannot keep to. Remove it, or upgrade.",
    ja="プロファイルの{path}はこの版では解釈できず、守ることができません。削除するか、ソフトウェアを更新してください。",
)
NOT_TEXT = kind(
    "partners.profile-text",
    en="The profile is wrong at {path}: expected text that is not empty, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。空でない文字列が必要ですが、{found}でした。修正してください。",
)
NOT_INTEGER = kind(
    "partners.profile-integer",
    en="The profile is wrong at {path}: expected a whole number of 1 or more, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。1以上の整数が必要ですが、{found}でした。修正してください。",
)
NOT_LIST = kind(
    "partners.profile-list",
    en="The profile is wrong at {path}: expected a list with at least one entry, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。一つ以上の要素を持つ配列が必要ですが、{found}でした。修正してください。",
)
NOT_TABLE = kind(
    "partners.profile-table",
    en="The profile is wrong at {path}: expected a table, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。テーブルが必要ですが、{found}でした。修正してください。",
)
NOT_PARTICIPANT = kind(
    "partners.profile-participant",
    en="The profile is wrong at {path}: expected three capital letters such as JPN, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。JPNのような英大文字3字が必要ですが、{found}でした。修正してください。",
)
NOT_NAME = kind(
    "partners.profile-name",
    en="The profile is wrong at {path}: expected a short name of small letters, digits and hyphens such as nco, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。ncoのような英小文字・数字・ハイフンの短い名前が必要ですが、{found}でした。修正してください。",
)
NOT_AUDIENCE = kind(
    "partners.profile-audience",
    en="The profile is wrong at {path}: expected a participant, organisation or capacity that it lists, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。記載された参加者・組織・資格のいずれかが必要ですが、{found}でした。修正してください。",
)
NOT_CODE = kind(
    "partners.profile-code",
    en="The profile is wrong at {path}: expected codes of this severity scale, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。この深刻度尺度の符号が必要ですが、{found}でした。修正してください。",
)
TOO_LONG = kind(
    "partners.profile-minutes",
    en="The profile is wrong at {path}: expected at most {limit} minutes, found {found}. Correct it.",
    ja="プロファイルの{path}が誤っています。上限は{limit}分ですが、{found}でした。修正してください。",
)
TWICE = kind(
    "partners.profile-twice",
    en="The profile names {found} twice at {path}; nobody could tell the two apart. Keep one.",
    ja="プロファイルの{path}に{found}が二度あり、区別できません。一つにしてください。",
)
NO_PARTICIPANT = kind(
    "partners.no-participant",
    en="Expected a participant of the profile {profile}, found {found}; it has {known}.",
    ja="プロファイル{profile}に参加者{found}はありません。参加者: {known}",
)
