# SPDX-License-Identifier: MIT
"""Tear-lines at work: one person drafts, another releases; from what each derives is known here alone."""

from tasuki.services.tearline.deciding import reject, release
from tasuki.services.tearline.drafting import Order, draft
from tasuki.services.tearline.losing import Lost, lost
from tasuki.services.tearline.marking import Marking
from tasuki.services.tearline.showing import Shown, listed, show

__all__ = ["Lost", "Marking", "Order", "Shown", "draft", "listed", "lost", "reject", "release", "show"]
