# SPDX-License-Identifier: MIT
"""Who a node is, whatever it was introduced by: trust metadata, or the anchor of the previous release."""

from __future__ import annotations

from dataclasses import dataclass

from tasuki.core.partners.trust import Chain, anchor_of, anchors_of, read_chain
from tasuki.formats.envelope import anchor as previous
from tasuki.formats.envelope.anchor import Anchor, read_anchor
from tasuki.formats.suites.keys import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a node is known by, signed by whoever it says; people still have to compare its fingerprint.

    Attributes:
        anchor: what it says of itself now.
        past: the same, and what it said before, newest first: for what is proved of the past.
        fingerprint: what two people on each side compare.
        chain: None for the anchor of the previous release.
    """

    anchor: Anchor
    past: tuple[Anchor, ...]
    fingerprint: bytes
    chain: Chain | None


def read_identity(raw: bytes, reader: str) -> Identity:
    """Return the identity that a file states, for `reader`, a participant.

    Raises:
        PeerError: it is neither trust metadata nor an anchor, or breaks a rule of its form.
    """
    if raw.startswith(previous.MAGIC):
        signed = read_anchor(raw)
        return Identity(anchor=signed.anchor, past=(signed.anchor,), fingerprint=signed.fingerprint, chain=None)
    chain = read_chain(raw)
    return Identity(
        anchor=anchor_of(chain, reader), past=anchors_of(chain, reader), fingerprint=chain.fingerprint, chain=chain
    )


def takes_over(chain: Chain, anchor: Anchor) -> bool:
    """Whether a first root is that of an anchor already compared: one holder, with exactly the anchor's root keys.

    So a node of the previous release becomes one of this without two people meeting again.
    """
    role = chain.roots[0].root.roles["root"]
    roots = {key.raw for key in anchor.keys if key.purpose is Purpose.ROOT}
    held = {key.raw for holder in role.holders for key in holder.keys}
    return anchor.name == chain.node and len(role.holders) == 1 and held == roots
