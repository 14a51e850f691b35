# SPDX-License-Identifier: MIT
"""The four verbs, since four different things can be wrong, and the classes of what a recipient states it did.

Source: docs/policy/release.md, section 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tasuki.base.ids import Audience, ParticipantId


class Verb(StrEnum):
    """What is said of something that was sent; each is a notice of this name."""

    REVOKE = "revoke"
    """It was wrong."""
    RECALL = "recall"
    """It should not have been sent."""
    NARROW = "narrow"
    """Fewer may have it."""
    CORRECT = "correct"
    """Here is a better one."""


VERBS: Final = frozenset(verb.value for verb in Verb)
"""Their names."""


class Outcome(StrEnum):
    """What became of one id at a recipient: a class of its attestation."""

    USE_STOPPED = "use-stopped"
    NARROWED = "narrowed"
    REPLACED = "replaced"
    SEALED = "sealed"
    DESTROYED = "destroyed"
    NOT_IN_USE = "not-in-use"
    NEVER_HELD = "never-held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held of one id of what one partner gave, just before its notice counts; nothing of anybody else's.

    Attributes:
        live: versions that are neither recalled nor disposed of, in microseconds since 1970.
        kept: whether a body of it is kept that is not live.
        sealed: whether a body of it is kept under a legal hold.
        came: whether anything of it ever came.
        usable_from: versions below are out of use already.
    """

    live: tuple[int, ...] = ()
    kept: bool = False
    sealed: bool = False
    came: bool = False
    usable_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Left:
    """One id that is in an envelope to an audience."""

    audience: Audience
    stix_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one partner is told, of ids it got.

    Attributes:
        kept_by: audiences of that partner that may have all of it still; of a recall there is none.
    """

    partner: ParticipantId
    verb: Verb
    ids: tuple[str, ...]
    kept_by: frozenset[Audience] = frozenset()
