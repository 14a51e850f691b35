# SPDX-License-Identifier: MIT
"""Bundles: what may be carried in a file, which number is next, and that every byte has one meaning."""
