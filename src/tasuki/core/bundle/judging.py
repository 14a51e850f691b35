# SPDX-License-Identifier: MIT
"""Judging: whether a bundle is a partner's, for this node, and what its number says.

The clauses are those of docs/spec/bundle.md, 4.2, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.base.limits import MAX_SKEW_S
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.core.bundle import reasons as why
from tasuki.formats.bundle.bundle import STATEMENT_TYPE, Bundle, Manifest
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose, check_validity
from tasuki.formats.suites.signatures import SigningPair, require_suite, verify

UNDER_WAY: Final = timedelta(days=14)
"""How long a bundle may be carried while its sender's keys metadata grow newer; envelopes have the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A node whose manifests count, and the keys under which they may be signed."""

    node: NodeName
    keys: tuple[PublicKey, ...]


def require_signed(bundle: Bundle, signers: Iterable[Signer], me: NodeName, now: datetime) -> None:
    """Refuse a bundle that no trusted partner signed for this node (clauses 2 and 3).

    Raises:
        PeerError: with the reason.
    """
    manifest = bundle.manifest
    signer = next((each for each in signers if each.node == manifest.sender), None)
    if signer is None:
        raise PeerError(why.STRANGER.because(sender=str(manifest.sender)))
    if manifest.recipient != me:
        raise PeerError(why.WRONG_RECIPIENT.because(me=str(me), recipient=str(manifest.recipient)))
    try:
        require_suite(manifest.suite)
        pair = _pair(signer.keys, manifest)
        verify(STATEMENT_TYPE, bundle.statement, bundle.signatures, pair, Purpose.ENVELOPE)
    except PeerError as error:
        created = format_rfc3339(manifest.created)
        reason = why.SIGNATURE.because(sender=str(manifest.sender), created=created, cause=error.reason.code)
        raise PeerError(reason) from error
    if manifest.created > now + timedelta(seconds=MAX_SKEW_S):
        raise PeerError(why.FUTURE.because(created=format_rfc3339(manifest.created)))


def _pair(keys: Sequence[PublicKey], manifest: Manifest) -> SigningPair:
    found = []
    for key_id, algorithm in zip(manifest.sig_keys, (Algorithm.ED25519, Algorithm.ML_DSA_65), strict=True):
        fit = [key for key in keys if (key.id, key.algorithm, key.purpose) == (key_id, algorithm, Purpose.ENVELOPE)]
        if not fit:
            reason = why.SIGNATURE.because(
                sender=str(manifest.sender), created=format_rfc3339(manifest.created), cause=key_id
            )
            raise PeerError(reason)
        check_validity(fit[0], manifest.created)
        found.append(fit[0])
    return SigningPair(ed25519=found[0], ml_dsa_65=found[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far the bundles of a partner were taken in.

    Attributes:
        taken: number of the last one; 0 for none.
        hash: its hash; None for none.
        keys: version of the partner's anchor, as known here; `since`: when that was made.
    """

    epoch: int
    taken: int
    hash: str | None
    keys: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """It is the next: its parts may be taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """It was taken in before, byte for byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Early:
    """Bundles before it are missing: it is held until they came."""

    missing: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It is not taken; `lie` says that it is evidence against the partner."""

    reason: Reason
    lie: bool = False


def place(bundle: Bundle, at: Place, known: str | None, now: datetime) -> Next | Repeated | Early | Refused:
    """Return what a signed bundle's number says (clauses 4 to 8).

    Args:
        bundle: it.
        at: how far its sender's bundles were taken in.
        now: the moment.
        known: hash of the bundle of the same number that was taken or held before; None for none.
    """
    manifest = bundle.manifest
    partner = manifest.sender.participant
    if manifest.epoch != at.epoch:
        return Refused(reason=why.EPOCH.because(expected=at.epoch, found=manifest.epoch))
    taken = manifest.number <= at.taken
    if not taken and _is_stale(manifest, at, now):
        return Refused(reason=why.STALE.because(sender=str(manifest.sender), held=at.keys, found=manifest.keys))
    if known is not None and known != bundle.hash:
        return Refused(reason=why.EQUIVOCATION.because(number=manifest.number, partner=partner), lie=True)
    if taken:
        return Repeated()
    return _following(manifest, at)


def _is_stale(manifest: Manifest, at: Place, now: datetime) -> bool:
    """Whether it knows less of its sender than is known here, though it was made later or was too long under way."""
    behind = manifest.keys < at.keys
    return behind and not now - UNDER_WAY <= manifest.created < at.since


def _following(manifest: Manifest, at: Place) -> Next | Early | Refused:
    if manifest.number > at.taken + 1:
        return Early(missing=(at.taken + 1, manifest.number - 1))
    if manifest.prev != at.hash:
        partner = manifest.sender.participant
        return Refused(reason=why.PREV.because(number=manifest.number, partner=partner), lie=True)
    return Next()
