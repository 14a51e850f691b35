# SPDX-License-Identifier: MIT
"""The rules of each type, compiled once from the tables: its checks, what must stand, what goes with what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from tasuki.base.canonical import Json
from tasuki.formats.stix import extensions as ours
from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix import tables, values
from tasuki.formats.stix.checks import (
    LEAVES,
    STANDARD_TYPES,
    Check,
    Quick,
    any_text,
    is_filled_object,
    plain,
    quick_check,
    wrong_type,
)
from tasuki.formats.stix.problems import Findings, Where, excerpt
from tasuki.formats.stix.whole import Judge, Rule, whole_rules

Mode = Literal["2.1", "2.0", "contained"]
"""How an object is held: to STIX 2.1; to what 2.0 and 2.1 share; as an observable in the deprecated container."""

Base = Literal["SDO", "SRO", "SCO", "other"]

_SHORTHANDS: Final = {"e": "[@(external-reference)]", "k": "[@(kill-chain-phase)]", "g": "[@(granular-marking)]"}
_NEW_IN_2_1: Final = frozenset({"spec_version", "pattern_type", "is_family"})
"""What STIX 2.1 requires and 2.0 does not know."""
_MAX_NAMES: Final = 12
_MAX_NAME: Final = 60
_LONGEST_TYPE: Final = 250
"""Letters a type may have (section 3.1); a longer one is refused, and not remembered whole."""
OWN_SECTION: Final = "docs/spec/extensions.md"
COMMON_NAMES: Final = frozenset(
    word.partition(":")[0] for word in f"{tables.COMMON_OBJECT} {tables.COMMON_OBSERVABLE}".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One row of the tables.

    Attributes:
        code: what its value must be, in the codes of `tables`.
        section: the section that defines it.
    """

    name: str
    code: str
    is_required: bool
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The compiled rules of one type of object, top-level or nested.

    Attributes:
        quick: for properties that have one, what accepts, in one step, texts that need no check.
        checks: the check of each property.
    """

    kind: str
    section: str
    properties: tuple[Property, ...]
    quick: Mapping[str, Quick]
    checks: Mapping[str, Check]
    required: tuple[str, ...]
    whole: tuple[Rule, ...]
    judges: tuple[tuple[str, Judge], ...]

    def apply(self, value: dict[str, Json], where: Where, out: Findings) -> list[str]:
        """Record what is wrong with the properties of an object; return the names no row knows."""
        unknown: list[str] = []
        quick_of, check_of = self.quick.get, self.checks.get
        for name, each in value.items():
            if type(each) is str:
                quick = quick_of(name)
                if quick is not None and (quick is any_text or quick(each)):
                    continue
            check = check_of(name)
            if check is None:
                unknown.append(name)
            else:
                check(each, (where, name) if where is not None else name, out)
        for name in self.required:
            if name not in value:
                out.error((where, name), self.section_of(name), why.REQUIRED, name=name, type=self.kind)
        for needed, judge in self.judges:
            if not needed or needed in value:
                judge(value, where, out)
        return unknown

    def section_of(self, name: str) -> str:
        """Return the section that defines a property."""
        return next((row.section for row in self.properties if row.name == name), self.section)


def rows(text: str, section: str) -> Iterator[Property]:
    """Yield the properties a line of the tables states."""
    for word in text.split():
        name, _, code = word.partition(":")
        yield Property(name=name, code=code.rstrip("!"), is_required=code.endswith("!"), section=section)


def rules_for(kind: str, base: Base, mode: Mode) -> Rules:
    """Return the compiled rules of a type of object; a type nobody defines gets the common properties of its base."""
    return _rules_for(kind[:_LONGEST_TYPE], base, mode)


@lru_cache(maxsize=512)
def _rules_for(kind: str, base: Base, mode: Mode) -> Rules:
    """Compile the rules of a type, and remember them: not too many, since strangers name types."""
    listed = tuple(_properties(kind, base, mode))
    required = tuple(row.name for row in listed if row.is_required and not _is_relaxed(row.name, mode))
    section = tables.SECTIONS.get(kind, OWN_SECTION if kind in ours.PROPERTIES else "11.2")
    whole = whole_rules(kind, tuple(row.name for row in listed if row.section == section))
    return Rules(
        kind=kind,
        section=section,
        properties=listed,
        quick={row.name: quick for row in listed if (quick := _quick(kind, row, mode)) is not None},
        checks={row.name: _object_check(kind, row) for row in listed},
        required=required,
        whole=whole,
        judges=tuple((rule.needs, rule.judge) for rule in whole),
    )


def _is_relaxed(name: str, mode: Mode) -> bool:
    if mode == "contained":
        return name == "id"
    return mode == "2.0" and name in _NEW_IN_2_1


def _properties(kind: str, base: Base, mode: Mode) -> Iterator[Property]:
    section = tables.SECTIONS.get(kind, "")
    if kind in tables.META_OBJECTS:
        for row in rows(tables.META_OBJECTS[kind], section):
            is_common = row.name in COMMON_NAMES
            yield Property(
                name=row.name, code=row.code, is_required=row.is_required, section="3.2" if is_common else section
            )
        return
    if kind == "bundle":
        yield from rows(tables.BUNDLE, section)
        return
    yield from rows(tables.COMMON_OBSERVABLE if base == "SCO" else tables.COMMON_OBJECT, "3.2")
    for group in (tables.DOMAIN_OBJECTS, tables.RELATIONSHIP_OBJECTS, tables.OBSERVABLES):
        if kind in group:
            yield from rows(_relaxed_text(group[kind], mode), section)
    if kind in ours.PROPERTIES:
        yield from rows(ours.PROPERTIES[kind], OWN_SECTION)
    elif kind in known.NEW_TYPES:
        yield from rows(known.NEW_TYPES[kind][1], "Incident Extension Suite 2.0")


def _relaxed_text(text: str, mode: Mode) -> str:
    """Widen what STIX 2.0 wrote differently: header fields as single strings, and its container is not deprecated."""
    if mode == "contained":
        return text.replace("additional_header_fields:d([s])", "additional_header_fields:d")
    return text.replace("objects:m ", "objects:m(2.0) ") if mode == "2.0" else text


def _quick(kind: str, row: Property, mode: Mode) -> Quick | None:
    """Return the quick check of a row; none where references are keys of a container or a closed list is asked too."""
    is_more = (kind, row.name) in ours.CLOSED_LISTS or row.name in tables.RESERVED_NAMES or mode == "contained"
    return None if is_more else quick_check(row.code)


def _quick_nested(row: Property) -> Quick | None:
    """Return the quick check of a row within an object; none for references, which may be keys of a container."""
    return None if row.code.startswith("r") else quick_check(row.code)


def _object_check(kind: str, row: Property) -> Check:
    if row.name == "extensions":
        return _extensions(kind)
    if row.name in tables.RESERVED_NAMES:
        return _reserved
    terms = ours.CLOSED_LISTS.get((kind, row.name))
    if terms is not None:
        return _closed(frozenset(terms), row)
    return compile_check(row.code, row.section)


def _reserved(_value: Json, where: Where, out: Findings) -> None:
    name = where if isinstance(where, str) else ""
    out.error(where, "3.8", why.RESERVED, name=name)


def _closed(terms: frozenset[str], row: Property) -> Check:
    is_list = row.code.startswith("[")
    shape = compile_check(row.code, row.section)

    def check(value: Json, where: Where, out: Findings) -> None:
        shape(value, where, out)
        for each in value if is_list and isinstance(value, list) else (value,):
            if isinstance(each, str) and each not in terms:
                out.error(where, row.section, why.ENUMERATION, vocabulary=row.name, found=excerpt(each))

    return check


@cache
def nested_rules(name: str) -> Rules:
    """Return the compiled rules of a type that stands inside objects."""
    text = tables.NESTED.get(name) or known.NESTED[name]
    section = tables.SECTIONS.get(name) or known.NESTED_SECTIONS[name]
    return _rules_of_row(name, text, section)


@cache
def extension_rules(identifier: str) -> Rules | None:
    """Return the compiled rules of a property extension we know the inside of, or None."""
    extension = known.PROPERTY_EXTENSIONS.get(identifier)
    if extension is None:
        return None
    return _rules_of_row(f"{extension.extends} extension", extension.properties, extension.section)


def _rules_of_row(name: str, text: str, section: str) -> Rules:
    listed = tuple(rows(text, section))
    whole = whole_rules(name, tuple(row.name for row in listed))
    return Rules(
        kind=name,
        section=section,
        properties=listed,
        quick={row.name: quick for row in listed if (quick := _quick_nested(row)) is not None},
        checks={row.name: compile_check(row.code, section) for row in listed},
        required=tuple(row.name for row in listed if row.is_required),
        whole=whole,
        judges=tuple((rule.needs, rule.judge) for rule in whole),
    )


@cache
def compile_check(code: str, section: str) -> Check:
    """Return the check of a code.

    Raises:
        KeyError: the code is none of `tables`.
    """
    code = _SHORTHANDS.get(code, code)
    if code.startswith("["):
        inner = code[1:-1]
        return _list(compile_check(inner, section), quick_check(inner))
    if code.startswith("r"):
        return LEAVES["r"](code.partition(":")[2], section)
    head, _, rest = code.partition("(")
    argument = rest[:-1]
    if head in _COMPOUNDS:
        return _COMPOUNDS[head](argument, section)
    return LEAVES[head](argument, section)


def _list(inner: Check, quick: Quick | None) -> Check:
    def check(value: Json, where: Where, out: Findings) -> None:
        if type(value) is not list:
            wrong_type("array", value, where, out)
            return
        if not value:
            out.error(where, "2.12", why.EMPTY_LIST)
        is_quick = quick is not None and out.container is None
        for index, each in enumerate(value):
            if is_quick and type(each) is str and quick(each):  # type: ignore[misc]
                continue
            inner(each, (where, index), out)

    return check


def _dictionary(argument: str, section: str) -> Check:
    inner = compile_check(argument or "x", section)

    def check(value: Json, where: Where, out: Findings) -> None:
        if not is_filled_object(value, where, out):
            return
        for key, each in value.items():
            if not values.DICTIONARY_KEY.fullmatch(key):
                out.error((where, key), "2.3", why.DICTIONARY_KEY, found=excerpt(key))
            inner(each, (where, key), out)

    return check


def _nested(name: str, _section: str) -> Check:
    def check(value: Json, where: Where, out: Findings) -> None:
        if type(value) is not dict or not value:
            is_filled_object(value, where, out)
            return
        rules = nested_rules(name)
        unknown = rules.apply(value, where, out)
        if unknown:
            foreign(value, unknown, rules.kind, where, out)

    return check


def _contents(_argument: str, section: str) -> Check:
    """Check what language-content says: languages, and within each a mirror of the object translated."""
    language = compile_check("s(language)", section)

    def check(value: Json, where: Where, out: Findings) -> None:
        if not is_filled_object(value, where, out):
            return
        for tag, each in value.items():
            language(tag, (where, tag), out)
            if not is_filled_object(each, (where, tag), out):
                continue
            for name, translation in each.items():
                if not values.is_property_name(name):
                    out.error(((where, tag), name), "3.1", why.PROPERTY_NAME, found=excerpt(name))
                plain(translation, ((where, tag), name), out)

    return check


def _container(version: str, _section: str) -> Check:
    """Check the container of observables, deprecated since 2.1: each by its type, references by their keys."""

    def check(value: Json, where: Where, out: Findings) -> None:
        if version != "2.0":
            out.advise(where, "2.13", why.DEPRECATED, name="objects", instead="object_refs")
        if not is_filled_object(value, where, out):
            return
        for key, each in value.items():
            place: Where = (where, key)
            if not is_filled_object(each, place, out):
                continue
            kind = each.get("type")
            if not isinstance(kind, str):
                out.error((place, "type"), "3.2", why.TYPE_MISSING)
                continue
            _contained(kind, each, value, place, out)

    return check


def _contained(kind: str, obj: dict[str, Json], container: dict[str, Json], where: Where, out: Findings) -> None:
    outer, out.container = out.container, container
    try:
        rules = rules_for(kind, "SCO", "contained")
        unknown = rules.apply(obj, where, out)
    finally:
        out.container = outer
    if unknown:
        foreign(obj, unknown, kind, where, out)


def _extensions(kind: str) -> Check:
    predefined = tables.PREDEFINED_EXTENSIONS.get(kind, ())
    is_standard = kind in STANDARD_TYPES

    def check(value: Json, where: Where, out: Findings) -> None:
        if not is_filled_object(value, where, out):
            return
        for key, each in value.items():
            place: Where = (where, key)
            if key in predefined:
                compile_check(f"@({key})", "3.10")(each, place, out)
            elif key.startswith("extension-definition--"):
                _defined_extension(kind, key, each, place, out, is_standard=is_standard)
            elif not values.EXTENSION_NAME.fullmatch(key):
                out.error(place, "3.2", why.EXTENSION_KEY, found=excerpt(key))
            elif is_filled_object(each, place, out):
                out.advise(place, "11.3", why.CUSTOM_EXTENSION, name=excerpt(key))
                _foreign_names(list(each), place, "11.3.1", out)
                plain(each, place, out)

    return check


def _defined_extension(kind: str, key: str, value: Json, where: Where, out: Findings, *, is_standard: bool) -> None:
    if not values.is_identifier(key):
        out.error(where, "2.9", why.IDENTIFIER, found=excerpt(key))
    if not is_filled_object(value, where, out):
        return
    form = value.get("extension_type")
    if form is None:
        out.error(where, "3.2", why.EXTENSION_TYPE)
        return
    compile_check("c(extension-type-enum)", "3.2")(form, (where, "extension_type"), out)
    if is_standard and isinstance(form, str) and form.startswith("new-"):
        out.error((where, "extension_type"), "7.3", why.REDEFINED, type=kind, found=excerpt(form))
    inside = {name: each for name, each in value.items() if name != "extension_type"}
    rules = extension_rules(key)
    if rules is None or known.PROPERTY_EXTENSIONS[key].extends != kind:
        _foreign_names(list(inside), where, "7.3.2", out)
        for name, each in inside.items():
            plain(each, (where, name), out)
        return
    if form != "property-extension":
        expected = "property-extension"
        out.error(
            (where, "extension_type"),
            rules.section,
            why.EXTENSION_OF,
            expected=expected,
            type=kind,
            found=excerpt(form),
        )
    unknown = rules.apply(inside, where, out)
    if unknown:
        foreign(inside, unknown, rules.kind, where, out)


def foreign(value: Mapping[str, Json], names: list[str], kind: str, where: Where, out: Findings) -> None:
    """Record what to say of properties no row knows: their names, what they hold, and that they are kept."""
    _foreign_names(names, where, "3.1", out)
    for name in names:
        if name in tables.RESERVED_NAMES:
            out.error((where, name), "3.8", why.RESERVED, name=name)
        plain(value[name], (where, name), out)
    out.advise(where, "11.1", why.CUSTOM, type=excerpt(kind), names=enumerate_names(names))


def _foreign_names(names: list[str], where: Where, section: str, out: Findings) -> None:
    for name in names:
        if not values.is_property_name(name):
            out.error((where, name), section, why.PROPERTY_NAME, found=excerpt(name))


def enumerate_names(names: list[str]) -> str:
    """Return property names as one text, cut after a dozen."""
    if len(names) == 1:
        return names[0][:_MAX_NAME]
    listed = ", ".join([name[:_MAX_NAME] for name in names[:_MAX_NAMES]])
    return f"{listed}, ..." if len(names) > _MAX_NAMES else listed


_COMPOUNDS: Final[dict[str, Callable[[str, str], Check]]] = {
    "d": _dictionary,
    "@": _nested,
    "u": _contents,
    "m": _container,
    "n": lambda _argument, _section: _extensions(""),
}
