# SPDX-License-Identifier: MIT
"""STIX patterns: read and written, brought to a normal form, held against observed data; docs/spec/patterns.md."""
