# SPDX-License-Identifier: MIT
"""The workbench: which properties of the sources may stand in a tear-line, and what must not occur in it at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.base.reasons import Reason
from tasuki.core.holdings.words import fold
from tasuki.core.markings.model import Label
from tasuki.core.tearline import reasons as why
from tasuki.core.tearline.inheriting import widens
from tasuki.core.tearline.model import Field, Made, Source
from tasuki.formats.stix.references import references

ANEW: Final = frozenset(
    {
        "type",
        "spec_version",
        "id",
        "created",
        "modified",
        "created_by_ref",
        "revoked",
        "object_marking_refs",
        "granular_markings",
    }
)
"""Properties that every tear-line has of its own, or has not."""

Known = Callable[[str], Reason | None]
"""Why an id may not be known to those it is for; None where it may."""


def workbench(
    sources: Sequence[Source],
    decided: Label,
    *,
    keep: Collection[str] | None,
    standard: Collection[str],
    words: Collection[str],
    known: Known,
) -> list[Field]:
    """Return what becomes of each property of the sources; of a property that several have, the first source's counts.

    What is marked more narrowly than decided, or is somebody's own invention, stays unless it is named: two people
    answer for it. What tells of a source, a victim, or an object that may not be known, never goes.

    Args:
        sources: in the order given.
        decided: what the drafter decided on the marking.
        keep: names of properties; None keeps all that nothing speaks against.
        standard: names the standard gives to objects of the type.
        words: what must not occur, such as a victim's name.
        known: of ids referred to.

    Raises:
        CallerError: a property that is named is in no source, is made anew, or never goes.
    """
    found: dict[str, Field] = {}
    ids = {each.stix_id for each in sources}
    for source in sources:
        for name, value in source.obj.items():
            if name in ANEW or name in found:
                continue
            never = forbidden({name: value}, ids, words, known)
            reason = never or _unasked(name, source, decided, standard)
            kept = reason is None if keep is None else name in keep
            if kept and never is not None:
                raise CallerError(never)
            found[name] = Field(name=name, source=source.stix_id, kept=kept, reason=reason)
    unknown = sorted(set(keep or ()) - found.keys())
    if unknown:
        raise CallerError(why.NO_FIELD.because(name=unknown[0][:60], known=", ".join(sorted(found))[:300]))
    return list(found.values())


def _unasked(name: str, source: Source, decided: Label, standard: Collection[str]) -> Reason | None:
    """Return why a property stays as long as nobody names it."""
    if name in source.parts:
        label = source.parts[name]
        if label is None:
            return why.MARKING_UNKNOWN.because(name=name)
        if widens(decided, label):
            return why.MARKED_NARROWER.because(name=name, tlp=str(label.tlp))
    return None if name in standard else why.NOT_STANDARD.because(name=name)


def forbidden(obj: Mapping[str, Json], sources: Collection[str], words: Collection[str], known: Known) -> Reason | None:
    """Return why an object, or a property of one, can never stand in a tear-line; None where it can.

    Args:
        obj: what is looked at, everything inside it included.
        sources: ids from which it is derived; that must not be told.
        words: what must not occur in any text or name of a member, whatever the case or width of its letters.
        known: of ids referred to, in properties and in texts.
    """
    texts = [fold(each) for each in _texts(obj)]
    for number, word in enumerate(words, 1):
        if any(fold(word) in each for each in texts):
            return why.WITHHELD_WORD.because(name=_first(obj), number=number)
    uuids = {each.partition("--")[2].lower() for each in sources}
    if any(uuid in each for uuid in uuids for each in texts):
        return why.NAMES_SOURCE.because(name=_first(obj))
    for _, target in references(obj):
        reason = known(target)
        if reason is not None:
            return why.REFERS.because(name=_first(obj), stix_id=target, code=reason.code)
    return None


def _first(obj: Mapping[str, Json]) -> str:
    """Return the property that is looked at, or that an object is looked at as a whole."""
    return next(iter(obj))[:60] if len(obj) == 1 else "object"


def _texts(value: Json | Mapping[str, Json]) -> Iterator[str]:
    """Yield every text of a value, names of members included."""
    stack: list[object] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, Mapping):
            stack.extend(item.keys())
            stack.extend(item.values())


def assembled(sources: Sequence[Source], fields: Sequence[Field], made: Made) -> dict[str, Json]:
    """Return the drafted object: of the type of its sources, with what is kept of them and an id of its own."""
    by_id = {each.stix_id: each.obj for each in sources}
    kept = {each.name: by_id[each.source][each.name] for each in fields if each.kept}
    return anew({**kept, "type": sources[0].obj["type"]}, made)


def anew(obj: Mapping[str, Json], made: Made) -> dict[str, Json]:
    """Return an object with everything a tear-line has of its own put right, whoever wrote what in it."""
    kept = {name: value for name, value in obj.items() if name not in ANEW}
    markings: list[Json] = [*made.markings]
    return {
        "type": obj["type"],
        "spec_version": "2.1",
        "id": made.stix_id,
        "created_by_ref": made.creator,
        "created": made.at,
        "modified": made.at,
        **kept,
        "object_marking_refs": markings,
    }
