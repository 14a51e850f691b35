# SPDX-License-Identifier: MIT
"""The demonstration: two real nodes on loopback, real intelligence, one fictional incident, a report."""
