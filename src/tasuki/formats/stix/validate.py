# SPDX-License-Identifier: MIT
"""The rules of STIX 2.1 on one object: compiled once from the tables, applied without recursion into strangers' depth.

This is the first storey: common rules, required properties, types, references, times. The next adds every other MUST as
further rows and checks; `validate` and `Problem` stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from tasuki.base.canonical import Json
from tasuki.base.reasons import Reason, ReasonKind
from tasuki.base.time import parse_rfc3339
from tasuki.formats.stix import extensions as ours
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix import tables

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an object.

    Attributes:
        path: JSON Pointer within the object.
        rule: the clause of STIX 2.1 that says so, such as `STIX 2.1 §3.2`.
        severity: `error` breaks a MUST; `warning` is a SHOULD or something kept that the standard does not know.
    """

    path: str
    rule: str
    reason: Reason
    severity: Severity = "error"


Check = Callable[[Json, str], Iterator[Problem]]

_TYPE: Final = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-)){1,248}[a-z0-9]|[a-z0-9]{3}")
_ID: Final = re.compile(
    r"([a-z0-9][a-z0-9-]{1,248}[a-z0-9])--"
    r"([0-9a-f]{8}-[0-9a-f]{4}-([1-8])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
)
_NAME: Final = re.compile(r"[a-z0-9_]{1,250}")
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_HASH_LENGTHS: Final = {"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-512": 128, "SHA3-256": 64, "SHA3-512": 128}
_CLASSES: Final = {
    "SDO": frozenset(tables.DOMAIN_OBJECTS),
    "SRO": frozenset(tables.RELATIONSHIP_OBJECTS),
    "SCO": frozenset(tables.OBSERVABLES),
}
_STANDARD: Final = frozenset().union(
    tables.DOMAIN_OBJECTS, tables.RELATIONSHIP_OBJECTS, tables.OBSERVABLES, tables.META_OBJECTS, {"bundle"}
)
_ONE_OF: Final = {
    "location": ("region", "country", "latitude"),
    "file": ("hashes", "name"),
    "network-traffic": ("src_ref", "dst_ref"),
    "malware-analysis": ("result", "analysis_sco_refs"),
    "artifact": ("payload_bin", "url"),
    "observed-data": ("objects", "object_refs"),
}
_MAX_CONFIDENCE: Final = 100


def validate(obj: Json) -> tuple[Problem, ...]:
    """Return every problem of one STIX object, errors and warnings, in the order of its properties.

    A STIX 2.0 object (no `spec_version`, and no observable) is held to what 2.0 and 2.1 share.
    """
    if not isinstance(obj, dict):
        return (Problem(path="", rule="STIX 2.1 §3.1", reason=why.NOT_AN_OBJECT.because(found=_kind(obj))),)
    kind = obj.get("type")
    if not isinstance(kind, str):
        return (Problem(path="/type", rule="STIX 2.1 §3.2", reason=why.TYPE_MISSING.because()),)
    return tuple(_problems(obj, kind))


def is_valid(problems: tuple[Problem, ...]) -> bool:
    """Whether no problem is an error."""
    return all(problem.severity != "error" for problem in problems)


def _problems(obj: dict[str, Json], kind: str) -> Iterator[Problem]:
    is_older = "spec_version" not in obj and kind not in tables.OBSERVABLES
    yield from _identity(obj, kind)
    rules = rules_for(kind, is_older=is_older)
    for name, value in obj.items():
        path = f"/{name.replace('~', '~0').replace('/', '~1')}"
        check = rules.checks.get(name)
        if check is not None:
            yield from check(value, path)
        else:
            yield from _foreign(obj, kind, name, path)
    for name in rules.required:
        if name not in obj:
            yield Problem(path=f"/{name}", rule=rules.clause, reason=why.REQUIRED.because(name=name, type=kind))
    yield from _one_of(obj, kind)
    yield from _order(obj)


def _identity(obj: dict[str, Json], kind: str) -> Iterator[Problem]:
    if not _TYPE.fullmatch(kind):
        yield Problem(path="/type", rule="STIX 2.1 §3.2", reason=why.TYPE_SYNTAX.because(found=kind[:60]))
    identifier = obj.get("id")
    if isinstance(identifier, str):
        match = _ID.fullmatch(identifier)
        if match is None or match[1] != kind:
            yield Problem(
                path="/id", rule="STIX 2.1 §2.9", reason=why.ID_SYNTAX.because(type=kind[:60], found=identifier[:80])
            )
    version = obj.get("spec_version")
    if "spec_version" in obj and version not in ("2.0", "2.1"):
        yield Problem(
            path="/spec_version", rule="STIX 2.1 §3.2", reason=why.SPEC_VERSION.because(found=str(version)[:20])
        )
    confidence = obj.get("confidence")
    if isinstance(confidence, int) and not isinstance(confidence, bool) and not 0 <= confidence <= _MAX_CONFIDENCE:
        yield Problem(path="/confidence", rule="STIX 2.1 §3.2", reason=why.CONFIDENCE.because(found=confidence))
    if kind not in _STANDARD and not ours.NEW_OBJECTS.get(kind) and not _announces(obj, "new-"):
        yield Problem(
            path="/type", rule="STIX 2.1 §11.2", reason=why.CUSTOM_TYPE.because(type=kind[:60]), severity="warning"
        )


def _foreign(obj: dict[str, Json], kind: str, name: str, path: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield Problem(path=path, rule="STIX 2.1 §11.1", reason=why.PROPERTY_NAME.because(found=name[:60]))
    elif kind in _STANDARD and not _announces(obj, "toplevel-property-extension"):
        yield Problem(
            path=path, rule="STIX 2.1 §11.1", reason=why.CUSTOM.because(name=name[:60], type=kind), severity="warning"
        )


def _announces(obj: Mapping[str, Json], prefix: str) -> bool:
    listed = obj.get("extensions")
    if not isinstance(listed, dict):
        return False
    return any(
        isinstance(each, dict) and str(each.get("extension_type", "")).startswith(prefix) for each in listed.values()
    )


def _one_of(obj: dict[str, Json], kind: str) -> Iterator[Problem]:
    names = _ONE_OF.get(kind)
    if names and not any(name in obj for name in names):
        yield Problem(path="", rule="STIX 2.1 §4, §6", reason=why.ONE_OF.because(names=", ".join(names)))


def _order(obj: dict[str, Json]) -> Iterator[Problem]:
    for earlier, later, strict in tables.TIME_ORDER:
        first, last = obj.get(earlier), obj.get(later)
        if not isinstance(first, str) or not isinstance(last, str):
            continue
        try:
            one, two = parse_rfc3339(first), parse_rfc3339(last)
        except ValueError:
            continue
        if two < one or (strict and two == one):
            yield Problem(
                path=f"/{later}", rule="STIX 2.1 §3.2", reason=why.TIME_ORDER.because(earlier=earlier, later=later)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The compiled rules of one type."""

    checks: Mapping[str, Check]
    required: tuple[str, ...]
    clause: str


@cache
def rules_for(kind: str, *, is_older: bool) -> Rules:
    """Return the compiled rules of a type; unknown types get the common properties."""
    text, clause = _text(kind, is_older=is_older)
    checks: dict[str, Check] = {}
    required: list[str] = []
    for word in text.split():
        name, _, code = word.partition(":")
        if code.endswith("!"):
            required.append(name)
        checks[name] = _check(code.rstrip("!"))
    return Rules(checks=checks, required=tuple(required), clause=clause)


def _text(kind: str, *, is_older: bool) -> tuple[str, str]:
    common = tables.COMMON_OBJECT.replace("spec_version:s!", "spec_version:s") if is_older else tables.COMMON_OBJECT
    if kind in tables.OBSERVABLES:
        return f"{tables.COMMON_OBSERVABLE} {tables.OBSERVABLES[kind]}", "STIX 2.1 §6"
    if kind == "marking-definition":
        text = tables.META_OBJECTS[kind]
        return text.replace("spec_version:s!", "spec_version:s") if is_older else text, "STIX 2.1 §7.2"
    for group, clause in ((tables.DOMAIN_OBJECTS, "STIX 2.1 §4"), (tables.RELATIONSHIP_OBJECTS, "STIX 2.1 §5")):
        if kind in group:
            return f"{common} {_older(group[kind]) if is_older else group[kind]}", clause
    if kind in tables.META_OBJECTS:
        return f"{common} {tables.META_OBJECTS[kind]}", "STIX 2.1 §7"
    if kind in ours.PROPERTIES:
        return f"{common} {ours.PROPERTIES[kind]}", "docs/spec/extensions.md"
    return common.replace("!", ""), "STIX 2.1 §11.2"


def _older(text: str) -> str:
    """Relax what 2.1 requires and 2.0 does not have."""
    for name in ("pattern_type:s", "is_family:b"):
        text = text.replace(f"{name}!", name)
    return text


def _check(code: str) -> Check:  # noqa: PLR0911 a table in code: one line per code
    if code.startswith("[r"):
        return _list(_reference(code[1:-1]))
    if code.startswith("["):
        return _list(_check(code[1:-1]))
    if code.startswith("r"):
        return _reference(code)
    if code == "t":
        return _timestamp
    if code == "h":
        return _hashes
    if code in _SHAPES:
        return _shape(*_SHAPES[code])
    return {"e": _list(_external), "k": _list(_phase), "g": _list(_granular), "n": _extensions}.get(code, _anything)


_SHAPES: Final[dict[str, tuple[str, tuple[type, ...]]]] = {
    "s": ("text", (str,)),
    "i": ("an integer", (int,)),
    "f": ("a number", (int, float)),
    "b": ("true or false", (bool,)),
    "d": ("an object", (dict,)),
}


def _shape(expected: str, kinds: tuple[type, ...]) -> Check:
    def check(value: Json, path: str) -> Iterator[Problem]:
        is_bool = isinstance(value, bool)
        if not isinstance(value, kinds) or (is_bool and bool not in kinds):
            yield _wrong(path, expected, value)
        elif value == {}:
            yield Problem(path=path, rule="STIX 2.1 §2.3", reason=why.EMPTY_LIST.because())

    return check


def _list(inner: Check) -> Check:
    def check(value: Json, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield _wrong(path, "a list", value)
            return
        if not value:
            yield Problem(path=path, rule="STIX 2.1 §2.12", reason=why.EMPTY_LIST.because())
        for index, each in enumerate(value):
            yield from inner(each, f"{path}/{index}")

    return check


def _reference(code: str) -> Check:
    _, _, wanted = code.partition(":")
    allowed: set[str] = set()
    for name in wanted.split("|") if wanted else ():
        allowed |= _CLASSES.get(name, frozenset({name}))
    expected = wanted.replace("|", " or ") or "a STIX object"

    def check(value: Json, path: str) -> Iterator[Problem]:
        match = _ID.fullmatch(value) if isinstance(value, str) else None
        if match is None or (allowed and match[1] in _STANDARD and match[1] not in allowed):
            found = value if isinstance(value, str) else _kind(value)
            yield Problem(
                path=path, rule="STIX 2.1 §2.9", reason=why.REFERENCE.because(expected=expected, found=found[:80])
            )

    return check


def _timestamp(value: Json, path: str) -> Iterator[Problem]:
    if isinstance(value, str) and _STAMP.fullmatch(value):
        try:
            parse_rfc3339(value)
        except ValueError:
            pass
        else:
            return
    found = value[:40] if isinstance(value, str) else _kind(value)
    yield Problem(path=path, rule="STIX 2.1 §2.16", reason=why.TIMESTAMP.because(found=found))


def _hashes(value: Json, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict) or not value:
        yield _wrong(path, "an object of hashes", value)
        return
    for name, each in value.items():
        length = _HASH_LENGTHS.get(name)
        text = each if isinstance(each, str) else ""
        if not text or (length is not None and (len(text) != length or not _HEX.fullmatch(text))):
            reason = why.HASH.because(algorithm=name[:30], length=length or "some", found=text[:40] or _kind(each))
            yield Problem(path=f"{path}/{name}", rule="STIX 2.1 §2.7", reason=reason)


def _external(value: Json, path: str) -> Iterator[Problem]:
    fine = isinstance(value, dict) and isinstance(value.get("source_name"), str)
    if not fine or not isinstance(value, dict) or not value.keys() & {"description", "url", "external_id"}:
        yield Problem(path=path, rule="STIX 2.1 §2.6", reason=why.EXTERNAL.because())
    elif "hashes" in value:
        yield from _hashes(value["hashes"], f"{path}/hashes")


def _phase(value: Json, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict) or not all(isinstance(value.get(n), str) for n in ("kill_chain_name", "phase_name")):
        yield Problem(path=path, rule="STIX 2.1 §2.11", reason=why.KILL_CHAIN.because())


def _granular(value: Json, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path=path, rule="STIX 2.1 §7.2.3", reason=why.GRANULAR.because())
        return
    selectors = value.get("selectors")
    listed = isinstance(selectors, list) and bool(selectors) and all(isinstance(each, str) for each in selectors)
    reference, language = value.get("marking_ref"), value.get("lang")
    if not listed or (reference is None) == (language is None):
        yield Problem(path=path, rule="STIX 2.1 §7.2.3", reason=why.GRANULAR.because())
    elif reference is not None:
        yield from _reference("r:marking-definition")(reference, f"{path}/marking_ref")


def _extensions(value: Json, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict) or not value:
        yield _wrong(path, "an object of extensions", value)
        return
    for name, each in value.items():
        typed = isinstance(each, dict) and (
            not name.startswith("extension-definition--") or isinstance(each.get("extension_type"), str)
        )
        if not typed:
            yield Problem(path=f"{path}/{name}", rule="STIX 2.1 §7.3", reason=why.EXTENSION.because())


def _anything(_value: Json, _path: str) -> Iterator[Problem]:
    return iter(())


def _wrong(path: str, expected: str, value: Json) -> Problem:
    return Problem(path=path, rule="STIX 2.1 §2", reason=_typed(why.WRONG_TYPE, expected, value))


def _typed(reason: ReasonKind, expected: str, value: Json) -> Reason:
    return reason.because(expected=expected, found=_kind(value))


def _kind(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    names: dict[type, str] = {int: "an integer", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names[type(value)]
