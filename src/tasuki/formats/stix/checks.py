# SPDX-License-Identifier: MIT
"""Checks of single values, compiled from the codes of `tables`: one closure per code, quick where nothing is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeGuard

from tasuki.base.canonical import Json
from tasuki.base.limits import MAX_SAFE_INTEGER
from tasuki.base.reasons import ReasonKind
from tasuki.formats.stix import addresses, languages, tables, values
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix.extensions_known import SUITE_VOCABULARIES
from tasuki.formats.stix.problems import Findings, Where, excerpt, json_type
from tasuki.formats.stix.registries import COUNTRIES
from tasuki.formats.stix.vocabularies import VOCABULARIES, Vocabulary

Check = Callable[[Json, Where, Findings], None]
"""Records what is wrong with a value that stands at a place."""

Quick = Callable[[str], object]
"""Accepts (truthy) a text of which its check has nothing to say."""

STANDARD_TYPES: Final = frozenset().union(
    tables.DOMAIN_OBJECTS, tables.RELATIONSHIP_OBJECTS, tables.OBSERVABLES, tables.META_OBJECTS
)
CLASSES: Final = {
    "SDO": frozenset(tables.DOMAIN_OBJECTS),
    "SRO": frozenset(tables.RELATIONSHIP_OBJECTS),
    "SCO": frozenset(tables.OBSERVABLES),
}
_NOT_OBJECTS: Final = frozenset({"bundle"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCheck:
    """What a string with a named form must be.

    Attributes:
        accepts: true (or a match) for texts of this form.
        section: the section that says so; empty where it is the one of the property's own type.
        is_must: whether another text breaks a MUST; else it is worth a warning.
        is_address: whether defanging breaks the form on purpose.
    """

    accepts: Callable[[str], object]
    kind: ReasonKind
    section: str = ""
    is_must: bool = True
    is_address: bool = False


_LOWER_WORDS: Final = re.compile(r"[^A-Z _]*+")
_PRODUCT: Final = re.compile(r"[a-z0-9-]++")
_SUBDIVISION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")

TEXTS: Final = {
    "base64": TextCheck(accepts=values.BASE64.fullmatch, kind=why.BASE64, section="2.1"),
    "hex": TextCheck(accepts=values.HEX.fullmatch, kind=why.HEX, section="2.8"),
    "kill-chain": TextCheck(accepts=_LOWER_WORDS.fullmatch, kind=why.LOWER_CASE, is_must=False),
    "property-name": TextCheck(accepts=values.is_property_name, kind=why.PROPERTY_NAME, section="7.3.2"),
    "country": TextCheck(accepts=lambda text: text.upper() in COUNTRIES, kind=why.COUNTRY, is_must=False),
    "subdivision": TextCheck(
        accepts=lambda text: _SUBDIVISION.fullmatch(text) and text[:2] in COUNTRIES, kind=why.SUBDIVISION, is_must=False
    ),
    "product": TextCheck(accepts=_PRODUCT.fullmatch, kind=why.LOWER_CASE, is_must=False),
    "lower": TextCheck(accepts=lambda text: text == text.lower(), kind=why.LOWER_CASE, is_must=False),
    "relationship-type": TextCheck(accepts=values.RELATIONSHIP_TYPE.fullmatch, kind=why.RELATIONSHIP_TYPE),
    "media-type": TextCheck(accepts=values.is_media_type, kind=why.MEDIA_TYPE, is_must=False),
    "character-set": TextCheck(accepts=values.is_character_set, kind=why.CHARACTER_SET, section="3.9.1"),
    "decoded": TextCheck(
        accepts=lambda text: not values.ENCODED_WORD.search(text), kind=why.ENCODED_WORD, section="6.6"
    ),
    "service": TextCheck(accepts=values.SERVICE_NAME.fullmatch, kind=why.SERVICE, is_must=False),
    "priority": TextCheck(accepts=lambda text: text.endswith("_CLASS"), kind=why.PRIORITY, is_must=False),
    "cpe": TextCheck(accepts=values.is_cpe, kind=why.CPE),
    "registry-key": TextCheck(accepts=lambda text: not values.SHORT_HIVE.match(text), kind=why.REGISTRY_HIVE),
    "url": TextCheck(accepts=addresses.is_url, kind=why.URL, is_address=True),
    "domain": TextCheck(accepts=addresses.is_domain, kind=why.DOMAIN, is_address=True),
    "email": TextCheck(accepts=addresses.is_email, kind=why.EMAIL, is_address=True),
    "ipv4": TextCheck(accepts=addresses.is_ipv4, kind=why.IPV4, is_address=True),
    "ipv6": TextCheck(accepts=addresses.is_ipv6, kind=why.IPV6, is_address=True),
    "mac": TextCheck(accepts=addresses.is_mac, kind=why.MAC, is_address=True),
    "selector": TextCheck(accepts=values.SELECTOR.fullmatch, kind=why.SELECTOR),
}
"""The forms the codes `s(...)` name."""


def _text(argument: str, section: str) -> Check:
    if not argument:
        return string
    return _language if argument == "language" else _formed(TEXTS[argument], section)


def string(value: Json, where: Where, out: Findings) -> None:
    """Check that a value is a string."""
    if type(value) is not str:
        wrong_type("string", value, where, out)


def _formed(form: TextCheck, own_section: str) -> Check:
    accepts, section = form.accepts, form.section or own_section

    def check(value: Json, where: Where, out: Findings) -> None:
        if type(value) is not str:
            wrong_type("string", value, where, out)
        elif not accepts(value):
            is_error = form.is_must and not (form.is_address and out.is_defanged)
            (out.error if is_error else out.advise)(where, section, form.kind, found=excerpt(value))

    return check


def _language(value: Json, where: Where, out: Findings) -> None:
    if type(value) is not str:
        wrong_type("string", value, where, out)
        return
    standing = languages.standing(value)
    if standing == "replaced":
        out.advise(where, "3.2", why.LANGUAGE_REPLACED, found=excerpt(value))
    elif standing != "registered":
        out.error(where, "3.2", why.LANGUAGE, found=excerpt(value))


def _vocabulary(argument: str, _section: str) -> Check:
    vocabulary = VOCABULARIES.get(argument) or SUITE_VOCABULARIES[argument]
    terms = vocabulary.terms

    def check(value: Json, where: Where, out: Findings) -> None:
        if type(value) is not str:
            wrong_type("string", value, where, out)
        elif value not in terms:
            _not_a_term(vocabulary, value, where, out)

    return check


def _not_a_term(vocabulary: Vocabulary, value: str, where: Where, out: Findings) -> None:
    if vocabulary.is_closed:
        out.error(where, vocabulary.section, why.ENUMERATION, vocabulary=vocabulary.name, found=excerpt(value))
    else:
        out.advise(where, vocabulary.section, why.OPEN_VOCABULARY, vocabulary=vocabulary.name, found=excerpt(value))


def _boolean(_argument: str, _section: str) -> Check:
    def check(value: Json, where: Where, out: Findings) -> None:
        if type(value) is not bool:
            wrong_type("boolean", value, where, out)

    return check


def _integer(argument: str, section: str) -> Check:
    lowest, highest = _bounds(argument)

    def check(value: Json, where: Where, out: Findings) -> None:
        if type(value) is not int:
            wrong_type("integer", value, where, out)
        elif not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            out.error(where, "2.10", why.INTEGER_RANGE, found=excerpt(str(value)))
        else:
            _within(value, lowest, highest, where, section, out)

    return check


def _number(argument: str, section: str) -> Check:
    lowest, highest = _bounds(argument)

    def check(value: Json, where: Where, out: Findings) -> None:
        if type(value) is not float and type(value) is not int:
            wrong_type("number", value, where, out)
        else:
            _within(value, lowest, highest, where, section, out)

    return check


def _bounds(argument: str) -> tuple[int | None, int | None]:
    low, _, high = argument.partition("..")
    return int(low) if low else None, int(high) if high else None


def _within(value: float, lowest: int | None, highest: int | None, where: Where, section: str, out: Findings) -> None:
    if lowest is not None and value < lowest and highest is None:
        out.error(where, section, why.NEGATIVE, found=excerpt(str(value)))
    elif (lowest is not None and value < lowest) or (highest is not None and value > highest):
        out.error(where, section, why.BOUNDS, lowest=lowest or 0, highest=highest or 0, found=excerpt(str(value)))


def _timestamp(argument: str, _section: str) -> Check:
    return {"": _any_timestamp, "ms": _precise_timestamp, "s": _whole_seconds}[argument]


_quick_timestamp: Final = values.QUICK_TIMESTAMP.fullmatch


def _any_timestamp(value: Json, where: Where, out: Findings) -> None:
    if type(value) is str and _quick_timestamp(value):
        return
    if type(value) is not str:
        wrong_type("string", value, where, out)
    elif not values.is_timestamp(value):
        out.error(where, "2.16.1", why.TIMESTAMP, found=excerpt(value))


_LENGTH_OF_MILLISECONDS: Final = len("2020-01-01T00:00:00.000Z")
_LENGTH_OF_SECONDS: Final = len("2020-01-01T00:00:00Z")


def _precise_timestamp(value: Json, where: Where, out: Findings) -> None:
    if type(value) is str and _quick_timestamp(value):
        return
    if type(value) is not str:
        wrong_type("string", value, where, out)
    elif not values.is_timestamp(value):
        out.error(where, "2.16.1", why.TIMESTAMP, found=excerpt(value))
    elif len(value) < _LENGTH_OF_MILLISECONDS:
        out.error(where, "3.2", why.TIMESTAMP_PRECISION, found=excerpt(value))


def _whole_seconds(value: Json, where: Where, out: Findings) -> None:
    _any_timestamp(value, where, out)
    if type(value) is str and len(value) > _LENGTH_OF_SECONDS:
        out.error(where, "6.7.6", why.TIMESTAMP_SECONDS, found=excerpt(value))


def _hashes(argument: str, section: str) -> Check:
    only_listed = argument == "listed"

    def check(value: Json, where: Where, out: Findings) -> None:
        if not is_filled_object(value, where, out):
            return
        for name, digest in value.items():
            form = values.HASH_FORMATS.get(name)
            if type(digest) is not str:
                wrong_type("string", digest, (where, name), out)
            elif form is None:
                _unlisted_hash(name, (where, name), section, out, only_listed=only_listed)
            elif not form.fullmatch(digest):
                out.error((where, name), "10.7", why.HASH, algorithm=name, found=excerpt(digest))

    return check


def _unlisted_hash(name: str, where: Where, section: str, out: Findings, *, only_listed: bool) -> None:
    if not values.HASH_NAME.fullmatch(name):
        out.error(where, "2.7", why.HASH_NAME, found=excerpt(name))
    elif only_listed:
        out.error(where, section, why.HASH_UNLISTED, found=excerpt(name))
    else:
        out.advise(where, "2.7", why.HASH_UNLISTED, found=excerpt(name))


def _string_or_integer(value: Json, where: Where, out: Findings) -> None:
    if type(value) is not str and type(value) is not int:
        wrong_type("string or integer", value, where, out)


def _is_plain(value: Json) -> bool:
    """Whether `plain` has nothing to say; quicker, since it need not know where it is."""
    containers: list[Json] = [[value]]
    for item in containers:  # which grows while it is walked
        for each in item.values() if type(item) is dict else item:  # type: ignore[union-attr]
            if type(each) is str or type(each) is bool or type(each) is float:
                continue
            if type(each) is list or type(each) is dict:
                if not each:
                    return False
                containers.append(each)
            elif type(each) is not int or not -MAX_SAFE_INTEGER <= each <= MAX_SAFE_INTEGER:
                return False
    return True


def plain(value: Json, where: Where, out: Findings) -> None:
    """Check what no rule describes: no nulls, no empty lists or objects, integers every reader can hold."""
    if _is_plain(value):
        return
    stack: list[tuple[Json, Where]] = [(value, where)]
    while stack:
        item, place = stack.pop()
        if type(item) is dict:
            if not item:
                out.error(place, "2.3", why.EMPTY_DICTIONARY)
            stack.extend((each, (place, key)) for key, each in item.items() if type(each) is not str)
        elif type(item) is list:
            if not item:
                out.error(place, "2.12", why.EMPTY_LIST)
            stack.extend((each, (place, index)) for index, each in enumerate(item) if type(each) is not str)
        elif item is None:
            out.error(place, "2", why.NULL)
        elif type(item) is int and not -MAX_SAFE_INTEGER <= item <= MAX_SAFE_INTEGER:
            out.error(place, "2.10", why.INTEGER_RANGE, found=excerpt(str(item)))


def _types_of(wanted: str) -> frozenset[str]:
    names = wanted.split("|") if wanted else []
    return frozenset[str]().union(*(CLASSES.get(name, frozenset({name})) for name in names))


@cache
def _quick_reference(wanted: str) -> Quick:
    kinds = "|".join(sorted(_types_of(wanted) or STANDARD_TYPES))
    return re.compile(f"(?:{kinds})--{values.UUID.pattern}").fullmatch


def _reference(wanted: str, section: str) -> Check:
    names = wanted.split("|") if wanted else []
    listed = _types_of(wanted)
    allows_custom = not names or any(name in CLASSES for name in names)
    expected = " / ".join(names) or "a STIX object"
    is_quickly_fine = _quick_reference(wanted)

    def check(value: Json, where: Where, out: Findings) -> None:
        if out.container is None and type(value) is str and is_quickly_fine(value):
            return
        if type(value) is not str:
            wrong_type("string", value, where, out)
            return
        if out.container is not None:
            _local_reference(value, listed, expected, where, out)
            return
        kind = value.partition("--")[0]
        if not values.is_identifier(value):
            out.error(where, "2.9", why.IDENTIFIER, found=excerpt(value))
        elif kind in STANDARD_TYPES or kind in _NOT_OBJECTS or not (allows_custom or names == ["identity"]):
            out.error(where, section, why.REFERENCE, expected=expected, found=excerpt(value))
        elif not allows_custom:
            out.advise(where, section, why.REFERENCE_UNKNOWN, expected=expected, found=excerpt(value))

    return check


def _local_reference(value: str, listed: frozenset[str], expected: str, where: Where, out: Findings) -> None:
    target = (out.container or {}).get(value)
    kind = target.get("type") if isinstance(target, dict) else None
    if kind is None or (listed and kind in STANDARD_TYPES and kind not in listed):
        out.error(where, "2.13", why.LOCAL_REFERENCE, expected=expected, found=excerpt(value))


def is_filled_object(value: Json, where: Where, out: Findings) -> TypeGuard[dict[str, Json]]:
    """Whether a value is an object with members; records what is wrong where it is not."""
    if type(value) is not dict:
        wrong_type("object", value, where, out)
        return False
    if not value:
        out.error(where, "2.3", why.EMPTY_DICTIONARY)
        return False
    return True


def wrong_type(expected: str, value: Json, where: Where, out: Findings) -> None:
    """Record that a value is of another JSON type than its property."""
    if value is None:
        out.error(where, "2", why.NULL)
    else:
        out.error(where, "2", why.WRONG_TYPE, expected=expected, found=json_type(value))


def quick_check(code: str) -> Quick | None:
    """Return what accepts, in one step, the texts a code has nothing to say of; None where a code has no such step.

    It may be stricter than the check of the code, never laxer.
    """
    head, _, rest = code.partition("(")
    argument = rest[:-1]
    if code.startswith("r"):
        return _quick_reference(code.partition(":")[2])
    if code in ("t", "t(ms)"):
        return _quick_timestamp
    if head in ("o", "c"):
        return (VOCABULARIES.get(argument) or SUITE_VOCABULARIES[argument]).terms.__contains__
    if head == "s" and argument in TEXTS:
        return TEXTS[argument].accepts
    return any_text if code == "s" else None


def any_text(_text: str) -> bool:
    """Accept every text: the quick check of plain strings, which callers need not even call."""
    return True


LEAVES: Final[Mapping[str, Callable[[str, str], Check]]] = {
    "s": _text,
    "o": _vocabulary,
    "c": _vocabulary,
    "t": _timestamp,
    "i": _integer,
    "f": _number,
    "b": _boolean,
    "h": _hashes,
    "r": _reference,
    "si": lambda _argument, _section: _string_or_integer,
    "x": lambda _argument, _section: plain,
}
"""From the head of a code to what makes its check out of its argument and the section of its property."""
