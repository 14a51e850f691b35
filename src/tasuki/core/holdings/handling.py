# SPDX-License-Identifier: MIT
"""The handling basis in its JSON form, and the bases an operator may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.holdings.model import HandlingBasis, PersonalData, Victim
from tasuki.core.holdings.reasons import HANDLING

UNKNOWN: Final = HandlingBasis(
    collection=None, purpose=None, permitted_use=(), personal_data=PersonalData.UNKNOWN, dispose_by=None
)
"""Nothing is known: it stays local."""

_USES: Final = ("detect", "block", "notify")

BASES: Final = {
    name: HandlingBasis(
        collection=name,
        purpose="cyber-defence",
        permitted_use=_USES,
        personal_data=PersonalData.NO,
        dispose_by=None,
        victim=Victim.NOT_ASKED if name == "victim-report" else Victim.NONE,
    )
    for name in ("open-source", "own-sensor", "own-analysis", "commercial", "victim-report")
}
"""Handling bases by the name of how something was obtained; all for cyber defence, without personal data.

What a victim reported stays until the victim was asked.
"""


def handling_to_json(basis: HandlingBasis) -> dict[str, Json]:
    """Return the one JSON form of a handling basis; the victim stands in it only where there is one."""
    said: dict[str, Json] = {
        "collection": basis.collection,
        "purpose": basis.purpose,
        "permitted_use": list(basis.permitted_use),
        "personal_data": basis.personal_data.value,
        "dispose_by": None if basis.dispose_by is None else format_rfc3339(basis.dispose_by),
    }
    if basis.victim is not Victim.NONE:
        said["victim"] = basis.victim.value
    return said


def handling_from_json(value: Json) -> HandlingBasis:
    """Return the handling basis its JSON form states.

    Raises:
        InputError: another member, or a value that cannot be read.
    """
    if not isinstance(value, dict) or set(value) - {"victim"} != set(handling_to_json(UNKNOWN)):
        raise InputError(HANDLING.because(found="other members"))
    try:
        return _read(value)
    except (ValueError, TypeError) as error:
        raise InputError(HANDLING.because(found=str(error)[:80])) from error


def _read(value: Mapping[str, Json]) -> HandlingBasis:
    uses, until = value["permitted_use"], value["dispose_by"]
    if not isinstance(uses, list):
        message = "permitted_use that is no list"
        raise TypeError(message)
    return HandlingBasis(
        collection=_text(value["collection"]),
        purpose=_text(value["purpose"]),
        permitted_use=tuple(str(each) for each in uses),
        personal_data=PersonalData(str(value["personal_data"])),
        dispose_by=None if until is None else parse_rfc3339(str(until)),
        victim=Victim(str(value.get("victim", Victim.NONE))),
    )


def _text(value: Json) -> str | None:
    if value is None or isinstance(value, str):
        return value
    message = "a value that is no text"
    raise TypeError(message)
