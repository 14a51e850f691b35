# SPDX-License-Identifier: MIT
"""STIX patterns, first form: equalities joined by OR; everything else is named as not compiled, never guessed at."""
