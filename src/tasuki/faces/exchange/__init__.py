# SPDX-License-Identifier: MIT
"""The exchange face: what partners reach over mutual TLS."""
