# SPDX-License-Identifier: MIT
"""Showing: a tear-line, what it would be allowed, and what became of what it was made from; for the home alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.base.time import format_rfc3339
from tasuki.core.tearline import reasons as why
from tasuki.core.tearline.model import Field, State
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.services.release.explaining import explain
from tasuki.services.release.weighing import audience_of
from tasuki.services.tearline.losing import fates
from tasuki.store import holdings
from tasuki.store import tearline as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A tear-line as the people of the home see it.

    Attributes:
        state: `drafted`, `released` or `rejected`.
        sources: id of each object it was made from, and `fate`: `recalled`, `revoked`, `replaced`, `disposed` or None.
        body: the draft, or what is held of it; None once it is rejected or nothing is held of it any more.
        fields: at drafting, each property of the sources: whether it is kept, and what speaks against it.
        verdict: of a released one, what the gate says about whom it is for.
    """

    number: int
    id: str
    state: str
    marking: dict[str, Json]
    drafted_by: str
    drafted_at: str
    why: str
    decided_by: str
    decided_at: str | None
    decided_why: str
    sources: tuple[dict[str, Json], ...]
    body: dict[str, Json] | None = None
    fields: tuple[dict[str, object], ...] = ()
    verdict: dict[str, object] | None = None


def listed(node: Node, *, limit: int) -> list[Shown]:
    """Return the newest tear-lines, without their bodies."""
    with node.database.read() as connection:
        found = store.tearlines(connection, limit)
        ended = fates(node, connection, [each.number for each in found])
    return [_shown(each, ended.get(each.number, ())) for each in found]


def show(node: Node, number: int) -> Shown:
    """Return one tear-line with its body.

    Raises:
        CallerError: there is none of that number.
    """
    return shown(node, number)


def shown(node: Node, number: int, fields: Iterable[Field] = ()) -> Shown:
    """Return one tear-line with its body, and what became of each property of its sources.

    Raises:
        CallerError: there is none of that number.
    """
    with node.database.read() as connection:
        found = store.tearline(connection, number)
        if found is None:
            raise CallerError(why.NO_TEARLINE.because(number=number))
        origins = fates(node, connection, [number]).get(number, ())
        obj = _body(node, connection, found)
    verdict = None
    if found.state is State.RELEASED:
        to = audience_of(node, orjson.loads(found.terms)["to"])
        said = explain(node, found.stix_id, to)
        verdict = {"allowed": said.verdict.allowed, "rule": said.verdict.rule, **said.verdict.reason.as_json()}
    listed_fields: tuple[dict[str, object], ...] = tuple(
        {
            "name": each.name,
            "source": each.source,
            "kept": each.kept,
            "reason": None if each.reason is None else each.reason.as_json(),
        }
        for each in fields
    )
    return _shown(found, origins, obj=obj, fields=listed_fields, verdict=verdict)


def _body(node: Node, connection: sa.Connection, found: store.Tearline) -> dict[str, Json] | None:
    if found.body is not None:
        raw = node.vault.open(found.body.ciphertext, found.body.wrapped, found.body.digest)
        drafted: dict[str, Json] = orjson.loads(raw)
        return drafted
    if found.state is not State.RELEASED:
        return None
    live = [each.position for each in holdings.latest(connection, [found.stix_id]) if each.source == LOCAL]
    for body in holdings.sealed(connection, live):
        held: dict[str, Json] = orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest))
        return held
    return None


def _shown(
    found: store.Tearline,
    origins: Sequence[tuple[store.Origin, str | None]],
    *,
    obj: dict[str, Json] | None = None,
    fields: tuple[dict[str, object], ...] = (),
    verdict: dict[str, object] | None = None,
) -> Shown:
    return Shown(
        number=found.number,
        id=found.stix_id,
        state=found.state.value,
        marking=orjson.loads(found.terms),
        drafted_by=found.drafted_by,
        drafted_at=format_rfc3339(found.drafted_at),
        why=found.why,
        decided_by=found.decided_by,
        decided_at=None if found.decided_at is None else format_rfc3339(found.decided_at),
        decided_why=found.decided_why,
        sources=tuple({"id": origin.stix_id, "source": origin.source, "fate": fate} for origin, fate in origins),
        body=obj,
        fields=fields,
        verdict=verdict,
    )
