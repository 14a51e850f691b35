# SPDX-License-Identifier: MIT
"""Judging single texts: times, identifiers, names, encoded bytes, hashes, selectors. Linear, never a guess."""

from __future__ import annotations

import re
from typing import Final

from tasuki.formats.stix.registries import CHARACTER_SETS

TIMESTAMP: Final = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
    r"(?:\.[0-9]++)?Z"
)
"""The form of a timestamp; `is_timestamp` also asks whether the day exists."""

UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")
"""A UUID of RFC 4122: its variant, and one of the five versions it defines."""

RANDOM_UUID: Final = re.compile("--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""What follows the type in an id with a UUID of version 4, in lower case."""

QUICK_TIMESTAMP: Final = re.compile(
    r"[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3,9}Z"
)
"""Timestamps with milliseconds, but for leap days and leap seconds: most there are. Others are asked in full."""

TYPE_NAME: Final = re.compile(r"(?=.{3,250}\Z)[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+")
PROPERTY_NAME: Final = re.compile(r"[a-z][a-z0-9_]{2,249}")
DICTIONARY_KEY: Final = re.compile(r"[a-zA-Z0-9_-]{1,250}")
HASH_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{3,250}")
EXTENSION_NAME: Final = re.compile(r"(?=.{5,250}\Z)[a-z][a-z0-9-]*+(?<=-ext)")
RELATIONSHIP_TYPE: Final = re.compile(r"[a-z0-9-]++")
HEX: Final = re.compile(r"(?:[0-9a-f]{2})*+")
BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
SELECTOR: Final = re.compile(r"[A-Za-z0-9_-]{1,250}(?:\.(?:\[[0-9]{1,9}\]|[A-Za-z0-9_-]{1,250}))*+")
MEDIA_TYPE: Final = re.compile(
    r"(?:application|audio|example|font|haptics|image|message|model|multipart|text|video)"
    r"/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
)
SERVICE_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,15}")
CVE: Final = re.compile(r"CVE-[0-9]{4}-(?:0[0-9]{3}|[1-9][0-9]{3,15})")
CAPEC: Final = re.compile(r"CAPEC-[0-9]{1,9}")
ENCODED_WORD: Final = re.compile(r"=\?[!-<>@-~]{1,64}\?[bBqQ]\?[!->@-~]{0,200}\?=")
SHORT_HIVE: Final = re.compile(r"HK(?:LM|CC|CR|CU|U)(?:\\|\Z)", re.IGNORECASE)

HASH_FORMATS: Final = {
    "MD5": re.compile(r"[0-9a-fA-F]{32}"),
    "SHA-1": re.compile(r"[0-9a-fA-F]{40}"),
    "SHA-256": re.compile(r"[0-9a-fA-F]{64}"),
    "SHA-512": re.compile(r"[0-9a-fA-F]{128}"),
    "SHA3-256": re.compile(r"[0-9a-fA-F]{64}"),
    "SHA3-512": re.compile(r"[0-9a-fA-F]{128}"),
    "SSDEEP": re.compile(r"[0-9]{1,20}:[A-Za-z0-9+/]{0,64}:[A-Za-z0-9+/]{0,64}"),
    "TLSH": re.compile(r"(?:[tT]1)?[0-9a-fA-F]{70}"),
}
"""What the digest of each algorithm looks like (section 10.7); TLSH since 4.0 writes `T1` before its 35 bytes."""

_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SHORTEST_MONTH: Final = "28"
_CPE_PART: Final = re.compile(r"(?:\\[!-/:-@\[-`{-~]|[A-Za-z0-9._?*-])++")
_CPE_ATTRIBUTES: Final = 11
_CPE_PREFIX: Final = "cpe:2.3:"
_LONGEST_CPE: Final = 2_000
"""The longest names of the official dictionary have a few hundred characters."""


def is_timestamp(text: str) -> bool:
    """Whether a text is a timestamp of a moment that exists, in UTC.

    Source: STIX 2.1 section 2.16; RFC 3339 section 5.6, 5.7 (a leap second ends June or December).
    """
    if not TIMESTAMP.fullmatch(text):
        return False
    if text[8:10] > _SHORTEST_MONTH and not _day_exists(text):
        return False
    return text[17:19] != "60" or text[5:19] in ("06-30T23:59:60", "12-31T23:59:60")


def _day_exists(text: str) -> bool:
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    if month == 2 and day == _DAYS[1]:  # noqa: PLR2004 February, the month of the leap day
        return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= _DAYS[month - 1]


def moment(text: str) -> tuple[str, str]:
    """Return a key by which well-formed timestamps of any precision compare as the moments they name."""
    return text[:19], text[20:-1].rstrip("0")


def is_property_name(text: str) -> bool:
    """Whether a text can name a property.

    Source: STIX 2.1 section 3.1, 7.3.2, 11.1.1.
    """
    return PROPERTY_NAME.fullmatch(text) is not None


def is_identifier(text: str) -> bool:
    """Whether a text is `<type>--<UUID>`.

    Source: STIX 2.1 section 2.9, 3.1.
    """
    kind, mark, rest = text.partition("--")
    return bool(mark and UUID.fullmatch(rest) and TYPE_NAME.fullmatch(kind))


def is_cpe(text: str) -> bool:
    """Whether a text is a CPE 2.3 formatted string: part, vendor, product and eight more attributes.

    Source: NISTIR 7695 section 6.2. Whether the official dictionary lists it cannot be asked here.
    """
    if not text.startswith(_CPE_PREFIX) or len(text) > _LONGEST_CPE:
        return False
    attributes = _split_unescaped(text[len(_CPE_PREFIX) :])
    return (
        len(attributes) == _CPE_ATTRIBUTES
        and attributes[0] in ("a", "o", "h", "*", "-")
        and all(_CPE_PART.fullmatch(attribute) for attribute in attributes)
    )


def _split_unescaped(text: str) -> list[str]:
    parts: list[str] = []
    for piece in text.split(":"):
        if parts and parts[-1].endswith("\\") and not parts[-1].endswith("\\\\"):
            parts[-1] += ":" + piece
        else:
            parts.append(piece)
    return parts


def is_character_set(text: str) -> bool:
    """Whether a text is a registered character set, by its preferred MIME name where it has one.

    Source: STIX 2.1 section 3.9.1; RFC 2978.
    """
    return text.lower() in CHARACTER_SETS


def is_media_type(text: str) -> bool:
    """Whether a text has the form of a media type under a registered top-level type.

    Source: RFC 6838 section 4.2. The registry of subtypes is not held here.
    """
    return bool(MEDIA_TYPE.fullmatch(text))
