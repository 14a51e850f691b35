# SPDX-License-Identifier: MIT
"""Whose definition of a marking counts.

Source: docs/policy/release.md, section 2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.core.holdings.model import State
from tasuki.services.node import Node
from tasuki.store import holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A marking definition as it is held."""

    source: str
    position: int
    body: Mapping[str, Json]


def held_definition(node: Node, connection: sa.Connection, identifier: str, source: str) -> Definition | None:
    """Return a marking definition as `source` means it: its own first word, else ours, else anybody's.

    A definition never changes once it was given, and nobody can say what another's marking means: else a partner could
    widen our material by sending a definition of its own under our id.

    Source: STIX 2.1 section 7.2.1 (marking definitions cannot be versioned).
    """
    found = [each for each in holdings.history(connection, identifier) if each.state is not State.DISPOSED]
    by_source = {each.source: each for each in reversed(found)}
    chosen = by_source.get(source) or by_source.get(holdings.LOCAL) or (found[0] if found else None)
    bodies = holdings.sealed(connection, [chosen.position]) if chosen is not None else []
    if not bodies:
        return None
    body = bodies[0]
    parsed: dict[str, Json] = orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest))
    return Definition(source=body.source, position=body.position, body=parsed)
