# SPDX-License-Identifier: MIT
"""Whole partnerships on one bench: what goes wrong between nodes and below them, played with the product's own code."""
