# SPDX-License-Identifier: MIT
"""Signs of life: one node asks another whether it is up, and how its clock stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.release.released import Released, release_notice
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services.health.reasons import UNREACHED
from tasuki.services.node import Node

PATH: Final = "/exchange/v1/health"
VERSION: Final = 1
"""Version of the wire form this node speaks."""


def sign_of_life(node: Node, partner: Anchor) -> Released:
    """Return that this node is up, which wire it speaks, and its time: no count, no state."""
    message: dict[str, Json] = {"node": str(node.me), "version": VERSION, "at": format_rfc3339(node.clock.now())}
    return release_notice("health", message, str(partner.name), node.gate.rules.digest)


def reach(node: Node, partner: Anchor) -> timedelta:
    """Ask a partner for a sign of life; return how far its clock is ahead of ours.

    Raises:
        WorldError: it was not reached.
        PeerError: somebody else answered, or something else.
    """
    asked = node.clock.now()
    answer = node.link.post(partner, PATH, sign_of_life(node, partner))
    try:
        said = msgspec.json.decode(answer, type=dict[str, str | int])
        theirs = parse_rfc3339(str(said["at"]))
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        cause = type(error).__name__
        raise PeerError(UNREACHED.because(partner=str(partner.name), cause=cause)) from error
    middle = asked + (node.clock.now() - asked) / 2
    return theirs - middle
