# SPDX-License-Identifier: MIT
"""Decided receipts: a person decided on what an envelope brought, and its sender is told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.base.time import format_rfc3339
from tasuki.core.channel.reasons import NO_DECISION, NO_OFFICE, NOT_DECIDED_ON
from tasuki.core.release.forms import code

TYPE: Final = "receipt"
"""The envelope type of a decided receipt; none is ever given for an envelope of this type."""

DECISIONS: Final = ("noted", "taken-up", "passed-on", "declined")
"""What a desk may say of an envelope: read; being worked on; given to who can; not for us."""

DESK: Final = "duty-desk"
"""The office that speaks where nobody names another."""


def require_decidable(env_id: str, direction: str, kind: str) -> None:
    """Require that a person may decide on an envelope.

    Raises:
        CallerError: it was not received here, or is itself a decided receipt: answers to answers would never end.
    """
    if direction != "in" or kind == TYPE:
        raise CallerError(NOT_DECIDED_ON.because(env_id=env_id[:60], type=kind, direction=direction))


def require_decision(decision: str, office: str) -> None:
    """Require a decision a desk may give, and an office as a code.

    Raises:
        CallerError: one of them is none.
    """
    if decision not in DECISIONS:
        raise CallerError(NO_DECISION.because(known=", ".join(DECISIONS), found=decision[:40]))
    if not code(office):
        raise CallerError(NO_OFFICE.because(found=office[:40]))


def office_code(name: str) -> str:
    """Return an office's name as a code, such as `ncsc-duty-desk`; the usual desk where nothing of it can be one."""
    letters = [each if each.isascii() and each.isalnum() else "-" for each in name.lower()]
    words = [word for word in "".join(letters).split("-") if word]
    made = "-".join(words).lstrip("0123456789-")[:80].rstrip("-")
    return made if code(made) else DESK


def decided(env_id: str, decision: str, office: str, at: datetime) -> dict[str, Json]:
    """Return the message that tells the sender of an envelope what a person decided."""
    return {"env_id": env_id, "decision": decision, "office": office, "at": format_rfc3339(at)}
