# SPDX-License-Identifier: MIT
"""The exchange by files for programs of this node: the next bundle out, a bundle in, and what is not confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from tasuki.base.errors import CallerError
from tasuki.base.ids import ParticipantId, participant
from tasuki.base.limits import MAX_SAFE_INTEGER
from tasuki.core.release.released import Released
from tasuki.faces.http.kit import Nothing, feed, get, post
from tasuki.faces.http.reasons import BAD_REQUEST
from tasuki.formats.bundle.bundle import MAX_BUNDLE_BYTES
from tasuki.services import bundle
from tasuki.services.node import Node

LEAST_BYTES: Final = 64 << 10
"""The smallest limit: what a node says of itself takes some 30 kB."""


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The next bundle for a partner, of at most so many bytes; or one that was made before, by its number."""

    partner: str
    most: Annotated[int, msgspec.Meta(ge=LEAST_BYTES, le=bundle.MOST_BYTES)] = bundle.MOST_BYTES
    number: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which epoch begins with which partner, and who agreed on it."""

    partner: str
    epoch: Annotated[int, msgspec.Meta(ge=2, le=MAX_SAFE_INTEGER)]
    by: list[str]


def _begin(node: Node, question: Begin) -> list[bundle.BundleView]:
    bundle.begin_epoch(node, _partner(question.partner), question.epoch, question.by)
    return bundle.show(node)


def _export(node: Node, question: Export) -> Released:
    partner = _partner(question.partner)
    if question.number is not None:
        return bundle.export_again(node, partner, question.number)
    return bundle.export(node, partner, question.most)


def _import(node: Node, _question: Nothing, chunks: Iterator[bytes]) -> bundle.Took:
    return bundle.take_in(node, _bounded(chunks))


def _bounded(chunks: Iterator[bytes]) -> bytes:
    """Return the file, or so much of it that whoever reads it finds it too long; the rest is never kept."""
    kept = bytearray()
    for chunk in chunks:
        kept += chunk[: MAX_BUNDLE_BYTES + 1 - len(kept)]
        if len(kept) > MAX_BUNDLE_BYTES:
            break
    return bytes(kept)


def _show(node: Node, _question: Nothing) -> list[bundle.BundleView]:
    return bundle.show(node)


def _partner(named: str) -> ParticipantId:
    try:
        return participant(named)
    except ValueError as error:
        raise CallerError(BAD_REQUEST.because(detail=str(error))) from error


ROUTES: Final = (
    get("/v1/bundle", Nothing, _show),
    post("/v1/bundle/export", Export, _export),
    feed("/v1/bundle/import", Nothing, _import),
    post("/v1/bundle/epoch", Begin, _begin),
)
