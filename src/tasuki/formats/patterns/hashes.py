# SPDX-License-Identifier: MIT
"""Which form the value of a hash has, by the name its path gives it."""

from __future__ import annotations

import re
from typing import Final

from tasuki.formats.patterns.model import Path

_HEX: Final = {
    "MD5": (32,),
    "MD6": (32, 40, 56, 64, 96, 128),
    "RIPEMD160": (40,),
    "SHA1": (40,),
    "SHA224": (56,),
    "SHA256": (64,),
    "SHA384": (96,),
    "SHA512": (128,),
    "SHA3224": (56,),
    "SHA3256": (64,),
    "SHA3384": (96,),
    "SHA3512": (128,),
    "WHIRLPOOL": (128,),
}
"""Hexadecimal digits of each algorithm's digest (FIPS 180-4, FIPS 202, RFC 1321, ISO/IEC 10118-3, the MD6 report)."""

_NAMES: Final = {
    "RIPEMD160": "RIPEMD-160",
    "SHA1": "SHA-1",
    "SHA224": "SHA-224",
    "SHA256": "SHA-256",
    "SHA384": "SHA-384",
    "SHA512": "SHA-512",
    "SHA3224": "SHA3-224",
    "SHA3256": "SHA3-256",
    "SHA3384": "SHA3-384",
    "SHA3512": "SHA3-512",
}
"""As the vocabulary spells them (section 10.7; 2.0 part 1 for the older ones); the others have no hyphen."""

_FORMS: Final = {
    **{name: re.compile("|".join(f"[0-9a-fA-F]{{{size}}}" for size in sizes)) for name, sizes in _HEX.items()},
    "SSDEEP": re.compile(r"[0-9a-zA-Z/+:.]{1,128}"),
}


def algorithm_of(path: Path) -> str | None:
    """Return the hash algorithm whose value `path` names, or None; hyphens and case of its name do not count.

    Source: STIX 2.1 sections 2.7 and 10.7; the older names are those the reference validator knows.
    """
    last = path.steps[-1]
    if "hashes" not in path.steps or not isinstance(last, str):
        return None
    name = last.upper().replace("-", "").replace("'", "")
    return name if name in _FORMS else None


def form_of(algorithm: str) -> re.Pattern[str]:
    """Return the expression that a whole value of `algorithm` fulfils, which `algorithm_of` named."""
    return _FORMS[algorithm]


def is_hash(algorithm: str, value: object) -> bool:
    """Whether `value` has the form of a value of `algorithm`, which `algorithm_of` named."""
    return isinstance(value, str) and _FORMS[algorithm].fullmatch(value) is not None


def is_hexadecimal(algorithm: str) -> bool:
    """Whether values of `algorithm` are hexadecimal digits, whose case does not count."""
    return algorithm in _HEX


def name_of(algorithm: str) -> str:
    """Return how the vocabulary spells an algorithm that `algorithm_of` named."""
    return _NAMES.get(algorithm, algorithm)
