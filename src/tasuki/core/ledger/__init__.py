# SPDX-License-Identifier: MIT
"""The two logs: what a leaf commits to, what a witness may sign, what an evidence file proves."""
