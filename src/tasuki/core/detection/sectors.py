# SPDX-License-Identifier: MIT
"""The sectors in which something may be said to have been seen: a closed list, so that no victim is ever named.

Sources: STIX 2.1 section 10.11 (industry-sector-ov); the critical sectors of Japan (15) and the United Kingdom (13),
and `food-and-agriculture` of the United States, as their authorities name them.
"""

from __future__ import annotations

from typing import Final

from tasuki.base.errors import CallerError
from tasuki.core.detection.reasons import UNKNOWN_SECTOR

SECTORS: Final = frozenset(
    {
        "aerospace", "agriculture", "airports", "automotive", "aviation", "chemical", "chemicals", "civil-nuclear",
        "commercial", "communications", "construction", "credit-card-services", "dams", "defence", "defense",
        "education", "electric-power", "emergency-services", "energy", "entertainment", "finance",
        "financial-services", "food", "food-and-agriculture", "gas", "government", "government-local",
        "government-national", "government-public-services", "government-regional", "health", "healthcare",
        "hospitality-leisure", "information-and-communications", "infrastructure", "insurance", "legal", "logistics",
        "manufacturing", "medical", "mining", "non-profit", "nuclear", "petroleum", "pharmaceuticals", "ports",
        "railways", "retail", "space", "technology", "telecommunications", "transport", "transportation",
        "utilities", "water", "water-supply",
    }
)  # fmt: skip
"""By the words used in `--sector` and in answers."""


def check_sector(found: str) -> None:
    """Refuse what is no sector, such as an organisation's name.

    Raises:
        CallerError: names the sectors there are.
    """
    if found not in SECTORS:
        raise CallerError(UNKNOWN_SECTOR.because(found=found[:60], known=", ".join(sorted(SECTORS))))
