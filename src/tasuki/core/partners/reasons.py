# SPDX-License-Identifier: MIT
"""Reasons the profile reader gives."""

from tasuki.base.reasons import kind

PROFILE = kind(
    "partners.profile",
    en="The profile is wrong at {path}: expected {expected}, found {found}. Correct the profile.",
    ja="プロファイルの{path}が誤っています。{expected}が必要ですが、{found}がありました。修正してください。",
)
NO_PARTICIPANT = kind(
    "partners.no-participant",
    en="Expected a participant of the profile {profile}, found {found}; it has {known}.",
    ja="プロファイル{profile}の参加者が必要ですが、{found}がありました。参加者: {known}",
)
