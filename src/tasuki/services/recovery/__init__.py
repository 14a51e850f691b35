# SPDX-License-Identifier: MIT
"""After a restore: the node is closed, completes its own history from its partners, catches up, and opens again."""

from tasuki.services.recovery.answering import PATH, answer
from tasuki.services.recovery.asking import ITSELF, catch_up
from tasuki.services.recovery.confirming import confirm
from tasuki.services.recovery.opening import Status, open_by_people, status
from tasuki.services.recovery.running import run_recovery, run_sealer, seal_confirmed, sync_with
from tasuki.services.recovery.waking import wake

__all__ = [
    "ITSELF",
    "PATH",
    "Status",
    "answer",
    "catch_up",
    "confirm",
    "open_by_people",
    "run_recovery",
    "run_sealer",
    "seal_confirmed",
    "status",
    "sync_with",
    "wake",
]
