# SPDX-License-Identifier: MIT
"""Strict JSON: one reading per text, bounded, with the place of every fault."""
