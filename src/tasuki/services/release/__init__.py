# SPDX-License-Identifier: MIT
"""Release at work: mark, explain, share; and what the sealer asks before anything leaves."""

from tasuki.services.release.explaining import Explanation, explain
from tasuki.services.release.leaving import confirm, release_positions
from tasuki.services.release.local import LOCAL_RULES, read_rules, rules, try_rules
from tasuki.services.release.marking import Besides, mark, mark_within, narrowing_of
from tasuki.services.release.sharing import ShareReport, share, share_all, share_next, share_within
from tasuki.services.release.weighing import audience_of, check_audience, weigh_ids

__all__ = [
    "LOCAL_RULES",
    "Besides",
    "Explanation",
    "ShareReport",
    "audience_of",
    "check_audience",
    "confirm",
    "explain",
    "mark",
    "mark_within",
    "narrowing_of",
    "read_rules",
    "release_positions",
    "rules",
    "share",
    "share_all",
    "share_next",
    "share_within",
    "try_rules",
    "weigh_ids",
]
