# SPDX-License-Identifier: MIT
"""The second verifier: checks evidence of what two nodes exchanged, from the specification and public keys alone."""
