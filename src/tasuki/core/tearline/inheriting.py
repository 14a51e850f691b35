# SPDX-License-Identifier: MIT
"""What a tear-line inherits: whatever nobody but the originators and the victims may lift.

Source: docs/policy/release.md, section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from tasuki.base.errors import CallerError
from tasuki.base.ids import ParticipantId, StixId
from tasuki.core.holdings.model import HandlingBasis, PersonalData, Victim
from tasuki.core.markings.labels import (
    ABOVE_CEILING,
    CLOSURE_TOO_LARGE,
    PERSONAL_DATA,
    UNKNOWN_CAVEAT,
    UNKNOWN_MARKING,
    VICTIM_CONSENT,
)
from tasuki.core.markings.lattice import WIDEST, meet, meet_all
from tasuki.core.markings.model import Label
from tasuki.core.tearline import reasons as why
from tasuki.core.tearline.model import Source

_UNREADABLE: Final = frozenset({ABOVE_CEILING, UNKNOWN_MARKING, UNKNOWN_CAVEAT, CLOSURE_TOO_LARGE})
"""With one of these nobody can say what would be inherited."""

_GRAVEST: Final = (Victim.REFUSED, Victim.NATIONAL_ONLY, Victim.NOT_ASKED)
"""What a victim said that keeps a tear-line too, the gravest first."""


def inherited(decided: Label, sources: Sequence[Source], me: ParticipantId) -> Label:
    """Return what the sources put on a tear-line, whatever two people decided.

    Originators, originator control, embargo and end of every source; the victim's block, unless it agreed to a text
    without its name. And since nobody widens what is another's: where something decided is wider than a source has it,
    the other originators of that source must consent, whatever the TLP.
    """
    together = meet_all(each.label for each in sources)
    asked = frozenset(who for each in sources if widens(decided, each.label) for who in each.label.originators - {me})
    return replace(
        WIDEST,
        originators=together.originators,
        consent_of=together.consent_of | asked,
        embargo=together.embargo,
        ahead=together.ahead,
        until=together.until,
        blocked=frozenset({VICTIM_CONSENT} if victim_of(sources) in _GRAVEST else ()),
    )


def widens(decided: Label, source: Label) -> bool:
    """Whether something that two people may decide is wider than the source has it."""
    ours, theirs = _decidable(decided), _decidable(source)
    return meet(ours, theirs) != ours


def _decidable(label: Label) -> Label:
    return replace(
        label,
        originators=frozenset(),
        consent_of=frozenset(),
        embargo=None,
        ahead=None,
        until=None,
        blocked=label.blocked & {PERSONAL_DATA},
    )


def victim_of(sources: Iterable[Source]) -> Victim:
    """Return what a tear-line says of victims: the gravest word of any; `given` where each agreed to such a text."""
    said = {each for source in sources for each in (*source.victims, source.basis.victim)}
    gravest = next((each for each in _GRAVEST if each in said), None)
    if gravest is not None:
        return gravest
    return Victim.GIVEN if said - {Victim.NONE} else Victim.NONE


def needs_words(sources: Iterable[Source]) -> bool:
    """Whether a victim agreed to a text without its name, so that the name must be said to be looked for."""
    return any(Victim.ANONYMOUS in (*source.victims, source.basis.victim) for source in sources)


def basis_of(sources: Sequence[Source], personal_data: PersonalData | None) -> HandlingBasis:
    """Return the handling basis of a tear-line: what all its sources allow, and what was decided on personal data.

    Args:
        sources: the first says how it was obtained.
        personal_data: as two people decide; None says what the sources say.

    Raises:
        CallerError: a source has no stated basis, they are for different purposes, or share no permitted use.
    """
    bases = [each.basis for each in sources]
    for each in sources:
        if not each.basis.is_known:
            raise CallerError(why.NO_BASIS.because(stix_id=each.stix_id))
    purposes = sorted({str(each.purpose) for each in bases})
    uses = tuple(use for use in bases[0].permitted_use if all(use in each.permitted_use for each in bases))
    if len(purposes) > 1 or not uses:
        raise CallerError(why.APART.because(purposes=", ".join(purposes)))
    stated = PersonalData.YES if any(each.personal_data is PersonalData.YES for each in bases) else PersonalData.NO
    due = [each.dispose_by for each in bases if each.dispose_by is not None]
    return replace(
        bases[0],
        permitted_use=uses,
        personal_data=personal_data or stated,
        dispose_by=min(due, default=None),
        victim=victim_of(sources),
    )


def require_readable(stix_id: StixId, label: Label) -> None:
    """Refuse a source of which nobody can say what a tear-line would inherit.

    Raises:
        CallerError: it carries a marking that is not understood, lies above the ceiling, or is part of too much.
    """
    found = sorted(label.blocked & _UNREADABLE)
    if found:
        raise CallerError(why.UNREADABLE.because(stix_id=stix_id, code=found[0]))
