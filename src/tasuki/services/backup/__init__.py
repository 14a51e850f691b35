# SPDX-License-Identifier: MIT
"""Backups: a sealed copy of all that a node is, taken while it runs, checked, listed, and made into a node again."""

from tasuki.services.backup.looking import Listed, Verified, backups, verify
from tasuki.services.backup.restoring import Order, Restored, restore
from tasuki.services.backup.taking import MadeKey, Taken, make_key, take

__all__ = [
    "Listed",
    "MadeKey",
    "Order",
    "Restored",
    "Taken",
    "Verified",
    "backups",
    "make_key",
    "restore",
    "take",
    "verify",
]
