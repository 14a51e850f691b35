# SPDX-License-Identifier: MIT
"""Unpacking gzip as it streams by, bounded: a bomb is stopped, and of a cut file the beginning is read."""
