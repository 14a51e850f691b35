# SPDX-License-Identifier: MIT
"""The outcome of a judgement: allowed or denied, by which rule, why, under which rules."""

from __future__ import annotations

from dataclasses import dataclass

from tasuki.base.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A decision with its rule and reason. It has no truth value: read `.allowed`, never ignore the reason.

    Attributes:
        allowed: whether the act may happen.
        rule: stable id of the rule that decided (for a denial, the first that forbade).
        reason: the sentence, in both languages.
        rules_digest: lower-case hex SHA-256 of the rules in force.
    """

    allowed: bool
    rule: str
    reason: Reason
    rules_digest: str

    def __bool__(self) -> bool:
        """Refuse to be a truth value.

        Raises:
            TypeError: always.
        """
        message = "a Verdict has no truth value: read .allowed and keep its reason"
        raise TypeError(message)
