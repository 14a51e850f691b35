# SPDX-License-Identifier: MIT
"""The rules of STIX 2.1 on one object or bundle: a MUST as an error, a SHOULD and what is foreign as a warning.

The rules are compiled once per type from `tables`; docs/spec/stix-rules.md lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix import extensions as ours
from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix import tables, values
from tasuki.formats.stix.checks import STANDARD_TYPES, plain
from tasuki.formats.stix.problems import (
    CheckPattern,
    Findings,
    LookUp,
    Problem,
    Severity,
    excerpt,
    is_valid,
    json_type,
    pointer,
)
from tasuki.formats.stix.rules import COMMON_NAMES, Base, Mode, Rules, compile_check, enumerate_names, rows, rules_for
from tasuki.formats.stix.whole import judge_announcements, judge_observable_id, judge_random_id

__all__ = ["CheckPattern", "LookUp", "Problem", "Severity", "is_valid", "validate"]

_OLD_TYPES: Final = frozenset(
    kind
    for kind in tables.DOMAIN_OBJECTS.keys() | tables.RELATIONSHIP_OBJECTS.keys() | {"marking-definition"}
    if tables.NEW_IN_2_1.get(kind) != "type"
)
"""Types STIX 2.0 has, so that one without `spec_version` may be a 2.0 object."""

_MARKS_OF_2_1: Final = {
    kind: frozenset(f"{tables.NEW_IN_2_1['*']} {tables.NEW_IN_2_1.get(kind, '')}".split()) for kind in _OLD_TYPES
}
_BASES: Final[dict[str, Base]] = {
    **dict.fromkeys(tables.DOMAIN_OBJECTS, "SDO"),
    **dict.fromkeys(tables.RELATIONSHIP_OBJECTS, "SRO"),
    **dict.fromkeys(tables.OBSERVABLES, "SCO"),
    **dict.fromkeys(tables.META_OBJECTS, "other"),
}
_SPOKEN_FOR: Final = COMMON_NAMES | tables.RESERVED_NAMES
_SHORT_NAMES: Final = 500
"""Letters of names that are remembered together; strangers may write longer ones."""
_SUFFIXES: Final = ("_hex", "_bin")
_SUFFIXES_MEAN: Final = {"_hex": "hex", "_bin": "base64"}
"""What a name with such an end holds, whoever made it up (section 3.1)."""
_COMMON_CODES: Final = {row.name: row.code for row in rows(tables.COMMON_OBJECT, "3.2")}
_NEW_BASES: Final[dict[str, Base]] = {"new-sdo": "SDO", "new-sro": "SRO", "new-sco": "SCO"}


def validate(
    obj: Json, *, check_pattern: CheckPattern | None = None, look_up: LookUp | None = None
) -> tuple[Problem, ...]:
    """Return every problem of one STIX object or bundle, errors and warnings.

    A STIX 2.0 object (no `spec_version` or 2.0) is held to what 2.0 and 2.1 share. Of a bundle, each object is judged,
    and its objects are at hand for each other.

    Args:
        obj: the parsed value.
        check_pattern: judges the patterns of indicators; without it only the names in them are judged.
        look_up: finds objects by id, for what depends on another object: translations, extension definitions, variants.
    """
    out = Findings(check_pattern, look_up)
    if type(obj) is not dict:
        out.error(None, "3.1", why.NOT_AN_OBJECT, found=json_type(obj))
        return tuple(out.problems)
    kind = obj.get("type")
    if kind == "bundle" or (type(kind) is not str and type(obj.get("objects")) is list):
        _judge_bundle(obj, out)
    else:
        _judge(obj, kind, out)
    return tuple(out.problems)


def _judge(obj: dict[str, Json], kind: Json, out: Findings) -> None:
    if type(kind) is not str:
        out.error("type", "3.2", why.TYPE_MISSING)
        return
    base = _BASES.get(kind)
    if base is None:
        base = _base_of_foreign(kind, obj, out)
    mode: Mode = "2.1"
    version = obj.get("spec_version")
    if version != "2.1":
        mode = _mode(obj, kind, base, version, out)
    if "defanged" in obj:
        out.is_defanged = base == "SCO" and obj["defanged"] is True
    rules = _rules_of(kind) if mode == "2.1" and kind in _BASES else rules_for(kind, base, mode)
    unknown = rules.apply(obj, None, out)
    out.is_defanged = False
    _judge_id(obj, kind, base, out)
    if unknown:
        _judge_unknown(obj, unknown, kind, base, out)


@cache
def _rules_of(kind: str) -> Rules:
    """Return the rules of a type of the standard in STIX 2.1, what nearly every object is held to."""
    return rules_for(kind, _BASES[kind], "2.1")


def _mode(obj: dict[str, Json], kind: str, base: Base, version: Json, out: Findings) -> Mode:
    """Decide to which STIX an object without `spec_version` 2.1 is held, and record a version nobody knows."""
    if "spec_version" in obj:
        if version == "2.0":
            return "2.0"
        if type(version) is str:
            out.error("spec_version", "3.2", why.SPEC_VERSION, found=excerpt(version))
        return "2.1"
    if base == "SCO" or (kind in STANDARD_TYPES and kind not in _OLD_TYPES):
        return "2.1"
    newer = sorted(_MARKS_OF_2_1.get(kind, _MARKS_OF_2_1["campaign"]) & obj.keys())
    if newer:
        out.advise("spec_version", "3.2", why.VERSION_UNSTATED, names=", ".join(newer))
    return "2.0"


def _base_of_foreign(kind: str, obj: dict[str, Json], out: Findings) -> Base:
    """Decide which common properties an object of a foreign type has, and record how its type stands."""
    if not values.TYPE_NAME.fullmatch(kind):
        out.error("type", "3.1", why.TYPE_SYNTAX, found=excerpt(kind))
    extensions = obj.get("extensions")
    for each in extensions.values() if type(extensions) is dict else ():
        form = each.get("extension_type") if type(each) is dict else None
        if type(form) is str and form in _NEW_BASES:
            return _NEW_BASES[form]
    if kind not in ours.NEW_OBJECTS and kind not in known.NEW_TYPES:
        out.advise("type", "11.2", why.CUSTOM_TYPE, type=excerpt(kind))
    has_versions = "created" in obj or "modified" in obj
    return "SDO" if has_versions or kind in ours.PROPERTIES or kind in known.NEW_TYPES else "SCO"


def _judge_id(obj: dict[str, Json], kind: str, base: Base, out: Findings) -> None:
    identifier = obj.get("id")
    if type(identifier) is not str:
        return
    if base != "SCO" and values.RANDOM_UUID.fullmatch(identifier, len(kind)) and identifier.startswith(kind):
        return
    if not identifier.startswith(f"{kind}--") or not values.UUID.fullmatch(identifier, len(kind) + 2):
        out.error("id", "2.9", why.ID_SYNTAX, type=excerpt(kind), found=excerpt(identifier))
        return
    if not identifier.islower():
        out.advise("id", "2.9", why.UUID_CASE)
    if base == "SCO":
        judge_observable_id(obj, kind, identifier, out)
    else:
        judge_random_id(kind, identifier, out)


def _judge_unknown(obj: dict[str, Json], names: list[str], kind: str, base: Base, out: Findings) -> None:
    """Record what to say of properties the type has no row for: their names, what they hold, whether announced."""
    joined = ", ".join(names)
    listing = _listing(joined, len(names)) if len(joined) <= _SHORT_NAMES else None
    custom = names if listing is not None else _judge_names(obj, names, kind, base, out)
    for name in names:
        value = obj[name]
        if name.endswith(_SUFFIXES):
            compile_check(f"s({_SUFFIXES_MEAN[name[-4:]]})", "3.1")(value, name, out)
        elif type(value) is not str and type(value) is not bool:
            plain(value, name, out)
    is_announced = "extensions" in obj and judge_announcements(obj, custom, kind, out)
    if custom and not is_announced and kind in STANDARD_TYPES:
        out.advise(None, "11.1", why.CUSTOM, type=excerpt(kind), names=listing or enumerate_names(custom))


@lru_cache(maxsize=1024)
def _listing(joined: str, count: int) -> str | None:
    """Return how so many names are told where each is a good one that the standard leaves free, else None.

    Remembered, since the objects of a feed have the same ones.
    """
    names = joined.split(", ")
    is_custom = len(names) == count and all(values.is_property_name(each) and each not in _SPOKEN_FOR for each in names)
    return enumerate_names(names) if is_custom else None


def _judge_names(obj: dict[str, Json], names: list[str], kind: str, base: Base, out: Findings) -> list[str]:
    """Record what is wrong with names the type has no row for; return those the standard leaves free."""
    common = [name for name in names if name in COMMON_NAMES]
    custom = [name for name in names if name not in _SPOKEN_FOR]
    for name in names:
        if name in _SPOKEN_FOR and name not in COMMON_NAMES:
            out.error(name, "3.8", why.RESERVED, name=name)
        elif name not in COMMON_NAMES and not values.is_property_name(name):
            out.error(name, "3.1", why.PROPERTY_NAME, found=excerpt(name))
    if common:
        _judge_common(obj, common, kind, base, out)
    return custom


def _judge_common(obj: dict[str, Json], names: list[str], kind: str, base: Base, out: Findings) -> None:
    """Record common properties that do not apply to a type, and hold them to what they mean where they do.

    `defanged` must stand on observables only.
    """
    for name in names:
        if name in _COMMON_CODES:
            compile_check(_COMMON_CODES[name], "3.2")(obj[name], name, out)
    if "defanged" in names and base != "SCO":
        out.error("defanged", "3.2", why.NOT_APPLICABLE, type=excerpt(kind), names="defanged")
        names = [name for name in names if name != "defanged"]
    if names:
        out.advise(None, "3.2", why.NOT_APPLICABLE, type=excerpt(kind), names=enumerate_names(names))


def _judge_bundle(obj: dict[str, Json], out: Findings) -> None:
    rules = rules_for("bundle", "other", "2.1")
    unknown = rules.apply({name: each for name, each in obj.items() if name != "objects"}, None, out)
    if unknown:
        for name in unknown:
            plain(obj[name], name, out)
        out.advise(None, "8", why.CUSTOM, type="bundle", names=enumerate_names(unknown))
    _judge_id(obj, "bundle", "other", out)
    objects = obj.get("objects")
    if "objects" in obj and type(objects) is not list:
        out.error("objects", "2", why.WRONG_TYPE, expected="array", found=json_type(objects))
    elif objects == []:
        out.error("objects", "2.12", why.EMPTY_LIST)
    elif type(objects) is list:
        _judge_objects(objects, out)


def _judge_objects(objects: list[Json], out: Findings) -> None:
    at_hand: dict[str, Mapping[str, Json]] = {}
    for each in objects:
        if type(each) is dict and type(each.get("id")) is str:
            at_hand[str(each["id"])] = each
    beyond = out.look_up

    def look_up(identifier: str) -> Mapping[str, Json] | None:
        return at_hand.get(identifier) or (beyond(identifier) if beyond is not None else None)

    out.look_up = look_up
    seen: set[tuple[str, str]] = set()
    for index, each in enumerate(objects):
        out.prefix = "/objects" + pointer((None, index))
        if type(each) is not dict:
            out.error(None, "8.1", why.NOT_AN_OBJECT, found=json_type(each))
        elif each.get("type") == "bundle":
            out.error("type", "8.1", why.NOT_IN_BUNDLE)
        else:
            _judge(each, each.get("type"), out)
            version = (str(each.get("id")), str(each.get("modified", each.get("created"))))
            if version in seen and "modified" in each:
                out.advise("id", "3.6", why.SAME_VERSION_TWICE, found=excerpt(version[0]))
            seen.add(version)
    out.prefix, out.look_up = "", beyond
