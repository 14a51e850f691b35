# SPDX-License-Identifier: MIT
"""Reasons the worker gives."""

from tasuki.base.reasons import kind

SURPRISE = kind(
    "worker.surprise",
    en="The loop {loop} failed in a way nobody foresaw ({cause}); it starts again by itself. Report what the log says.",
    ja="ループ{loop}で予期しない障害が発生しました({cause})。自動的に再開します。ログの内容を報告してください。",
)
