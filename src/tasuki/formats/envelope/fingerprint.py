# SPDX-License-Identifier: MIT
"""Fingerprints for the ear: 5 bits a syllable, 32 open syllables that English and Japanese speakers read alike."""

from __future__ import annotations

import re
from typing import Final

from tasuki.base.errors import InputError
from tasuki.formats.envelope.reasons import BAD_FINGERPRINT

ROMAJI: Final = (
    "ka", "ki", "ku", "ke", "ko", "sa", "su", "se", "so", "ta", "te", "to", "ha", "he", "ho", "ya",
    "yo", "ma", "mi", "mu", "me", "mo", "ra", "ri", "ru", "re", "ro", "ba", "bi", "bu", "be", "bo",
)  # fmt: skip
"""The 32 syllables in the order of their values. No `n` beside `m`, no `p`, `d`, `g` beside `b`, `t`, `k`; none
that romaji spells in two ways (shi, chi, tsu, fu)."""

KATAKANA: Final = (
    "カ", "キ", "ク", "ケ", "コ", "サ", "ス", "セ", "ソ", "タ", "テ", "ト", "ハ", "ヘ", "ホ", "ヤ",
    "ヨ", "マ", "ミ", "ム", "メ", "モ", "ラ", "リ", "ル", "レ", "ロ", "バ", "ビ", "ブ", "ベ", "ボ",
)  # fmt: skip
"""The same syllables for Japanese readers."""

_BITS = 256
_SYLLABLES = 52
_PAD_BITS = _SYLLABLES * 5 - _BITS
_GROUP = 4
_VALUES = {text: value for table in (ROMAJI, KATAKANA) for value, text in enumerate(table)}
_ONE = re.compile("|".join(_VALUES))


def spoken(digest: bytes, syllables: tuple[str, ...] = ROMAJI) -> str:
    """Return a SHA-256 as 13 groups of four syllables; the last four bits, which carry nothing, are zero.

    Raises:
        ValueError: the digest is not 32 bytes long.
    """
    if len(digest) * 8 != _BITS:
        message = f"expected a SHA-256 of 32 bytes, found {len(digest)}"
        raise ValueError(message)
    number = int.from_bytes(digest, "big") << _PAD_BITS
    said = [syllables[number >> 5 * place & 31] for place in range(_SYLLABLES - 1, -1, -1)]
    return "-".join("".join(said[at : at + _GROUP]) for at in range(0, _SYLLABLES, _GROUP))


def hexadecimal(digest: bytes) -> str:
    """Return a fingerprint as hex in groups of eight digits."""
    text = digest.hex()
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))


def heard(text: str) -> bytes:
    """Return the digest that a person typed: hex, romaji or katakana; spaces, hyphens and capitals do not matter.

    Raises:
        InputError: something else.
    """
    plain = "".join(character for character in text.casefold() if not character.isspace() and character not in "-・:")
    if re.fullmatch(r"[0-9a-f]{64}", plain):
        return bytes.fromhex(plain)
    said = _ONE.findall(plain)
    number = 0
    for syllable in said:
        number = number << 5 | _VALUES[syllable]
    if len(said) != _SYLLABLES or "".join(said) != plain or number & (1 << _PAD_BITS) - 1:
        raise InputError(BAD_FINGERPRINT.because(found=text[:40]))
    return (number >> _PAD_BITS).to_bytes(_BITS // 8, "big")
