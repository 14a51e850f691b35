# SPDX-License-Identifier: MIT
"""Making labels: from markings, handling basis and origin; and their one JSON form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience, ParticipantId, participant
from tasuki.core.markings.lattice import WIDEST, audiences, caveat, meet_all, originated_by
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.markings.reasons import LABEL

UNKNOWN_MARKING: Final = "unknown-marking"
UNKNOWN_CAVEAT: Final = "unknown-caveat"
UNKNOWN_HANDLING: Final = "unknown-handling"
PERSONAL_DATA: Final = "personal-data"
MISSING_REFERENCE: Final = "missing-reference"
ABOVE_CEILING: Final = "above-ceiling"
CLOSURE_TOO_LARGE: Final = "closure-too-large"
BLOCKS: Final = (
    UNKNOWN_MARKING,
    UNKNOWN_CAVEAT,
    UNKNOWN_HANDLING,
    PERSONAL_DATA,
    MISSING_REFERENCE,
    ABOVE_CEILING,
    CLOSURE_TOO_LARGE,
)
"""Every code that may stand in `Label.blocked`; docs/policy/release.md says what each means."""

LEVELS: Final = {
    "clear": Tlp.CLEAR,
    "green": Tlp.GREEN,
    "amber": Tlp.AMBER,
    "amber+strict": Tlp.AMBER_STRICT,
    "red": Tlp.RED,
}


def label_of(
    *,
    levels: Iterable[str],
    caveats: Iterable[Iterable[str]],
    blocked: Iterable[str],
    originator: ParticipantId,
) -> Label:
    """Return the own label of an object.

    Args:
        levels: TLP levels that apply, such as `amber`; none at all gives no TLP, which means no.
        caveats: audience texts of each caveat; one that cannot be read blocks.
        blocked: codes of `BLOCKS` found otherwise.
        originator: whose material it is.
    """
    parts = [originated_by(originator)]
    named = [LEVELS[level] for level in levels]
    parts.append(_only(tlp=max(named) if named else None))
    for texts in caveats:
        allowed = caveat(texts)
        parts.append(_only(blocked=UNKNOWN_CAVEAT) if allowed is None else _releasable(allowed))
    parts.extend(_only(blocked=code) for code in blocked)
    return meet_all(parts)


def _only(*, tlp: Tlp | None = Tlp.CLEAR, blocked: str = "") -> Label:
    codes = frozenset({blocked}) if blocked else frozenset()
    return Label(tlp=tlp, releasable_to=None, originators=frozenset(), blocked=codes)


def _releasable(allowed: frozenset[Audience]) -> Label:
    return Label(tlp=WIDEST.tlp, releasable_to=allowed, originators=frozenset(), blocked=frozenset())


def blocking(code: str) -> Label:
    """Return the label that only blocks, for a reason of `BLOCKS`."""
    return _only(blocked=code)


def label_to_json(label: Label) -> dict[str, Json]:
    """Return the one JSON form of a label: names sorted, absent caveat as null."""
    allowed = label.releasable_to
    return {
        "tlp": None if label.tlp is None else str(label.tlp).removeprefix("TLP:"),
        "releasable_to": None if allowed is None else _sorted(allowed),
        "originators": _sorted(label.originators),
        "blocked": _sorted(label.blocked),
    }


def _sorted(values: Iterable[object]) -> list[Json]:
    texts: list[Json] = []
    texts.extend(sorted(str(each) for each in values))
    return texts


def label_from_json(value: Json) -> Label:
    """Return the label that its JSON form states; anything not understood is refused, never guessed.

    Raises:
        InputError: unknown member, level, audience or code.
    """
    if not isinstance(value, dict) or set(value) != {"tlp", "releasable_to", "originators", "blocked"}:
        raise InputError(LABEL.because(found="other members"))
    try:
        return Label(
            tlp=_level(value["tlp"]),
            releasable_to=_audiences(value["releasable_to"]),
            originators=frozenset(participant(each) for each in _texts(value["originators"])),
            blocked=_codes(value["blocked"]),
        )
    except (ValueError, KeyError) as error:
        raise InputError(LABEL.because(found=str(error)[:80])) from error


def _level(value: Json) -> Tlp | None:
    return None if value is None else LEVELS[str(value).lower()]


def _audiences(value: Json) -> frozenset[Audience] | None:
    return None if value is None else audiences(_texts(value))


def _codes(value: Json) -> frozenset[str]:
    codes = frozenset(_texts(value))
    if not codes <= set(BLOCKS):
        message = "an unknown block"
        raise ValueError(message)
    return codes


def _texts(value: Json) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        message = "no list of texts"
        raise ValueError(message)
    return [str(each) for each in value]
