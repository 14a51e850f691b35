# SPDX-License-Identifier: MIT
"""Who takes part: the profile of a partnership, its participants, organisations, capacities, ceilings and scales."""
