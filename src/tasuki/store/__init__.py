# SPDX-License-Identifier: MIT
"""What a node remembers: tables and set-based queries, a file per capability."""
