# SPDX-License-Identifier: MIT
"""Detection at work: hunt in logs with a file or with everything held, answer, and keep the live set up to date."""

from tasuki.engines.scan import FORMS, Hit, LogFile, ScanReport, log_files, scan
from tasuki.services.detection.answering import Answer, Coverage, Seen, answer, check
from tasuki.services.detection.hunting import Loaded, hunt_held, load_indicators
from tasuki.services.detection.standing import overview, run_matching, usable

__all__ = [
    "FORMS",
    "Answer",
    "Coverage",
    "Hit",
    "Loaded",
    "LogFile",
    "ScanReport",
    "Seen",
    "answer",
    "check",
    "hunt_held",
    "load_indicators",
    "log_files",
    "overview",
    "run_matching",
    "scan",
    "usable",
]
