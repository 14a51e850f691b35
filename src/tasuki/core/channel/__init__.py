# SPDX-License-Identifier: MIT
"""The channel: lanes of numbered envelopes, what spends a number, what a duplicate, a gap or a lie is answered with."""
