# SPDX-License-Identifier: MIT
"""Reading: what readers at this node who are not its home see of holdings, and nothing about how they came here.

Source: docs/policy/release.md, section 10.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.core.holdings.reasons import NO_SOURCES
from tasuki.core.markings.labels import label_to_json
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.core.persons.model import Principal
from tasuki.core.persons.reasons import ONLY_ITSELF
from tasuki.core.release.reasons import ALLOWED, NOT_HELD
from tasuki.core.release.released import Released, release_document
from tasuki.formats.stix.older import as_views
from tasuki.services.holdings import found_in, listed_in, name_of, opened
from tasuki.services.node import Node
from tasuki.services.viewing import View, frame_of
from tasuki.store import holdings as store
from tasuki.store.viewing import Row, Wanted


def show(node: Node, principal: Principal, stix_id: str, *, as_21: bool = False) -> Released:
    """Return what a reader may see under an id: the holding that would go, as a partner would get it.

    Raises:
        InputError: there is none, whether it is held or not.
    """
    with node.database.read() as connection:
        view = View(node, connection, principal)
        rows = _one(view, stix_id)
        shown = [
            {**_whole(view, row), "body": obj, **({"view": list(as_views(obj))} if as_21 else {})}
            for row, obj in opened(view, rows)
        ]
        return _released(view, rows, shown)


def explain(node: Node, principal: Principal, stix_id: str, audience: str) -> Released:
    """Say by which rule a reader may see an object; nobody but the home is told why somebody may not.

    Raises:
        CallerError: the question is about somebody else.
        InputError: the reader may not see it, whether it is held or not.
    """
    if audience != str(principal.reader):
        raise CallerError(ONLY_ITSELF.because(reader=str(principal.reader)))
    with node.database.read() as connection:
        view = View(node, connection, principal)
        (row,) = rows = _one(view, stix_id)
        verdict, own = view.verdict(row), _own(view, row)
        # The verdict's own sentence names the TLP of all that hangs together, of every source; that is not shown.
        reason = ALLOWED.because(tlp=str(own.tlp), reader=audience)
        said = {
            "id": row.stix_id,
            "audience": audience,
            "allowed": verdict.allowed,
            "rule": verdict.rule,
            "rules_digest": verdict.rules_digest,
            "own": label_to_json(own),
            "closure": None,
            "narrowed_by": [],
            **reason.as_json(),
        }
        return _released(view, rows, said)


def find(node: Node, principal: Principal, query: str, limit: int, after: str) -> Released:
    """Return what a reader may see and holds every term of `query`, newest first; see `tasuki.services.holdings.find`.

    Raises:
        CallerError: nothing in the query can be looked up.
        InputError: `after` names nothing that the reader may see now.
    """
    with node.database.read() as connection:
        view = View(node, connection, principal)
        found = [each for _, each in zip(range(limit), found_in(view, query, after), strict=False)]
        return _released(view, [row for row, _ in found], [_line(row, obj) for row, obj in found])


def listed(
    node: Node, principal: Principal, types: Sequence[str], sources: Sequence[str], limit: int, after: str
) -> Released:
    """Return the newest of what a reader may see, newest first.

    Raises:
        CallerError: a source was named.
        InputError: `after` names nothing that the reader may see now.
    """
    if sources:
        raise CallerError(NO_SOURCES.because())
    with node.database.read() as connection:
        view = View(node, connection, principal)
        rows = listed_in(view, Wanted(types=types), limit, after)
        return _released(view, rows, [_line(row, obj) for row, obj in opened(view, rows)])


def _one(view: View, stix_id: str) -> list[Row]:
    rows = view.of([stix_id])
    if not rows:
        raise InputError(NOT_HELD.because(stix_id=stix_id[:300]))
    return rows


def _line(row: Row, obj: dict[str, Json]) -> dict[str, Json]:
    return {
        "id": row.stix_id,
        "type": row.holding.stix_type,
        "spec_version": row.holding.spec_version,
        "originator": row.holding.originator,
        "sha256": row.holding.digest,
        "name": name_of(obj),
    }


def _whole(view: View, row: Row) -> dict[str, Json]:
    """Return what goes along with an object: what a manifest says of it (section 5)."""
    handling = store.handling_bodies(view.connection, [row.handling])[row.handling]
    return {
        "id": row.stix_id,
        "type": row.holding.stix_type,
        "spec_version": row.holding.spec_version,
        "originator": row.holding.originator,
        "sha256": row.holding.digest,
        "size": row.holding.size,
        "label": label_to_json(_own(view, row)),
        "handling": orjson.loads(handling),
    }


def _own(view: View, row: Row) -> Label:
    labels, connection = view.node.labels, view.connection
    own = labels.label(connection, row.own)
    return own if row.mark is None else meet(own, labels.label(connection, row.mark))


def _released(view: View, rows: Sequence[Row], said: object) -> Released:
    """Return an answer as something that may leave: by the verdict on each of its parts, and on its frame."""
    verdicts = [frame_of(view.node, view.reader), *(view.verdict(row) for row in rows)]
    policy = view.node.gate.rules.digest
    return release_document("view", orjson.dumps(said), verdicts, str(view.reader), policy)
