# SPDX-License-Identifier: MIT
"""A valid content for every envelope type there is, so that a move breaks one thing and nothing else."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.formats.envelope.objects import ObjectPart, write_objects
from tasuki.sim.partner.letters import Message

Content = Callable[[str, str], bytes]
"""The payload of a type from one participant to another."""

TLP_GREEN: Final = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
"""OASIS STIX 2.1 TLP 2.0 extension: the definition of TLP:GREEN."""


def _now() -> str:
    return format_rfc3339(datetime.now(UTC))


def indicator(value: str, **changes: Any) -> dict[str, Any]:
    """Return an indicator marked TLP:GREEN; its id is new."""
    made = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}",
        "created": _now(),
        "modified": _now(),
        "name": value,
        "pattern": f"[domain-name:value = '{value}']",
        "pattern_type": "stix",
        "valid_from": _now(),
        "object_marking_refs": [TLP_GREEN],
    }
    return {**made, **changes}


def objects_of(sender: str, reader: str, *bodies: bytes, **entry: Any) -> bytes:
    """Return the payload that carries bodies as objects of the sender, marked TLP:GREEN, for the reader."""
    said: dict[str, Any] = {
        "label": {"tlp": "GREEN", "releasable_to": None, "originators": [sender], "blocked": []},
        "handling": HANDLING,
        "originator": sender,
        "audience": reader,
        **entry,
    }
    return write_objects([ObjectPart(entry=said, body=body) for body in bodies])


HANDLING: Final[Mapping[str, Any]] = {
    "collection": "own-analysis",
    "purpose": "cyber-defence",
    "permitted_use": ["detect", "block", "notify"],
    "personal_data": "no",
    "dispose_by": None,
}
"""A handling basis that lets things be held and passed on."""


def _objects(sender: str, reader: str) -> bytes:
    body = json.dumps(indicator(f"{secrets.token_hex(6)}.example")).encode()
    return objects_of(sender, reader, body)


def _ids(_sender: str, _reader: str) -> bytes:
    return canonical({"ids": [_stranger()], "reason": "It was wrong.", "at": _now()})


def _narrow(_sender: str, reader: str) -> bytes:
    label = {"tlp": "AMBER", "releasable_to": [reader]}
    return canonical({"ids": [_stranger()], "label": label, "reason": "It names a source.", "at": _now()})


def _attestation(_sender: str, _reader: str) -> bytes:
    of = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    return canonical({"of": of, "counts": {"held": 1}, "statement": "Use stopped.", "at": _now()})


def _request(sender: str, _reader: str) -> bytes:
    return canonical(_question(sender))


def _answer(sender: str, _reader: str) -> bytes:
    return canonical({**_question(sender), "decision": "granted"})


def _question(sender: str) -> dict[str, Any]:
    until = format_rfc3339(datetime.now(UTC) + timedelta(days=30))
    version = {"id": _stranger(), "digest": hashlib.sha256(secrets.token_bytes(8)).hexdigest()}
    return {
        "request": str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)),
        "objects": [version],
        "audience": sender,
        "purpose": "cyber-defence",
        "until": until,
        "reason": "They see it as well.",
        "at": _now(),
    }


def _decided(_sender: str, _reader: str) -> bytes:
    env_id = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    return canonical({"env_id": env_id, "decision": "accepted", "office": "duty-officer", "at": _now()})


def _stranger() -> str:
    return f"indicator--{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}"


CONTENTS: Final[Mapping[str, Content]] = {
    "objects": _objects,
    "revoke": _ids,
    "recall": _ids,
    "narrow": _narrow,
    "correct": _ids,
    "attestation": _attestation,
    "consent-request": _request,
    "consent": _answer,
    "receipt": _decided,
}
"""Every envelope type, and a content its reader takes."""

LANES: Final = ("urgent", "bulk", "exercise")

MESSAGES: Final = tuple(f"{kind} on {lane}" for kind in CONTENTS for lane in LANES)
"""What a move about envelopes is played with: every type on every lane."""


def message(named: str, sender: str, reader: str) -> Message:
    """Return a message of `MESSAGES`, new each time."""
    kind, _, lane = named.partition(" on ")
    label = "TLP:GREEN" if kind == "objects" else None
    return Message(type=kind, payload=CONTENTS[kind](sender, reader), lane=lane, label=label)
