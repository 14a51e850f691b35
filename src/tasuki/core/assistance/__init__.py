# SPDX-License-Identifier: MIT
"""Requests for assistance: where each stands, derived from what both sides said; who may say what, and when."""
