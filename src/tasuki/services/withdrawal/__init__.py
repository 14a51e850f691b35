# SPDX-License-Identifier: MIT
"""Taking back what was sent, by four verbs: revoke, recall, narrow, correct; and heeding partners who do."""

from tasuki.services.withdrawal.hearing import prepare_notice
from tasuki.services.withdrawal.listing import Unaccounted, Withdrawals, unaccounted, withdrawals
from tasuki.services.withdrawal.narrowing import narrow
from tasuki.services.withdrawal.recalling import recall, recall_from
from tasuki.services.withdrawal.revising import correct, revoke

__all__ = [
    "Unaccounted",
    "Withdrawals",
    "correct",
    "narrow",
    "prepare_notice",
    "recall",
    "recall_from",
    "revoke",
    "unaccounted",
    "withdrawals",
]
