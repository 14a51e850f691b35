# SPDX-License-Identifier: MIT
"""Reasons the exchange face gives."""

from tasuki.base.reasons import kind

STRANGER = kind(
    "exchange.stranger",
    en="Expected a partner that this node trusts, found another; exchange anchors and compare their fingerprints first.",
    ja="このノードが信頼するパートナーではありません。先にアンカーを交換し、指紋を照合してください。",
)
