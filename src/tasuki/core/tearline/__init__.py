# SPDX-License-Identifier: MIT
"""Tear-lines: new objects for those who may not have the fuller ones; what may stand in them, and under which label."""
