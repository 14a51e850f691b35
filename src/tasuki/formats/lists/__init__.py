# SPDX-License-Identifier: MIT
"""Indicator lists: one value a line, or CSV with a header."""
