# SPDX-License-Identifier: MIT
"""The errors of this room: a pattern that is none, and one that cannot be evaluated."""

from __future__ import annotations

from tasuki.base.errors import InputError
from tasuki.base.reasons import Reason


class PatternError(InputError):
    """The text is no STIX pattern; `position` is where, in characters from 0."""

    def __init__(self, reason: Reason, position: int) -> None:
        """Keep the reason and the place."""
        super().__init__(reason)
        self.position = position


class EvaluationError(InputError):
    """The pattern or the observed data hold something that no verdict can be given on."""
