# SPDX-License-Identifier: MIT
"""Reconciliation: two nodes state what they sent and received, and whatever does not fit is named item by item."""
