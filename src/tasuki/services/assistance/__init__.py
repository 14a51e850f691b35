# SPDX-License-Identifier: MIT
"""Requests for assistance at work: ask, acknowledge, answer, amend, end; what was said is held like everything else."""

from tasuki.services.assistance.acting import acknowledge, amend, answer, ask, close
from tasuki.services.assistance.hearing import Heard, hear
from tasuki.services.assistance.showing import Shown, definitions, listed, show, words

__all__ = [
    "Heard",
    "Shown",
    "acknowledge",
    "amend",
    "answer",
    "ask",
    "close",
    "definitions",
    "hear",
    "listed",
    "show",
    "words",
]
