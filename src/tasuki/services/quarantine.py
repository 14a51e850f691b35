# SPDX-License-Identifier: MIT
"""What was set aside at intake: shown with its reason, taken out to be corrected, tried again, let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.reasons import Reason, ReasonKind, kind
from tasuki.base.time import format_rfc3339, from_micros
from tasuki.core.holdings import reasons as why
from tasuki.core.release.released import Released, release_document
from tasuki.core.release.rules import of_the_node
from tasuki.formats.gzip import reasons as of_gzip
from tasuki.formats.json import reasons as of_json
from tasuki.formats.lists import reasons as of_lists
from tasuki.formats.stix import reasons as of_stix
from tasuki.services.files import Content
from tasuki.services.importing import pieces
from tasuki.services.intake import ImportReport, import_pieces
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.store import health
from tasuki.store import quarantine as store

EXCERPT_BYTES: Final = 2000
"""Of the content of a piece, as much as a screen holds."""


def _kinds(*rooms: ModuleType) -> dict[str, ReasonKind]:
    found = [each for room in rooms for each in vars(room).values() if isinstance(each, ReasonKind)]
    return {each.code: each for each in found}


_KINDS: Final = _kinds(why, of_gzip, of_json, of_lists, of_stix)
"""Every reason for which a piece may be set aside, by code."""


def quarantined(node: Node, limit: int, *, code: str | None = None) -> list[dict[str, object]]:
    """Return the newest quarantined pieces with their reasons in both languages; never their content."""
    with node.database.read() as connection:
        rows = store.newest(connection, limit, code)
    return [_entry(row) for row in rows]


def counts(node: Node) -> Mapping[str, int]:
    """Return how many pieces are quarantined, by code of the reason."""
    with node.database.read() as connection:
        return health.quarantine(connection)


def show(node: Node, number: int) -> dict[str, object]:
    """Return one quarantined piece with the beginning of its content, None where only its hash is kept.

    Raises:
        InputError: there is none of that number.
    """
    row = _one(node, number)
    if row.ciphertext is None:
        return {**_entry(row), "excerpt": None}
    return {**_entry(row), "excerpt": _body(node, row)[:EXCERPT_BYTES].decode("utf-8", "replace")}


def content(node: Node, number: int) -> Released:
    """Return the bytes of a quarantined piece, so that a person can correct them.

    Raises:
        InputError: there is none of that number, or only its hash is kept.
    """
    row = _one(node, number)
    if row.ciphertext is None:
        raise InputError(why.NO_CONTENT.because(number=number))
    rules = node.gate.rules
    verdict = of_the_node(node.home, rules)
    released = release_document("export", _body(node, row), [verdict], str(node.home), rules.digest)
    detail: dict[str, Json] = {"number": number, "sha256": row.digest.hex()}
    node.database.write(lambda connection: audit(node, connection, "holdings:quarantine:export", detail))
    return released


def drop(node: Node, numbers: Sequence[int]) -> int:
    """Let quarantined pieces go for good, with what is kept of them; return how many.

    Raises:
        InputError: there is none of one of these numbers; nothing was changed.
    """

    def work(connection: sa.Connection) -> int:
        return _drop(node, connection, numbers)

    return node.database.write(work)


def retry(node: Node, numbers: Sequence[int], terms: Terms) -> ImportReport:
    """Take quarantined pieces of our own in again under terms; what still cannot be held is set aside anew.

    Raises:
        InputError: there is none of one of these numbers, or only its hash is kept.
        CallerError: one came from a partner.
    """
    rows = [_one(node, number) for number in dict.fromkeys(numbers)]
    for row in rows:
        if row.source != LOCAL:
            raise CallerError(why.NOT_OURS.because(number=row.id, source=row.source))
        if row.ciphertext is None:
            raise InputError(why.NO_CONTENT.because(number=row.id))
    contents = [Content(row.place, [_body(node, row)]) for row in rows]
    for content in contents:
        content.require_text()
    again = (piece for content in contents for piece in pieces(node, content, terms))
    report = import_pieces(node, again, terms)
    # A crash before this line leaves a piece both held and quarantined: trying it again finds a duplicate.
    drop(node, [row.id for row in rows])
    return report


def _drop(node: Node, connection: sa.Connection, numbers: Sequence[int]) -> int:
    gone: list[Json] = []
    for number in dict.fromkeys(numbers):
        row = store.entry(connection, number)
        if row is None:
            raise InputError(why.NO_ENTRY.because(number=number))
        gone.append({"number": number, "code": row.code, "sha256": row.digest.hex()})
    store.drop(connection, numbers)
    audit(node, connection, "holdings:quarantine:drop", {"pieces": gone})
    return len(gone)


def _one(node: Node, number: int) -> store.Row:
    with node.database.read() as connection:
        row = store.entry(connection, number)
    if row is None:
        raise InputError(why.NO_ENTRY.because(number=number))
    return row


def _body(node: Node, row: store.Row) -> bytes:
    return node.vault.open(row.ciphertext, row.wrapped, row.digest)


def _entry(row: store.Row) -> dict[str, object]:
    return {
        "number": row.id,
        "at": format_rfc3339(from_micros(row.at)),
        "source": row.source,
        "place": row.place,
        "id": row.stix_id,
        "sha256": row.digest.hex(),
        "kept": row.ciphertext is not None,
        **_reason(row).as_json(),
    }


def _reason(row: store.Row) -> Reason:
    known = _KINDS.get(row.code) or kind(row.code, en=row.code, ja=row.code)
    return known.because(**orjson.loads(row.params))
