# SPDX-License-Identifier: MIT
"""A holding, its handling basis, and the outcome of intake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tasuki.base.ids import ParticipantId, StixId
from tasuki.base.reasons import Reason


class PersonalData(StrEnum):
    """Whether a holding carries personal data; `unknown` stays local."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Victim(StrEnum):
    """What the victim that a holding tells of said about releasing it."""

    NONE = "no-victim"
    GIVEN = "given"
    ANONYMOUS = "anonymous"
    NOT_ASKED = "not-asked"
    REFUSED = "refused"
    NATIONAL_ONLY = "national-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingBasis:
    """On what basis something is held and may be used; anything unknown keeps it local.

    Attributes:
        collection: how it was obtained, such as `open-source`, `own-sensor`, `victim-report`; None is unknown.
        purpose: what it is for, such as `cyber-defence`; None is unknown.
        permitted_use: what a recipient may do, such as `detect`, `block`, `notify`; empty is unknown.
        personal_data: whether it identifies people.
        dispose_by: when it must be gone; None means no date set.
        victim: what the victim it tells of said; `anonymous` agrees to a text without its name, which this is not.
    """

    collection: str | None
    purpose: str | None
    permitted_use: tuple[str, ...]
    personal_data: PersonalData
    dispose_by: datetime | None
    victim: Victim = Victim.NONE

    @property
    def keeps_victim(self) -> bool:
        """Whether it tells of a victim who has not agreed that this is released."""
        return self.victim not in (Victim.NONE, Victim.GIVEN)

    @property
    def is_known(self) -> bool:
        """Whether everything a release needs is stated."""
        return (
            self.collection is not None
            and self.purpose is not None
            and bool(self.permitted_use)
            and self.personal_data is not PersonalData.UNKNOWN
        )


class State(StrEnum):
    """The life of a holding; its bytes never change; only a legal hold is ever taken back."""

    HELD = "held"
    RECALLED = "recalled"
    SEALED = "sealed"
    """Kept under a legal hold and used for nothing; lifting the hold puts it back."""
    DISPOSED = "disposed"


OLDER_FORM: Final = "stix-2.0"
"""Flag of a holding that is written in STIX 2.0."""

REVOKED: Final = "revoked"
"""Flag of a holding that says of itself that it is no longer true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One assertion of one source, whole.

    Attributes:
        position: order in which it was committed here; dense enough for cursors, never reused.
        source: who gave it to us: `local` or a participant.
        originator: the participant whose material it is.
        version: the object's `modified` (else `created`, else when received), in microseconds since 1970.
        digest: lower-case hex SHA-256 of the bytes as received.
        flags: what people should know of it before they read it.
    """

    position: int
    stix_id: StixId
    stix_type: str
    version: int
    source: str
    originator: ParticipantId
    received_at: datetime
    digest: str
    size: int
    spec_version: str
    state: State
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Something refused at intake, kept aside with the reason; the rest of its bundle goes on.

    Attributes:
        place: where in the input it stood: a JSON Pointer, a line, or an index.
        stix_id: its id where one could be read.
        sealed: true when the body itself was not kept (above the ceiling: spill handling).
    """

    place: str
    stix_id: str | None
    reason: Reason
    digest: str
    sealed: bool
