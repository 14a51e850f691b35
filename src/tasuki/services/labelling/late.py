# SPDX-License-Identifier: MIT
"""Late definitions: what a marking turns out to mean narrows what carried it before anybody knew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.reasons import Reason
from tasuki.core.markings import labels as codes
from tasuki.core.markings.labels import label_of
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.formats.stix.admission import Admitted, admit
from tasuki.formats.stix.markings import Markings, read_markings
from tasuki.services.labelling.definitions import Definition, held_definition
from tasuki.services.labelling.own import besides
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.store import holdings, release
from tasuki.store.holdings import LOCAL


def relabel(node: Node, connection: sa.Connection, definitions: Sequence[str], since: int) -> int:
    """Label anew what these marking definitions, held from position `since` on, say something new of; return how many.

    What waited for them is understood now. Where another's definition counted until one came that counts before it,
    the new one is met in: whoever is the first to send a definition under an id of ours must not widen our material.
    """
    waiting = _waiting(node, connection, definitions, since) if definitions else []
    bodies = holdings.sealed(connection, waiting)
    late = _Late(node, connection, frozenset(definitions), since)
    done = {body.stix_id for body in bodies if late.label(body)}
    if done:
        late.keep()
        settle(node, connection, sorted(done))
    return len(done)


def _waiting(node: Node, connection: sa.Connection, definitions: Sequence[str], since: int) -> list[int]:
    """Return the newest holdings that refer to these definitions, less those that came with them and are understood."""
    referring = release.closures(connection, release.dependents(connection, definitions))
    newest = holdings.newest(connection, holdings.numbers(connection, referring).values())
    listed = [each for sources in newest.values() for each in sources]
    unread = {
        number
        for number in {each.own_label for each in listed}
        if codes.UNKNOWN_MARKING in node.labels.label(connection, number).blocked
    }
    return [each.position for each in listed if each.position < since or each.own_label in unread]


class _Late:
    """Holdings of which definitions that came after them say something new; most are marked alike."""

    def __init__(self, node: Node, connection: sa.Connection, arrived: frozenset[str], since: int) -> None:
        self.node = node
        self.connection = connection
        self.arrived = arrived
        self.since = since
        self._definitions: dict[tuple[str, str], Definition | None] = {}
        self._positions: dict[Label, list[int]] = {}

    def label(self, body: holdings.SealedBody) -> bool:
        """Note the label a holding gets; return whether it is another than it has."""
        label = self.node.labels.label(self.connection, body.own_label)
        obj = orjson.loads(self.node.vault.open(body.ciphertext, body.wrapped, body.digest))
        admitted = admit(obj)
        if isinstance(admitted, Reason):
            return False
        unread = codes.UNKNOWN_MARKING in label.blocked
        said = self._said(label, admitted.markings if unread else self._newer(admitted, body.source), body)
        if said == label:
            return False
        self._positions.setdefault(said, []).append(body.position)
        return True

    def _said(self, label: Label, identifiers: Sequence[str], body: holdings.SealedBody) -> Label:
        """Return the label with what can be read of these markings; one that cannot blocks, and the others narrow."""
        markings = read_markings(identifiers, lambda each: self._meaning(each, body.source))
        said = _resolved(label, markings, body)
        return meet(said, codes.blocking(codes.UNKNOWN_MARKING)) if markings.unknown else said

    def _newer(self, admitted: Admitted, source: str) -> list[str]:
        """Return the markings whose definition counts before the one it was read by."""
        return [each for each in admitted.markings if each in self.arrived and self._counts_now(each, source)]

    def _counts_now(self, identifier: str, source: str) -> bool:
        found = self._definition(identifier, source)
        return found is not None and found.position >= self.since

    def _meaning(self, identifier: str, source: str) -> Mapping[str, Json] | None:
        found = self._definition(identifier, source)
        return None if found is None else found.body

    def _definition(self, identifier: str, source: str) -> Definition | None:
        key = identifier, source
        if key not in self._definitions:
            self._definitions[key] = held_definition(self.node, self.connection, identifier, source)
        return self._definitions[key]

    def keep(self) -> None:
        """Write the labels noted."""
        for label, positions in self._positions.items():
            holdings.set_own_label(self.connection, positions, self.node.labels.number(self.connection, label))


def _resolved(label: Label, markings: Markings, body: holdings.SealedBody) -> Label:
    """Return a label without the block for what could not be read, narrowed by what markings say."""
    known = replace(label, blocked=label.blocked - {codes.UNKNOWN_MARKING})
    if known.tlp is None and body.source == LOCAL and markings.levels:
        known = replace(known, tlp=codes.LEVELS["clear"])
    levels = markings.levels or {"clear"}
    blocked = [codes.PERSONAL_DATA] if markings.personal_data else []
    said = label_of(
        levels=levels,
        caveats=markings.caveats,
        blocked=blocked,
        originator=body.originator,
        besides=besides(markings),
    )
    return meet(known, said)
