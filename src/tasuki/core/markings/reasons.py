# SPDX-License-Identifier: MIT
"""Reasons of the markings room."""

from tasuki.base.reasons import kind

LABEL = kind(
    "markings.label",
    en="Expected a label in its JSON form, found {found}; it is not guessed at.",
    ja="ラベルのJSON形式が必要ですが、{found}がありました。推測はしません。",
)
CEILING = kind(
    "markings.ceiling",
    en="The text is marked {mark}, above the ceiling {highest} of this node: not held. Start spill handling.",
    ja="{mark}の表示があり、このノードの上限({highest})を超えるため保有しません。漏えい対応を開始してください。",
)
