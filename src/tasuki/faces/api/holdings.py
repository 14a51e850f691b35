# SPDX-License-Identifier: MIT
"""Holdings for programs of this node: brought in, found, shown, taken out, set aside, disposed of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec
from starlette.responses import Response, StreamingResponse

from tasuki.core.persons.model import Principal
from tasuki.core.release.released import Released
from tasuki.faces.http.kit import JSON, feed, get, get_by, post, post_by
from tasuki.services import holdings, importing, quarantine, reading
from tasuki.services.node import Node

STIX: Final = "application/stix+json;version=2.1"
MOST: Final = 10_000
"""Lines in one answer."""

Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Numbers = Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=MOST)]
Place = Annotated[str, msgspec.Meta(max_length=1000)]
"""The last object of the page before: `ID@SHA256`, for the home `ID@SHA256@SOURCE`; empty for the first page."""
Ids = Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST)]


class Brought(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody brings in, and what they say of it.

    Attributes:
        name: of the file; its suffix may say what is in it.
        releasable_to: audiences, separated by commas.
        ids: whether the answer lists the ids of what is held now.
    """

    name: str = "-"
    tlp: str | None = None
    releasable_to: str = ""
    basis: str | None = None
    dispose_by: str | None = None
    victim: str | None = None
    ids: bool = False


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which holdings to list; types and sources are separated by commas, and none means all."""

    type: str = ""
    source: str = ""
    limit: Limit = 20
    after: Place = ""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to find."""

    words: str
    limit: Limit = 20
    after: Place = ""


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which id, and whether as STIX 2.1 sees it."""

    stix_id: str
    view: Literal["2.1"] | None = None


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to take out; no ids mean everything."""

    ids: Ids = ()
    types: tuple[str, ...] = ()
    newest: bool = False


class Disposed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which ids to dispose of."""

    ids: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST)]


class Aside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which quarantined pieces to list."""

    code: str | None = None
    limit: Limit = 20


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which quarantined piece."""

    number: int


class Pieces(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which quarantined pieces."""

    numbers: Numbers


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which quarantined pieces to take in again, and what is said of them now."""

    numbers: Numbers
    tlp: str | None = None
    releasable_to: tuple[str, ...] = ()
    basis: str | None = None
    dispose_by: str | None = None
    victim: str | None = None


def _import(node: Node, question: Brought, chunks: Iterator[bytes]) -> dict[str, object]:
    statement = importing.Statement(
        tlp=question.tlp,
        releasable_to=tuple(_parted(question.releasable_to)),
        basis=question.basis,
        dispose_by=question.dispose_by,
        victim=question.victim,
    )
    terms = importing.terms_of(node, statement)
    report = importing.import_stream(node, question.name, chunks, terms, keep_ids=question.ids)
    return importing.answer(report, terms)


def _parted(text: str) -> list[str]:
    return [part for each in text.split(",") if (part := each.strip())]


def _list(node: Node, question: Which, principal: Principal) -> object:
    types, sources = _parted(question.type), _parted(question.source)
    if principal.is_of(node.home):
        return holdings.listed(
            node, types=types, sources=sources, limit=question.limit, after=question.after, by=principal
        )
    return _told(reading.listed(node, principal, types, sources, question.limit, question.after))


def _find(node: Node, question: Words, principal: Principal) -> object:
    if principal.is_of(node.home):
        return holdings.find(node, question.words, question.limit, after=question.after, by=principal)
    return _told(reading.find(node, principal, question.words, question.limit, question.after))


def _show(node: Node, question: One, principal: Principal) -> object:
    as_21 = question.view is not None
    if principal.is_of(node.home):
        return [each.as_json() for each in holdings.show(node, question.stix_id, as_21=as_21, by=principal)]
    return _told(reading.show(node, principal, question.stix_id, as_21=as_21))


def _told(answer: Released) -> Response:
    return Response(answer.body, media_type=JSON)


def _export(node: Node, question: Wanted, principal: Principal) -> StreamingResponse:
    selection = holdings.Selection(ids=question.ids, types=question.types, newest=question.newest)
    parts = holdings.export(node, selection, by=principal)
    return StreamingResponse((part.body for part in parts), media_type=STIX)


def _dispose(node: Node, question: Disposed) -> dict[str, object]:
    return {"disposed": holdings.dispose(node, question.ids)}


def _quarantine(node: Node, question: Aside) -> dict[str, object]:
    listed = quarantine.quarantined(node, question.limit, code=question.code)
    return {"counts": quarantine.counts(node), "pieces": listed}


def _piece(node: Node, question: Piece) -> dict[str, object]:
    return quarantine.show(node, question.number)


def _content(node: Node, question: Piece) -> Released:
    return quarantine.content(node, question.number)


def _drop(node: Node, question: Pieces) -> dict[str, object]:
    return {"dropped": quarantine.drop(node, question.numbers)}


def _retry(node: Node, question: Again) -> dict[str, object]:
    statement = importing.Statement(
        tlp=question.tlp,
        releasable_to=question.releasable_to,
        basis=question.basis,
        dispose_by=question.dispose_by,
        victim=question.victim,
    )
    terms = importing.terms_of(node, statement)
    return importing.answer(quarantine.retry(node, question.numbers, terms), terms)


ROUTES: Final = (
    get_by("/v1/holdings", Which, _list),
    feed("/v1/holdings/import", Brought, _import),
    post_by("/v1/holdings/export", Wanted, _export),
    post("/v1/holdings/dispose", Disposed, _dispose),
    get_by("/v1/holdings/find", Words, _find),
    get("/v1/holdings/quarantine", Aside, _quarantine),
    post("/v1/holdings/quarantine/drop", Pieces, _drop),
    post("/v1/holdings/quarantine/retry", Again, _retry),
    get("/v1/holdings/quarantine/{number}", Piece, _piece),
    get("/v1/holdings/quarantine/{number}/content", Piece, _content),
    get_by("/v1/holdings/{stix_id}", One, _show),
)
