# SPDX-License-Identifier: MIT
"""Quotas: what one partner may make a node keep and do, so that it can neither fill its disk nor starve the others.

Urgent traffic has a reserve of its own in each: what is full for bulk still takes a request for assistance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

URGENT_RESERVE: Final = 10
"""Percent beyond a quota that only the urgent lane may use; its envelopes are counted a minute on their own."""

FULL_S: Final = 300
"""Seconds after which a sender may ask again where something is full: people have to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What every partner may use of a node.

    Attributes:
        objects: holdings from it.
        mib: mebibytes kept of what it sent, whatever became of it.
        envelopes_a_minute: envelopes that are looked at; as many again on the urgent lane.
        mirror_leaves: leaves of its log.
        evidence: pairs of contradicting envelopes kept whole; the first ones prove it, more prove nothing else.
        at_once: requests under way at the same time.
        free_mib: mebibytes of disk that stay free for the node's own work; the urgent lane may go down to an eighth.
    """

    objects: int = 20_000_000
    mib: int = 100_000
    envelopes_a_minute: int = 6_000
    mirror_leaves: int = 200_000_000
    evidence: int = 100
    at_once: int = 8
    free_mib: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one partner uses."""

    objects: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A quota that is used up: of what, how much is used, and how much there is."""

    what: str
    used: int
    limit: int


def over(usage: Usage, coming: int, quota: Quota, *, urgent: bool) -> Over | None:
    """Return the quota that an envelope of `coming` bytes would exceed; None if there is room for it."""
    share = 100 + URGENT_RESERVE if urgent else 100
    mib = (usage.size + coming) >> 20
    for what, used, limit in (("objects", usage.objects, quota.objects), ("mib", mib, quota.mib)):
        if used * 100 >= limit * share:
            return Over(what=what, used=used, limit=limit)
    return None


def crowded(free: int, coming: int, quota: Quota, *, urgent: bool) -> Over | None:
    """Return what is missing where an envelope of `coming` bytes would leave too little of a disk free.

    Args:
        free: bytes free now.
        coming: bytes of the envelope; what is kept of it takes up to twice that.
        quota: how much must stay free.
        urgent: whether it came on the urgent lane.
    """
    least = quota.free_mib // 8 if urgent else quota.free_mib
    left = (free - 2 * coming) >> 20
    return None if left >= least else Over(what="free_mib", used=max(left, 0), limit=least)


_ROUNDING: Final = 1e-9
"""What sums of times lose: whoever waited as long as it was told must get through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How many envelopes may still come at once, as of a moment that `at` counts in seconds."""

    level: float
    at: float


def take(bucket: Bucket | None, a_minute: int, now: float) -> tuple[Bucket, int]:
    """Take one envelope out of a bucket that fills by `a_minute`.

    Returns:
        The bucket afterwards, and 0; or the bucket as it is, and the seconds until one may come.
    """
    pace = a_minute / 60
    level = a_minute if bucket is None else min(a_minute, bucket.level + max(0.0, now - bucket.at) * pace)
    if level >= 1 - _ROUNDING:
        return Bucket(level=max(0.0, level - 1), at=now), 0
    return Bucket(level=level, at=now), max(1, math.ceil((1 - level) / pace))
