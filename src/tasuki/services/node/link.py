# SPDX-License-Identifier: MIT
"""The way to a partner: HTTP, a file on a disk and a simulator all carry the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tasuki.core.release.released import Released
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.tlog.policy import Policy


class Link(Protocol):
    """Carries one request to a partner's exchange face and brings the answer back."""

    def ask(self, partner: Anchor, path: str, body: Released) -> tuple[int, bytes]:
        """Return status and body of the partner's answer, where the status says something; raises as `post`.

        Source: C2SP tlog-witness.
        """

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        """Return the partner's answer to `body` posted to `path`, such as `/exchange/v1/envelopes`.

        Raises:
            WorldError: the partner was not reached, or its answer was cut; nothing is known of what it did.
            PeerError: whoever answered is not the partner that the anchor names.
        """


class AskWitness(Protocol):
    """Brings a request to a witness that is no partner, and its answer back."""

    def __call__(self, url: str, body: Released) -> tuple[int, bytes]:
        """Return status and body.

        Raises:
            WorldError: the witness was not reached, or its answer was cut.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Third:
    """The third witnesses of a node: what its policy asks of them, and the way to them."""

    policy: Policy
    ask: AskWitness
