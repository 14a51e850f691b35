# SPDX-License-Identifier: MIT
"""Statements about requests for assistance as values, for tests of what they amount to."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from making_assistance import CREATOR, PROFILE
from tasuki.base.ids import Audience
from tasuki.core.assistance.model import Said
from tasuki.core.assistance.words import written_status_line
from tasuki.formats.stix.assistance import Ending, Request, Response, Severity, write_statement
from tasuki.formats.stix.tlp import marking_id

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOKYO_SIDE = Audience.parse("JPN/nco:csirt")
LONDON_SIDE = Audience.parse("GBR/ncsc:csirt")
LINE = written_status_line(PROFILE)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def name(kind: str, number: int) -> str:
    return f"{kind}--00000000-0000-4000-8000-{number:012x}"


REQUEST = name("assistance-request", 1)


def request(minutes: float = 0, **changes: Any) -> Request:
    """Return a request of Tokyo to London as of some minutes after the start."""
    said = {
        "id": REQUEST,
        "created": START,
        "modified": at(minutes),
        "revoked": False,
        "sender": TOKYO_SIDE,
        "to": LONDON_SIDE,
        "trigger": "ransomware",
        "effects": (),
        "severity": Severity(scale="jpn-ci-2018", value="3"),
        "wanted": ("indicators", "hunt"),
        "needed_by": None,
        "consent": "not-asked",
        "summary": "Shipments stopped.",
        "explanation": "",
        "status_line": LINE,
    }
    return Request(**{**said, **changes})


def response(outcome: str, minutes: float, **changes: Any) -> Response:
    """Return a response of London, by default to the first version of the request."""
    said = {
        "id": name("assistance-response", int(minutes * 60) + 1000),
        "created": at(minutes),
        "modified": at(minutes),
        "revoked": False,
        "request": REQUEST,
        "request_modified": START,
        "sender": LONDON_SIDE,
        "to": TOKYO_SIDE,
        "outcome": outcome,
        "accepted": (),
        "declined": (),
        "reason_code": "",
        "referred_to": "",
        "question": "",
        "severity": None,
        "results": (),
        "office": "NCSC duty desk",
        "role": "duty-officer",
        "explanation": "",
        "status_line": LINE,
    }
    return Response(**{**said, **changes})


def ending(outcome: str, minutes: float, **changes: Any) -> Ending:
    """Return an ending by Tokyo, by default of the first version of the request."""
    said = {
        "id": name("assistance-ending", int(minutes * 60) + 1000),
        "created": at(minutes),
        "modified": at(minutes),
        "revoked": False,
        "request": REQUEST,
        "request_modified": START,
        "sender": TOKYO_SIDE,
        "to": LONDON_SIDE,
        "outcome": outcome,
        "office": "NCO duty desk",
        "role": "duty-officer",
        "explanation": "",
        "status_line": LINE,
    }
    return Ending(**{**said, **changes})


def said(what: Request | Response | Ending, speaker: str | None = None) -> Said:
    """Return a statement as given by its own side, or by somebody else."""
    own = what.sender.participant if what.sender is not None else "GBR"
    raw = write_statement(what, creator=CREATOR, markings=[marking_id("amber")])
    return Said(speaker=speaker or own, what=what, digest=hashlib.sha256(raw).hexdigest())
