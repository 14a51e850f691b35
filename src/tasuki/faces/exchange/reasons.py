# SPDX-License-Identifier: MIT
"""Reasons the exchange face gives."""

from tasuki.base.reasons import kind

STRANGER = kind(
    "exchange.stranger",
    en="Expected a partner that this node trusts, found another; exchange anchors and compare their fingerprints first.",
    ja="このノードが信頼するパートナーではありません。先にアンカーを交換し、指紋を照合してください。",
)
NO_ROUTE = kind(
    "exchange.no-route",
    en="Expected a path and method of the exchange, found another; look them up in the specification.",
    ja="交換用の経路とメソッドではありません。仕様書で確認してください。",
)
TROUBLE = kind(
    "exchange.trouble",
    en="This node could not carry it out now; send it again later. Its people find more in their log under {incident}.",
    ja="このノードは現在処理できません。後で再送してください。詳細は当方のログの{incident}にあります。",
)
