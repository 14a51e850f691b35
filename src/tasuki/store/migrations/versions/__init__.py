# SPDX-License-Identifier: MIT
"""The revisions themselves."""
