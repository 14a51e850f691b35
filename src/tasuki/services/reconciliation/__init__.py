# SPDX-License-Identifier: MIT
"""Reconciliation at work: signed statements are exchanged, sets compared, what can be mended is, the rest is named.

No lock is held while a partner is asked; what was found and what is sent again is committed as one.
"""

from tasuki.core.reconciliation.comparison import MAX_QUESTION_BYTES
from tasuki.services.reconciliation.comparing import COMPARE, answer_comparison, compare
from tasuki.services.reconciliation.exchanging import (
    MAX_STATEMENT_BYTES,
    STATEMENT,
    answer_statement,
    exchange,
    take,
)
from tasuki.services.reconciliation.making import make
from tasuki.services.reconciliation.promises import INCLUDED_WITHIN, check_promises
from tasuki.services.reconciliation.running import run_statements
from tasuki.services.reconciliation.showing import ReconciliationView, reconcile, reconciliations, sync_with

__all__ = [
    "COMPARE",
    "INCLUDED_WITHIN",
    "MAX_QUESTION_BYTES",
    "MAX_STATEMENT_BYTES",
    "STATEMENT",
    "ReconciliationView",
    "answer_comparison",
    "answer_statement",
    "check_promises",
    "compare",
    "exchange",
    "make",
    "reconcile",
    "reconciliations",
    "run_statements",
    "sync_with",
    "take",
]
