# SPDX-License-Identifier: MIT
"""The moves of an attacker: what each plays, over which messages, and what a node must answer to it."""
