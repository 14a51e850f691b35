# SPDX-License-Identifier: MIT
"""Making labels: from markings, handling basis and origin; and their one JSON form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience, ParticipantId, participant
from tasuki.base.time import format_exact, parse_rfc3339
from tasuki.core.markings.lattice import WIDEST, audiences, caveat, meet, meet_all, originated_by
from tasuki.core.markings.model import Label, Pap, Tlp
from tasuki.core.markings.reasons import LABEL

UNKNOWN_MARKING: Final = "unknown-marking"
UNKNOWN_CAVEAT: Final = "unknown-caveat"
UNKNOWN_HANDLING: Final = "unknown-handling"
VICTIM_CONSENT: Final = "victim-consent"
PERSONAL_DATA: Final = "personal-data"
MISSING_REFERENCE: Final = "missing-reference"
ABOVE_CEILING: Final = "above-ceiling"
CLOSURE_TOO_LARGE: Final = "closure-too-large"
BLOCKS: Final = (
    UNKNOWN_MARKING,
    UNKNOWN_CAVEAT,
    UNKNOWN_HANDLING,
    VICTIM_CONSENT,
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

ACTIONS: Final = {"clear": Pap.CLEAR, "green": Pap.GREEN, "amber": Pap.AMBER, "red": Pap.RED}

_CLASSIFICATION: Final = re.compile(r"[A-Z]{3}:\S(?:.{0,58}\S)?")


def label_of(
    *,
    levels: Iterable[str],
    caveats: Iterable[Iterable[str]],
    blocked: Iterable[str],
    originator: ParticipantId,
    besides: Label = WIDEST,
) -> Label:
    """Return the own label of an object.

    Args:
        levels: TLP levels that apply, such as `amber`; none at all gives no TLP, which means no.
        caveats: audience texts of each caveat; one that cannot be read blocks.
        blocked: codes of `BLOCKS` found otherwise.
        originator: whose material it is.
        besides: what else narrows it, from `stated`.
    """
    parts = [originated_by(originator), besides]
    named = [LEVELS[level] for level in levels]
    parts.append(replace(WIDEST, tlp=max(named) if named else None))
    for texts in caveats:
        allowed = caveat(texts)
        parts.append(blocking(UNKNOWN_CAVEAT) if allowed is None else replace(WIDEST, releasable_to=allowed))
    parts.extend(blocking(code) for code in blocked)
    return meet_all(parts)


def stated(
    *,
    paps: Iterable[str] = (),
    consent_of: Iterable[str] = (),
    classifications: Iterable[str] = (),
    embargoes: Iterable[tuple[datetime, Iterable[str]]] = (),
    untils: Iterable[datetime] = (),
) -> Label:
    """Return the label that says what markings state beside TLP and caveats; what cannot be read blocks.

    Args:
        paps: PAP levels, such as `amber`.
        consent_of: participants whose consent is needed.
        classifications: national classifications, each `PPP:level`.
        embargoes: moments before which it goes to nobody but the audiences that stand beside.
        untils: moments from when on it goes to nobody.
    """
    held_back = meet_all(_embargoed(until, caveat(ahead)) for until, ahead in embargoes)
    label = replace(
        held_back,
        pap=max((ACTIONS[each] for each in paps), default=None),
        until=min(untils, default=None),
    )
    try:
        return replace(
            label,
            consent_of=frozenset(participant(each) for each in consent_of),
            classifications=frozenset(classification(each) for each in classifications),
        )
    except ValueError:
        return meet(label, blocking(UNKNOWN_MARKING))


def _embargoed(until: datetime, ahead: frozenset[Audience] | None) -> Label:
    label = replace(WIDEST, embargo=until, ahead=ahead or frozenset())
    return label if ahead is not None else meet(label, blocking(UNKNOWN_CAVEAT))


def classification(text: str) -> str:
    """Return `text` as a national classification, such as `GBR:OFFICIAL-SENSITIVE` or `JPN:機密性2`.

    Raises:
        ValueError: not three capital letters, a colon, and a level of at most 60 printable characters.
    """
    if not _CLASSIFICATION.fullmatch(text) or not text.isprintable():
        message = f"expected a classification such as GBR:OFFICIAL, found {text[:60]!r}"
        raise ValueError(message)
    return text


def blocking(code: str) -> Label:
    """Return the label that only blocks, for a reason of `BLOCKS`."""
    return replace(WIDEST, blocked=frozenset({code}))


def label_to_json(label: Label) -> dict[str, Json]:
    """Return the one JSON form of a label: names sorted, absent caveat as null; the other parts only where stated."""
    allowed = label.releasable_to
    said: dict[str, Json] = {
        "tlp": None if label.tlp is None else str(label.tlp).removeprefix("TLP:"),
        "releasable_to": None if allowed is None else _sorted(allowed),
        "originators": _sorted(label.originators),
        "blocked": _sorted(label.blocked),
    }
    if label.pap is not None:
        said["pap"] = label.pap.name
    if label.consent_of:
        said["consent_of"] = _sorted(label.consent_of)
    if label.classifications:
        said["classifications"] = _sorted(label.classifications)
    if label.embargo is not None:
        said["embargo"] = format_exact(label.embargo)
        said["ahead"] = _sorted(label.ahead or ())
    if label.until is not None:
        said["until"] = format_exact(label.until)
    return said


def _sorted(values: Iterable[object]) -> list[Json]:
    texts: list[Json] = []
    texts.extend(sorted(str(each) for each in values))
    return texts


def label_from_json(value: Json) -> Label:
    """Return the label that its JSON form states; anything not understood is refused, never guessed.

    Raises:
        InputError: unknown member, level, audience or code.
    """
    if not isinstance(value, dict) or not _ALWAYS <= value.keys() <= _ALWAYS | _WHERE_STATED:
        raise InputError(LABEL.because(found="other members"))
    try:
        return Label(
            tlp=_level(value["tlp"]),
            releasable_to=_audiences(value["releasable_to"]),
            originators=_participants(value["originators"]),
            blocked=_codes(value["blocked"]),
            pap=ACTIONS[str(value["pap"]).lower()] if "pap" in value else None,
            consent_of=_participants(value.get("consent_of", [])),
            classifications=frozenset(classification(each) for each in _texts(value.get("classifications", []))),
            embargo=_moment(value, "embargo"),
            ahead=_ahead(value),
            until=_moment(value, "until"),
        )
    except (ValueError, KeyError) as error:
        raise InputError(LABEL.because(found=str(error)[:80])) from error


_ALWAYS: Final = frozenset({"tlp", "releasable_to", "originators", "blocked"})

_WHERE_STATED: Final = frozenset({"pap", "consent_of", "classifications", "embargo", "ahead", "until"})


def _participants(value: Json) -> frozenset[ParticipantId]:
    return frozenset(participant(each) for each in _texts(value))


def _ahead(value: Mapping[str, Json]) -> frozenset[Audience] | None:
    if ("ahead" in value) != ("embargo" in value):
        message = "an embargo without who may have it before, or the other way round"
        raise ValueError(message)
    return audiences(_texts(value["ahead"])) if "ahead" in value else None


def _moment(value: Mapping[str, Json], name: str) -> datetime | None:
    return parse_rfc3339(str(value[name])) if name in value else None


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
