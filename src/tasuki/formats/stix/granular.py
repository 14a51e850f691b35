# SPDX-License-Identifier: MIT
"""Granular markings: which marking governs which part of an object, and setting them.

A selector is names and places in lists joined by points, such as `external_references.[0].url`. A marking governs what
its selectors lead to and everything inside. Granular markings that are of no known form are passed over: the object
then is not held at all (see `admission`).

Source: STIX 2.1 section 7.2.2 (markings of an object), 7.2.3 (granular markings), 7.2.3.1 (selectors).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix.problems import excerpt
from tasuki.formats.stix.values import SELECTOR

_REF: Final = "marking_ref"
_LANGUAGE: Final = "lang"
_WHOLE: Final = "object_marking_refs"
_PARTS: Final = "granular_markings"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What a part is marked with.

    Attributes:
        value: the id of a marking definition, or a language tag.
        is_language: whether it says the language of the part, which narrows nothing.
    """

    value: str
    is_language: bool = False


def mark(text: str) -> Mark:
    """Return the mark a text names: an id of a marking definition, else a language tag."""
    return Mark(text, is_language=not text.startswith("marking-definition--"))


@dataclass(frozen=True, slots=True)
class Governed:
    """One mark of one object: what it marks, and where that is written.

    Attributes:
        selector: the part; empty for the whole object.
    """

    mark: Mark
    selector: str


def leads_somewhere(selector: str, obj: Mapping[str, Json]) -> bool:
    """Whether a selector is well formed and leads to something the object holds."""
    if SELECTOR.fullmatch(selector) is None:
        return False
    item: Json = dict(obj)
    for step in selector.split("."):
        if step.startswith("["):
            index = int(step[1:-1])
            if not isinstance(item, list) or index >= len(item):
                return False
            item = item[index]
        else:
            if not isinstance(item, dict) or step not in item:
                return False
            item = item[step]
    return True


def governed(obj: Mapping[str, Json]) -> Iterator[Governed]:
    """Yield every mark of an object with what it marks, in the order written: of the whole, then of parts."""
    for each in _marks_of_whole(obj):
        yield Governed(each, "")
    for selector, each in _marks_of_parts(obj):
        yield Governed(each, selector)


def governing(
    obj: Mapping[str, Json], selectors: Iterable[str], *, inherited: bool = True, descendants: bool = False
) -> Iterator[Governed]:
    """Yield the marks that govern parts of an object, each with where it is written.

    Args:
        obj: a STIX object; it may also be a part of one, as tests do.
        selectors: the parts.
        inherited: whether what marks something around a part governs it too, the object as a whole included.
        descendants: whether what marks something inside a part counts too.

    Raises:
        InputError: no selector, or one that leads to nothing the object holds.
    """
    parts = _checked(obj, selectors)
    around = {each for part in parts for each in _around(part)} if inherited else set()
    for found in governed(obj):
        inside = descendants and any(found.selector.startswith(f"{part}.") for part in parts)
        if found.selector in parts or found.selector in around or inside:
            yield found


def _around(selector: str) -> Iterator[str]:
    """Yield what a part lies in: shorter and shorter selectors, and at last the whole object."""
    while selector:
        selector = selector.rpartition(".")[0]
        yield selector


def _checked(obj: Mapping[str, Json], selectors: Iterable[str]) -> list[str]:
    listed = list(dict.fromkeys(selectors))
    if not listed:
        raise InputError(why.NO_SELECTOR.because())
    for selector in listed:
        if SELECTOR.fullmatch(selector) is None:
            raise InputError(why.SELECTOR.because(found=excerpt(selector)))
        if not leads_somewhere(selector, obj):
            raise InputError(why.SELECTOR_TARGET.because(found=excerpt(selector)))
    return listed


def _marks_of_whole(obj: Mapping[str, Json]) -> Iterator[Mark]:
    listed = obj.get(_WHOLE)
    for each in [listed] if isinstance(listed, str) else _items(listed):
        if isinstance(each, str):
            yield Mark(each)


def _marks_of_parts(obj: Mapping[str, Json]) -> Iterator[tuple[str, Mark]]:
    for entry in _items(obj.get(_PARTS)):
        if isinstance(entry, dict):
            named = [Mark(str(entry[name]), name == _LANGUAGE) for name in (_REF, _LANGUAGE) if name in entry]
            for selector in _items(entry.get("selectors")):
                if isinstance(selector, str):
                    yield from ((selector, each) for each in named)


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


Obj = dict[str, Json]


def add(obj: Mapping[str, Json], marks: Iterable[Mark], selectors: Iterable[str] | None = None) -> Obj:
    """Return an object that is marked with `marks` besides.

    Args:
        obj: a STIX object; it is not changed.
        marks: at least one.
        selectors: the parts to mark; None marks the whole.

    Raises:
        InputError: no mark, a language for the whole, or a selector that leads to nothing the object holds.
    """
    if selectors is None:
        return _with_whole(obj, [*_marks_of_whole(obj), *_for_whole(marks)])
    parts, wanted = _checked(obj, selectors), _given(marks)
    return _with_parts(obj, [*_marks_of_parts(obj), *((part, each) for each in wanted for part in parts)])


def remove(obj: Mapping[str, Json], marks: Iterable[Mark], selectors: Iterable[str] | None = None) -> Obj:
    """Return an object that is no longer marked with `marks` there.

    Raises:
        InputError: as `add`; or it is not marked so there.
    """
    if selectors is None:
        gone, there = set(_for_whole(marks)), list(_marks_of_whole(obj))
        if not gone <= {*there}:
            raise InputError(why.NOT_MARKED.because(found=_listed(gone - {*there}), where=_WHOLE))
        return _with_whole(obj, [each for each in there if each not in gone])
    parts = _checked(obj, selectors)
    leaving = {(part, each) for part in parts for each in _given(marks)}
    listed = list(_marks_of_parts(obj))
    missing = sorted(leaving - {*listed})
    if missing:
        raise InputError(why.NOT_MARKED.because(found=excerpt(missing[0][1].value), where=missing[0][0]))
    return _with_parts(obj, [each for each in listed if each not in leaving])


def replace(obj: Mapping[str, Json], marks: Iterable[Mark], selectors: Iterable[str] | None = None) -> Obj:
    """Return an object that is marked with `marks` there, and with nothing else.

    Raises:
        InputError: as `add`.
    """
    if selectors is None:
        return _with_whole(obj, _for_whole(marks))
    parts, wanted = _checked(obj, selectors), _given(marks)
    kept = [each for each in _marks_of_parts(obj) if each[0] not in parts]
    return _with_parts(obj, [*kept, *((part, each) for each in wanted for part in parts)])


def clear(obj: Mapping[str, Json], selectors: Iterable[str] | None = None) -> Obj:
    """Return an object without any mark there.

    Raises:
        InputError: a selector leads to nothing the object holds, or nothing is marked there.
    """
    if selectors is None:
        return _with_whole(obj, [])
    parts, listed = _checked(obj, selectors), list(_marks_of_parts(obj))
    bare = sorted({*parts} - {selector for selector, _ in listed})
    if bare:
        raise InputError(why.UNMARKED.because(where=bare[0]))
    return _with_parts(obj, [each for each in listed if each[0] not in parts])


def _given(marks: Iterable[Mark]) -> list[Mark]:
    listed = list(dict.fromkeys(marks))
    if not listed or not all(each.value for each in listed):
        raise InputError(why.NO_MARK.because())
    return listed


def _for_whole(marks: Iterable[Mark]) -> list[Mark]:
    listed = _given(marks)
    if any(each.is_language for each in listed):
        raise InputError(why.NO_MARK.because())
    return listed


def _listed(marks: Iterable[Mark]) -> str:
    return excerpt(", ".join(sorted(each.value for each in marks)))


def _with_whole(obj: Mapping[str, Json], marks: Iterable[Mark]) -> Obj:
    return _with(obj, _WHOLE, [each.value for each in dict.fromkeys(marks)])


def _with_parts(obj: Mapping[str, Json], listed: Iterable[tuple[str, Mark]]) -> Obj:
    """Write one entry per mark, each with its selectors once and in order."""
    by_mark: dict[Mark, set[str]] = {}
    for selector, each in listed:
        by_mark.setdefault(each, set()).add(selector)
    entries: list[Json] = []
    for each, selectors in by_mark.items():
        ordered: list[Json] = [*sorted(selectors)]
        entries.append({_LANGUAGE if each.is_language else _REF: each.value, "selectors": ordered})
    return _with(obj, _PARTS, entries)


def _with(obj: Mapping[str, Json], name: str, value: list[Json]) -> Obj:
    """Return a copy with a list set, or left out where it would be empty, as STIX demands."""
    rest = {key: each for key, each in obj.items() if key != name}
    return {**rest, name: value} if value else rest
