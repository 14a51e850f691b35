# SPDX-License-Identifier: MIT
"""Reasons the store gives."""

from tasuki.base.reasons import kind

FAILED = kind(
    "store.failed",
    en="The database refused the write ({cause}); nothing was changed. Check disk space and the database, then try again.",
    ja="データベースが書き込みを拒否しました({cause})。何も変更されていません。ディスクの空きとデータベースを確認し、再試行してください。",
)
CLOSED = kind(
    "store.closed",
    en="The node is stopping and takes no more writes; try again when it runs.",
    ja="ノードは停止処理中で、書き込みを受け付けません。稼働後に再試行してください。",
)
