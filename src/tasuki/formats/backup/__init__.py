# SPDX-License-Identifier: MIT
"""The form of a backup file: an outer frame that says nothing, and inside it a manifest and the parts it names."""
