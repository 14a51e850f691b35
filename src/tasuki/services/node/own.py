# SPDX-License-Identifier: MIT
"""What this node is known by: one value for all its threads, changed whole while it runs."""

from __future__ import annotations

import threading

from tasuki.base.ids import ParticipantId
from tasuki.core.partners.trust import Chain
from tasuki.formats.envelope.anchor import Anchor


class Own:
    """The node's own anchor and metadata as its newest act left them."""

    def __init__(self, anchor: Anchor, chain: Chain | None = None) -> None:
        """Begin with an anchor; `chain` is None for a node that has only the anchor of the previous release."""
        self._now = anchor, chain
        self._guard = threading.Lock()
        self._behind: set[ParticipantId] = set()

    @property
    def anchor(self) -> Anchor:
        """Return what this node is known by, with the signing keys that are in use."""
        return self._now[0]

    @property
    def chain(self) -> Chain | None:
        """Return its trust metadata as published."""
        return self._now[1]

    def change(self, anchor: Anchor, chain: Chain) -> None:
        """Put newer metadata in its place; every thread sees old or new, never something between."""
        self._now = anchor, chain

    def hear(self, partner: ParticipantId) -> None:
        """Note that a partner said it has newer metadata than is held of it here."""
        with self._guard:
            self._behind.add(partner)

    def heard(self, partner: ParticipantId) -> bool:
        """Return whether a partner said so since this was asked last."""
        with self._guard:
            found = partner in self._behind
            self._behind.discard(partner)
            return found
