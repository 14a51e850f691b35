# SPDX-License-Identifier: MIT
"""New versions of what we made: whether it is ours to revise, and what a version may not change.

Source: STIX 2.1 section 3.6 (versioning).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.time import parse_rfc3339
from tasuki.core.holdings.model import HandlingBasis

_FOUND: Final = frozenset({None, "open-source", "commercial"})
"""How something was obtained that somebody else made, or nobody knows who."""

_FIXED: Final = ("type", "id", "created_by_ref")
"""Members that are the same in every version, beside `created`."""


def is_own_making(handling: HandlingBasis) -> bool:
    """Whether what is held as ours was made here: only its maker makes new versions of an object."""
    return handling.collection not in _FOUND


def revoked_version(obj: Mapping[str, Json], modified: str) -> dict[str, Json]:
    """Return the version of an object that revokes it, as of `modified`; all else is as it was."""
    return {**obj, "modified": modified, "revoked": True}


def differs(before: Mapping[str, Json], after: Mapping[str, Json]) -> str | None:
    """Return a member in which an object is no version of another, or None where it is one."""
    for member in _FIXED:
        if before.get(member) != after.get(member):
            return member
    return None if _moment(before.get("created")) == _moment(after.get("created")) else "created"


def _moment(value: Json) -> object:
    """Return a timestamp as the moment it names: two texts may mean the same."""
    try:
        return parse_rfc3339(str(value))
    except ValueError:
        return value
