# SPDX-License-Identifier: MIT
"""Tasuki (襷): node software with which states run a cyber partnership."""
