# SPDX-License-Identifier: MIT
"""Showing markings: what an object is marked with, as a whole and in its parts, and what each marking says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.reasons import Reason
from tasuki.base.time import format_exact, format_rfc3339, from_micros
from tasuki.core.holdings.model import State
from tasuki.core.markings.labels import label_to_json
from tasuki.core.persons.model import Principal
from tasuki.formats.json.strict import loads
from tasuki.formats.stix.admission import admit
from tasuki.formats.stix.granular import Governed, governed, governing, leads_somewhere
from tasuki.formats.stix.markings import FIXED, Lookup, meaning_of
from tasuki.formats.stix.meaning import Meaning
from tasuki.services import holdings
from tasuki.services.files import Content, chunks_of, objects_in
from tasuki.services.labelling import held_definition
from tasuki.services.marking.reasons import NOTHING_LEFT
from tasuki.services.node import Node
from tasuki.store import release

Shown = dict[str, object]

_DEFINITION: Final = "marking-definition"
_MOST_UNREAD: Final = 100
"""Members named that were not understood: enough to see what kind of marking it is."""

WHOLE: Final = "whole"
HERE: Final = "here"
AROUND: Final = "around"
INSIDE: Final = "inside"
EMBEDDED: Final = "embedded"
DEFINES: Final = "defines"
"""How a marking bears on what was asked for: it marks the object, the very part, what it lies in, something within it,
or an object that is embedded in this one; or it is what a marking definition says of what it marks."""


def show(node: Node, stix_id: str, by: Principal, field: str | None = None) -> Shown:
    """Return the markings of an id: of the newest holding of every source, and the labels it comes to.

    Args:
        node: whose holdings.
        stix_id: which id.
        by: who asks; the home, since what is not for others is told to it alone.
        field: a selector; then only what governs this part, or something inside it.

    Raises:
        InputError: nothing of the id is held that they may see, or the selector leads to nothing it holds.
    """
    live = [each for each in holdings.show(node, stix_id, by=by) if each.holding.state is State.HELD and each.body]
    newest = {each.holding.source: each for each in sorted(live, key=_age)}
    with node.database.read() as connection:
        known = release.closures(connection, [stix_id]).get(stix_id)
        if not newest or known is None:
            raise InputError(NOTHING_LEFT.because(stix_id=stix_id))
        own, closure = (label_to_json(node.labels.label(connection, number)) for number in known)
        sources = [
            {
                "source": source,
                "version": format_rfc3339(from_micros(each.holding.version)),
                "markings": _markings(each.body or {}, _Held(node, connection, source), field),
            }
            for source, each in newest.items()
        ]
    return {"id": stix_id, "field": field, "own": own, "closure": closure, "sources": sources}


def _age(shown: holdings.Shown) -> tuple[int, int]:
    return shown.holding.version, shown.holding.position


def show_file(path: Path, field: str | None = None, stix_id: str | None = None) -> Iterator[Shown]:
    """Yield the markings of the objects of a file; what a marking means is told by the definitions in it.

    Args:
        path: STIX, as `import` takes it; it is read twice.
        field: a selector; then only objects that hold it, and only what governs this part or something inside it.
        stix_id: only this object.

    Raises:
        InputError: the file begins with no object and no list.
        WorldError: it cannot be read.
    """
    definitions = {str(obj.get("id")): obj for obj in _objects(path) if obj.get("type") == _DEFINITION}
    for obj in _objects(path):
        if stix_id in (None, obj.get("id")) and (field is None or leads_somewhere(field, obj)):
            markings = _markings(obj, definitions.get, field)
            yield {"id": obj.get("id"), "type": obj.get("type"), "field": field, "markings": markings}


def _objects(path: Path) -> Iterator[dict[str, Json]]:
    """Yield the objects of a file that can be read; what cannot be is what `validate` is for."""
    content = Content(path.name, chunks_of(path))
    content.require_text()
    for piece in objects_in(content):
        obj = None if piece.problem is not None else _parsed(piece.raw)
        if isinstance(obj, dict):
            yield obj


def _parsed(raw: bytes) -> Json:
    try:
        return loads(raw)
    except InputError:
        return None


def _markings(obj: Mapping[str, Json], look_up: Lookup, field: str | None) -> list[Shown]:
    if field is not None:
        return [_shown(each, _how(each, field), look_up) for each in governing(obj, [field], descendants=True)]
    found = [_shown(each, HERE if each.selector else WHOLE, look_up) for each in governed(obj)]
    found += [{"on": None, "how": EMBEDDED, **_marking(each, look_up)} for each in _embedded(obj)]
    if obj.get("type") == _DEFINITION:
        found.append({"on": None, "how": DEFINES, **_marking(str(obj.get("id")), lambda _: obj)})
    return found


def _embedded(obj: Mapping[str, Json]) -> list[str]:
    """Return the ids that mark something embedded in an object, and count for the whole."""
    admitted = admit(dict(obj))
    own = {each.mark.value for each in governed(obj)}
    return [] if isinstance(admitted, Reason) else [each for each in admitted.markings if each not in own]


def _how(each: Governed, field: str) -> str:
    if not each.selector:
        return WHOLE
    if each.selector == field:
        return HERE
    return AROUND if field.startswith(f"{each.selector}.") else INSIDE


def _shown(each: Governed, how: str, look_up: Lookup) -> Shown:
    where: Shown = {"on": each.selector or None, "how": how}
    if each.mark.is_language:
        return {**where, "language": each.mark.value}
    return {**where, **_marking(each.mark.value, look_up)}


def _marking(identifier: str, look_up: Lookup) -> Shown:
    """Return what one marking says; `known` is whether its definition is at hand, `unread` what was not understood."""
    definition = look_up(identifier)
    fixed = FIXED.get(identifier)
    if definition is None and fixed is None:
        return {"id": identifier, "known": False, "name": None, "statement": None, "says": {}, "unread": []}
    meaning = fixed or meaning_of(definition or {})
    return {
        "id": identifier,
        "known": True,
        "name": _text(definition or {}, "name"),
        "statement": _text((definition or {}).get("definition"), "statement"),
        "says": says(meaning),
        "unread": list(meaning.unread[:_MOST_UNREAD]),
    }


def _text(value: Json | Mapping[str, Json], name: str) -> str | None:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def says(meaning: Meaning) -> dict[str, object]:
    """Return what a marking says in JSON; what it does not speak of is left out."""
    said: dict[str, object] = {
        "tlp": sorted(each.upper() for each in meaning.levels),
        "pap": sorted(each.upper() for each in meaning.paps),
        "releasable_to": [sorted(each) for each in meaning.caveats],
        "consent_of": sorted(meaning.consent_of),
        "classifications": sorted(meaning.classifications),
        "embargoes": [{"until": format_exact(each), "ahead": sorted(ahead)} for each, ahead in meaning.embargoes],
        "untils": [format_exact(each) for each in meaning.untils],
        "personal_data": meaning.personal_data,
    }
    return {name: value for name, value in said.items() if value}


class _Held:
    """Finds marking definitions among what a node holds, as one source means them."""

    def __init__(self, node: Node, connection: sa.Connection, source: str) -> None:
        self._node = node
        self._connection = connection
        self._source = source

    def __call__(self, identifier: str) -> Mapping[str, Json] | None:
        found = held_definition(self._node, self._connection, identifier, self._source)
        return None if found is None else found.body
