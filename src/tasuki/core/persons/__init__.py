# SPDX-License-Identifier: MIT
"""Who asks: people of the home's own participant, each in one desk, each known by a token."""
