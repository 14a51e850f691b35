# SPDX-License-Identifier: MIT
"""Reasons the engines give."""

from tasuki.base.reasons import kind

NO_LOGS = kind(
    "engines.no-logs",
    en="Expected log files at {path}, found none; name a file, a folder or a glob.",
    ja="{path}にログファイルがありません。ファイル、フォルダー、またはワイルドカードを指定してください。",
)
LOG_FILE = kind(
    "engines.log-file",
    en="The log {path} cannot be read ({cause}); the hunt goes on without it.",
    ja="ログ{path}を読めません({cause})。このログを除いて続行します。",
)
