# SPDX-License-Identifier: MIT
"""Posting: the question goes to a partner, and its answer comes back read."""

from __future__ import annotations

from typing import Final

from tasuki.base.errors import PeerError
from tasuki.core.recovery.messages import read_answer, write_question
from tasuki.core.recovery.model import Answer, Question
from tasuki.core.recovery.reasons import STRANGE_ANSWER
from tasuki.core.release.released import release_notice
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.notice import MAGIC as NOTICE
from tasuki.services.node import Node

PATH: Final = "/exchange/v1/recover"
"""Where a partner's exchange face is asked what it knows of the node that asks."""

_OK: Final = 200
_NOT_FOUND: Final = 404


def post(node: Node, anchor: Anchor, question: Question) -> Answer | None:
    """Return what a partner answers; None where it runs a release that cannot be asked.

    Raises:
        WorldError: it was not reached.
        PeerError: it is not the partner, or answers something else.
    """
    message = write_question(question)
    released = release_notice("recover", message, str(anchor.name), node.gate.rules.digest)
    status, raw = node.link.ask(anchor, PATH, released)
    if status == _NOT_FOUND or (status == _OK and raw.startswith(NOTICE)):
        return None
    partner = anchor.name.participant
    if status != _OK:
        raise PeerError(STRANGE_ANSWER.because(partner=partner, found=f"status {status}"))
    return read_answer(raw, partner, question)
