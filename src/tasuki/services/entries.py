# SPDX-License-Identifier: MIT
"""Entries of the private audit log: every act writes its own, in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.core.ledger.model import AUDIT, SALT_BYTES
from tasuki.services.node import Node
from tasuki.store import ledger as store


def audit(node: Node, connection: sa.Connection, kind: str, detail: Mapping[str, Json]) -> None:
    """Add an entry to the private audit log, in the transaction of the act it records; it names a person who acts."""
    named = {**detail, "person": node.person} if node.person else detail
    store.append(connection, AUDIT, kind, named, node.clock.now(), node.entropy.draw(SALT_BYTES))
