# SPDX-License-Identifier: MIT
"""Closed: a node that was put back to an earlier state lets nothing out before it has caught up with its partners."""

from __future__ import annotations

import sqlalchemy as sa

from tasuki.base.errors import WorldError
from tasuki.core.recovery.reasons import CLOSED, NOT_KNOWN_THERE, NOT_REBUILT
from tasuki.services.node import Node
from tasuki.store import recovery


def is_closed(node: Node) -> bool:
    """Whether the node is closed."""
    with node.database.read() as connection:
        return recovery.is_closed(connection)


def require_open(node: Node) -> None:
    """Require that the node is open: nothing else may be let out.

    Raises:
        WorldError: it is closed.
    """
    with node.database.read() as connection:
        require_open_within(connection)


def require_open_within(connection: sa.Connection) -> None:
    """Require the same in a transaction.

    Raises:
        WorldError: the node is closed.
    """
    if recovery.is_closed(connection):
        raise WorldError(CLOSED.because(), retry=True)


def require_rebuilt(node: Node, partner: str) -> None:
    """Require that what this node lost of its dealings with a partner is here again, so far as the partner knows it.

    Before that, a receipt would promise a place in our log that another leaf has already. That people opened the node
    opens it to everybody else; a partner that cannot be asked at all is theirs to answer for.

    Raises:
        WorldError: the partner was not asked yet, or people have to look.
    """
    with node.database.read() as connection:
        found = recovery.recoveries(connection).get(partner)
        waits = recovery.is_closed(connection) if found is None else "target" not in found.said
    if waits and (found is None or found.said.get("code") != NOT_KNOWN_THERE.code or is_closed(node)):
        raise WorldError(NOT_REBUILT.because(partner=partner), retry=True)
