# SPDX-License-Identifier: MIT
"""What the partnership decides: pure functions over values, one room per capability."""
