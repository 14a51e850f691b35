# SPDX-License-Identifier: MIT
"""Standing: what this node is known by, read from the store and put before every thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import sqlalchemy as sa

from tasuki.base.errors import CallerError
from tasuki.core.partners.trust import Chain, anchor_of, read_chain
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import Purpose
from tasuki.services.node import Node
from tasuki.services.trust.reasons import NO_METADATA
from tasuki.store import trust as store


@lru_cache(maxsize=16)
def _chain(raw: bytes) -> Chain:
    return read_chain(raw)


def load(node: Node) -> None:
    """Put this node's newest metadata before every thread; a node without keeps its anchor."""
    with node.database.read() as connection:
        found = _read(connection)
    if found is not None:
        node.own.change(*found)


def _read(connection: sa.Connection) -> tuple[Anchor, Chain] | None:
    newest = store.newest(connection)
    if newest is None:
        return None
    chain = _chain(newest[1])
    return in_use(chain, store.own_keys(connection)), chain


def in_use(chain: Chain, keys: Iterable[store.OwnKey]) -> Anchor:
    """Return what a node works with: all that was published but keys that partners may not know yet.

    KEM keys are there from the first moment: who seals to them knows them.
    """
    waiting = {each.key for each in keys if each.used_at is None and each.purpose != Purpose.KEM}
    anchor = anchor_of(chain, "")
    return replace(anchor, keys=tuple(each for each in anchor.keys if each.id not in waiting), lanes=None)


def current(connection: sa.Connection) -> tuple[int, Chain]:
    """Return number and value of this node's newest chain.

    Raises:
        CallerError: it has none.
    """
    newest = store.newest(connection)
    if newest is None:
        raise CallerError(NO_METADATA.because())
    return newest[0], _chain(newest[1])
