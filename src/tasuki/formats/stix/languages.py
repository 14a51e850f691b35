# SPDX-License-Identifier: MIT
"""Language tags: their grammar, and whether their subtags are registered."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from tasuki.formats.stix.registries import GRANDFATHERED, LANGUAGES, REGIONS, REPLACED_LANGUAGES, SCRIPTS

Standing = Literal["registered", "replaced", "unknown", "malformed"]
"""`registered`: every subtag asked for is in the registry; `replaced`: a three-letter code whose language has a
two-letter one that RFC 5646 wants; `unknown`: a subtag that is not registered; `malformed`: no tag at all."""

_TAG: Final = re.compile(
    r"(?P<language>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3})){0,16}(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8}){1,16}){0,8}"
    r"(?:-x(?:-[a-z0-9]{1,8}){1,16})?"
)
_PRIVATE: Final = re.compile(r"x(?:-[a-z0-9]{1,8}){1,16}")
_PRIVATE_LANGUAGES: Final = ("qaa", "qtz")
_PRIVATE_SCRIPTS: Final = ("qaaa", "qabx")
_LONGEST_TAG: Final = 200


def standing(tag: str) -> Standing:
    """Return what the grammar and the registry say of a language tag; tags are compared without case.

    Source: RFC 5646 section 2.1, 2.2, 2.2.9.
    """
    return _standing(tag.lower()) if len(tag) <= _LONGEST_TAG and tag.isascii() else "malformed"


@lru_cache(maxsize=512)
def _standing(lower: str) -> Standing:
    """Look a tag up; remembered, since a feed is in one or two languages, and only for tags that are short."""
    if lower in GRANDFATHERED or _PRIVATE.fullmatch(lower):
        return "registered"
    match = _TAG.fullmatch(lower)
    if match is None:
        return "malformed"
    language = match["language"].partition("-")[0]
    if language in REPLACED_LANGUAGES:
        return "replaced"
    known = (
        _is_language(language)
        and _is_script(match["script"] or "latn")
        and _is_region((match["region"] or "ZZ").upper())
    )
    return "registered" if known else "unknown"


def _is_language(subtag: str) -> bool:
    first, last = _PRIVATE_LANGUAGES
    return subtag in LANGUAGES or (len(subtag) == len(first) and first <= subtag <= last)


def _is_script(subtag: str) -> bool:
    first, last = _PRIVATE_SCRIPTS
    return subtag in SCRIPTS or first <= subtag <= last


def _is_region(subtag: str) -> bool:
    return subtag in REGIONS or "QM" <= subtag <= "QZ" or "XA" <= subtag <= "XZ"
