# SPDX-License-Identifier: MIT
"""Trust metadata on the wire: signed statements of the roles root, keys and peers, and openings of cuts."""
