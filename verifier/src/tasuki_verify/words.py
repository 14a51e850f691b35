# SPDX-License-Identifier: MIT
"""What is said to people: each check's sentence in English and Japanese, and the error that carries a detail."""

from __future__ import annotations

from typing import Final, NamedTuple


class Said(NamedTuple):
    """One sentence in both languages."""

    en: str
    ja: str


class WrongError(Exception):
    """Something is not as the specification says; the sentences tell what."""

    def __init__(self, en: str, ja: str) -> None:
        """Keep both sentences."""
        super().__init__(en)
        self.said = Said(en, ja)


HOLDS: Final = {
    "form": Said("The file has the form of evidence.", "ファイルは証拠の形式を満たしています。"),
    "log-signature": Said(
        "The node whose log it is signed this checkpoint.", "ログの所有ノードがこのチェックポイントに署名しています。"
    ),
    "cosignature": Said(
        "The partner cosigned the checkpoint, and the keys of both were valid at that time.",
        "パートナーがこのチェックポイントに連署しており、その時点で双方の鍵は有効でした。",
    ),
    "inclusion": Said(
        "The commitment stands in the signed log at the place the file names.",
        "コミットメントは、署名されたログの、ファイルが示す位置にあります。",
    ),
    "opening": Said(
        "The leaf is what the file says it is, or it was left closed.",
        "葉の内容はファイルの記載どおりです(または非開示です)。",
    ),
    "envelope": Said(
        "The envelope is the one the leaf names, and its sender signed it with both algorithms.",
        "封筒は葉が示すものであり、送信元が両方の方式で署名しています。",
    ),
    "receipt": Said(
        "The receipt is the one the leaf speaks of, and its giver signed it with both algorithms.",
        "受領証は葉が示すものであり、交付元が両方の方式で署名しています。",
    ),
}
"""What each check means where it holds. The names are those of the specification, `docs/spec/evidence.md`."""

FAILS: Final = {
    "form": Said("The file does not have the form of evidence", "ファイルは証拠の形式を満たしていません"),
    "log-signature": Said(
        "The checkpoint is not proved to be the log's own", "チェックポイントがログ所有ノードのものと証明されません"
    ),
    "cosignature": Said("The partner is not proved to have cosigned", "パートナーの連署が証明されません"),
    "inclusion": Said(
        "The commitment is not proved to stand in the log", "コミットメントがログにあることが証明されません"
    ),
    "opening": Said("The leaf is not what the file says it is", "葉の内容がファイルの記載と一致しません"),
    "envelope": Said(
        "The envelope is not proved to be the one of this leaf", "封筒がこの葉のものであると証明されません"
    ),
    "receipt": Said(
        "The receipt is not proved to be the one of this leaf", "受領証がこの葉のものであると証明されません"
    ),
}
"""What each check means where it does not hold; the detail of the error follows."""
