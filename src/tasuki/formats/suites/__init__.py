# SPDX-License-Identifier: MIT
"""Suites: which algorithms sign and seal together, as whole ids that never mix."""
