# SPDX-License-Identifier: MIT
"""After a restore: what a node asks of its partners, what they answer, and how its own history is completed from it."""
