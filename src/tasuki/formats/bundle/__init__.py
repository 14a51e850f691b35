# SPDX-License-Identifier: MIT
"""The bundle: one flat, signed file with everything that one node has for one other."""
