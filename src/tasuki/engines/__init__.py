# SPDX-License-Identifier: MIT
"""How detection runs: scans over files with compiled matchers."""
