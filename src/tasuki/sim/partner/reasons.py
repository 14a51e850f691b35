# SPDX-License-Identifier: MIT
"""Reasons the partner gives."""

from tasuki.base.reasons import kind

NOT_READY = kind(
    "sim.not-ready",
    en="Expected the node in {directory} to answer; it did not. The last it said: {said}",
    ja="{directory} のノードが応答しません。最後の出力: {said}",
)
NOT_QUIET = kind(
    "sim.not-quiet",
    en="Expected the node to come to rest within {seconds} seconds; something of it still moves.",
    ja="ノードは{seconds}秒以内に静止するはずですが、まだ動いています。",
)
UNWILLING = kind(
    "sim.unwilling",
    en="Expected the node to do what prepares a move ({path}); it answered {status}: {said}",
    ja="手の準備({path})にノードが応じるはずですが、{status} でした: {said}",
)
