# SPDX-License-Identifier: MIT
"""The reader's language, and the few words every command shares."""

from __future__ import annotations

import os
from typing import Final

from tasuki.base.reasons import Language, Text

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")

EXAMPLE: Final = Text(en="Example", ja="例")
AS_JSON: Final = Text(en="Answer in JSON, for machines.", ja="機械向けにJSONで出力します。")
WHICH_NODE: Final = Text(
    en="Directory of the node (or TASUKI_NODE).",
    ja="ノードのディレクトリ(環境変数 TASUKI_NODE でも指定可)。",
)
WHOSE_TOKEN: Final = Text(
    en="File with your token, if you are a person who reads at this node (or the token itself in TASUKI_TOKEN).",
    ja="このノードで読む人のトークンを収めたファイル(環境変数 TASUKI_TOKEN にトークン自体を設定することも可)。",
)
SHOW_HELP: Final = Text(en="Show this message.", ja="この説明を表示します。")
SHOW_VERSION: Final = Text(en="Show the version.", ja="版を表示します。")
USAGE: Final = Text(en="Usage: ", ja="使い方: ")
OPTIONS: Final = Text(en="Options", ja="オプション")
COMMANDS: Final = Text(en="Commands", ja="コマンド")


def language() -> Language:
    """Return Japanese when the locale says so, else English; the first variable that is set decides."""
    for name in _VARIABLES:
        value = os.environ.get(name, "")
        if value:
            return Language.JA if value.startswith("ja") else Language.EN
    return Language.EN


def say(text: Text) -> str:
    """Return `text` in the reader's language."""
    return text.in_language(language())
