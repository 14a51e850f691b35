# SPDX-License-Identifier: MIT
"""STIX 2.1: ids, references, markings, rules, the objects we make, and STIX 2.0 seen as 2.1."""
