# SPDX-License-Identifier: MIT
"""Health: what the node is doing, what a person must look at, and what is set up wrongly."""

from tasuki.services.health.alarms import Alarm, alarms
from tasuki.services.health.checks import Check, doctor, require_ready
from tasuki.services.health.life import PATH, reach, sign_of_life
from tasuki.services.health.state import Status, metrics, status

__all__ = [
    "PATH",
    "Alarm",
    "Check",
    "Status",
    "alarms",
    "doctor",
    "metrics",
    "reach",
    "require_ready",
    "sign_of_life",
    "status",
]
