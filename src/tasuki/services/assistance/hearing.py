# SPDX-License-Identifier: MIT
"""What was said, read from the holdings whenever somebody asks: no second copy that could differ from what is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.assistance import reasons as why
from tasuki.core.assistance.cases import cases
from tasuki.core.assistance.model import Case, Said
from tasuki.formats.stix.assistance import TYPES, read_statement
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.store import holdings

_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A statement held that cannot be read so far as to say which request it belongs to."""

    stix_id: str
    speaker: ParticipantId
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Everything held about requests for assistance.

    Attributes:
        positions: where each statement is held, by its digest.
    """

    cases: tuple[Case, ...]
    unread: tuple[Unread, ...]
    positions: dict[str, int]

    def case(self, stix_id: str, asker: str | None = None) -> Case:
        """Return the case of a request.

        Raises:
            InputError: nothing about such a request is held.
            CallerError: two participants used the id; `asker` says which is meant.
        """
        found = [each for each in self.cases if each.id == stix_id and asker in (None, each.asker)]
        if not found:
            raise InputError(why.UNKNOWN_ID.because(stix_id=stix_id[:80]))
        if len(found) > 1:
            askers = ", ".join(sorted(each.asker or "?" for each in found))
            raise CallerError(why.TWO_ASKERS.because(askers=askers, stix_id=stix_id))
        return found[0]

    def own(self, stix_id: str, me: ParticipantId) -> Case:
        """Return the case of a request we made, else the one of that id whoever made it.

        Raises:
            InputError: nothing about such a request is held.
            CallerError: two others used the id.
        """
        ours = [each for each in self.cases if (each.id, each.asker) == (stix_id, me)]
        return ours[0] if ours else self.case(stix_id)


def hear(node: Node) -> Heard:
    """Return every case as it stands, and what could not be read."""
    said: list[Said] = []
    unread: list[Unread] = []
    positions: dict[str, int] = {}
    with node.database.read() as connection:
        for body in _bodies(connection):
            speaker = node.me.participant if body.source == LOCAL else ParticipantId(body.source)
            obj = orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest))
            try:
                what, doubts = read_statement(obj)
            except InputError as error:
                unread.append(Unread(stix_id=body.stix_id, speaker=speaker, reason=error.reason))
                continue
            digest = body.digest.hex()
            said.append(Said(speaker=speaker, what=what, digest=digest, doubts=doubts))
            positions[digest] = body.position
    return Heard(cases=cases(said, node.profile), unread=tuple(unread), positions=positions)


def _bodies(connection: sa.Connection) -> Iterator[holdings.SealedBody]:
    cursor = 0
    while batch := holdings.sealed_after(connection, cursor, _BATCH, TYPES):
        yield from batch
        cursor = batch[-1].position
