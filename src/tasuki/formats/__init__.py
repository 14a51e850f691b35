# SPDX-License-Identifier: MIT
"""Strangers' bytes to typed values and back: parsers and writers without I/O, strangers to each other."""
