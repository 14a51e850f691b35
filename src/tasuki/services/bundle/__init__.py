# SPDX-License-Identifier: MIT
"""The exchange by files: what waits for a partner goes into one, what a partner gave comes out of one.

Whoever makes a bundle holds `bundle-out:PARTNER`, whoever takes one in `bundle-in:PARTNER`; other processes are kept
out by compare-and-swap on the numbers.
"""

from tasuki.services.bundle.beginning import begin_epoch
from tasuki.services.bundle.exporting import MOST_BYTES, export, export_again
from tasuki.services.bundle.importing import Took, take_in
from tasuki.services.bundle.showing import CONFIRM_S, BundleView, show, unconfirmed

__all__ = [
    "CONFIRM_S",
    "MOST_BYTES",
    "BundleView",
    "Took",
    "begin_epoch",
    "export",
    "export_again",
    "show",
    "take_in",
    "unconfirmed",
]
