# SPDX-License-Identifier: MIT
"""Backups of this node, and how it stands after a restore, for its keeper's programs.

Files are written and read by the node itself, where its keeper says: what a backup holds passes no face.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from tasuki.faces.http.kit import Nothing, get, post
from tasuki.services import backup, recovery
from tasuki.services.backup import MadeKey, Taken
from tasuki.services.node import Node
from tasuki.services.recovery import Status


class Take(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to, and the passphrase for the keys; without one they stay out."""

    target: str
    passphrase: str | None = None


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the private half of the recovery key goes."""

    path: str


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who opens a closed node, and why."""

    by: list[str]
    why: str


def _take(node: Node, question: Take) -> Taken:
    return backup.take(node, Path(question.target), passphrase=question.passphrase)


def _key(node: Node, question: NewKey) -> MadeKey:
    return backup.make_key(node, Path(question.path))


def _status(node: Node, _question: Nothing) -> Status:
    return recovery.status(node)


def _catch_up(node: Node, _question: Nothing) -> Status:
    recovery.catch_up(node)
    return recovery.status(node)


def _open(node: Node, question: Opening) -> Status:
    return recovery.open_by_people(node, question.by, question.why)


ROUTES: Final = (
    post("/v1/backup", Take, _take),
    post("/v1/backup/key", NewKey, _key),
    get("/v1/recovery", Nothing, _status),
    post("/v1/recovery/catch-up", Nothing, _catch_up),
    post("/v1/recovery/open", Opening, _open),
)
