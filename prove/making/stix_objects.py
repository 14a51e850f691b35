# SPDX-License-Identifier: MIT
"""Random STIX objects that reach every type and every rule: sound ones, and ones broken in one or two places."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import making_stix as making
from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import tables
from tasuki.formats.stix.rules import rows

Made = dict[str, Any]

GROUPS = (tables.DOMAIN_OBJECTS, tables.RELATIONSHIP_OBJECTS, tables.META_OBJECTS, tables.OBSERVABLES)
KINDS = [kind for group in GROUPS for kind in group]
CODES = {kind: group[kind] for group in GROUPS for kind in group}


class Maker:
    """Makes objects from a seed; the same seed makes the same objects."""

    def __init__(self, seed: int) -> None:
        """Start at `seed`."""
        self.chance = random.Random(seed)

    def objects(self, count: int) -> Iterator[Made]:
        """Yield `count` objects, about half of them sound."""
        for _ in range(count):
            yield self.one()

    def one(self) -> Made:
        """Return one object."""
        made = self.sound(self.chance.choice(KINDS))
        for _ in range(self.chance.choice((0, 0, 1, 1, 1, 2))):
            made = self.broken(made)
        return made

    def sound(self, kind: str) -> Made:
        """Return an object of a type with some of its optional properties."""
        made = making.minimal(kind)
        optional = [row for row in rows(self._text(kind), "") if row.name not in made]
        for row in self.chance.sample(optional, min(len(optional), self.chance.choice((0, 1, 2, 4, 9)))):
            made[row.name] = self.value(row.code, row.name)
        if kind in tables.PREDEFINED_EXTENSIONS and self.chance.random() < 0.4:
            name = self.chance.choice(tables.PREDEFINED_EXTENSIONS[kind])
            made["extensions"] = {name: self.nested(name)}
        return self._mended(made)

    def _text(self, kind: str) -> str:
        common = "" if kind in tables.META_OBJECTS else tables.COMMON_OBJECT
        return f"{tables.COMMON_OBSERVABLE if kind in tables.OBSERVABLES else common} {CODES[kind]}"

    def nested(self, name: str) -> Made:
        """Return a value of a nested type with some of its optional properties."""
        made = making.nested(name)
        text = tables.NESTED.get(name) or known.NESTED[name]
        optional = [row for row in rows(text, "") if row.name not in made]
        for row in self.chance.sample(optional, min(len(optional), self.chance.choice((0, 1, 3)))):
            made[row.name] = self.value(row.code, row.name)
        for one, other in (("lang", "marking_ref"), ("body", "body_raw_ref")):
            if one in made and other in made:
                del made[one]
        return made

    def value(self, code: str, name: str) -> Any:
        """Return a value that fits a code, nested types filled at random."""
        code = {"e": "[@(external-reference)]", "k": "[@(kill-chain-phase)]", "g": "[@(granular-marking)]"}.get(
            code, code
        )
        if code.startswith("["):
            return [self.value(code[1:-1], name) for _ in range(self.chance.choice((1, 1, 2)))]
        if code.startswith("@("):
            return self.nested(code[2:-1])
        return making.sample(code, name)

    def _mended(self, made: Made) -> Made:
        """Take out what cannot stand together in a sound object, and keep its times in order."""
        for _, _, earlier, later, _ in tables.TIME_ORDER:
            if earlier in made and later in made and later != "modified":
                made[later] = making.LATER
        kind = made["type"]
        if kind == "artifact":
            made.pop("url", None)
            made.setdefault("encryption_algorithm", "AES-256-GCM")
        if kind == "observed-data":
            made.pop("objects", None)
        if kind == "location":
            made.update({"latitude": 35.6, "longitude": 139.7})
        if kind == "email-message":
            made.pop("body" if made["is_multipart"] else "body_multipart", None)
        if kind == "network-traffic" and made.get("is_active"):
            made.pop("end", None)
        if kind == "extension-definition":
            made.pop("extension_properties", None)
        if kind == "marking-definition":
            made.pop("object_marking_refs", None)
            made.pop("granular_markings", None)
            made["definition"] = {"statement": "Copyright Example"}
        return made

    def broken(self, made: Made) -> Made:
        """Return an object with one thing wrong, or odd, in it."""
        made = copy.deepcopy(made)
        ways = (self._break_a_value, self._drop, self._add_custom, self._break_a_nested_value, self._odd_id, self._odd)
        self.chance.choice(ways)(made)
        return made

    def _break_a_value(self, made: Made) -> None:
        row = self.chance.choice(list(rows(self._text(made["type"]), ""))) if made["type"] in CODES else None
        if row is not None and row.name not in ("type", "id"):
            made[row.name] = self.chance.choice(making.breaks(row.code))[0]

    def _drop(self, made: Made) -> None:
        name = self.chance.choice([name for name in made if name not in ("type", "id")] or ["name"])
        made.pop(name, None)

    def _add_custom(self, made: Made) -> None:
        names = ("x_example", "foo", "no", "Upper", "x-hyphen", "severity", "x" * 251, "x_a_hex", "x_a_bin", "defanged")
        odd: list[Any] = ["text", 5, True, [], {}, None, ["a", []], {"a": None}, 2**53, "0A", 1.5]
        made[self.chance.choice(names)] = self.chance.choice(odd)

    def _break_a_nested_value(self, made: Made) -> None:
        places = [(place, name) for name in made for place in _dictionaries(made[name])]
        if not places:
            return
        place, _ = self.chance.choice(places)
        choice = self.chance.random()
        if choice < 0.4 and place:
            del place[self.chance.choice(sorted(place))]
        elif choice < 0.7 and place:
            place[self.chance.choice(sorted(place))] = self.chance.choice((None, 7, "text", [], {}))
        else:
            place[self.chance.choice(("x_own", "no", "Ümlaut"))] = "x"

    def _odd_id(self, made: Made) -> None:
        kind = made["type"]
        odd = (
            f"{kind}--5c7f3b1e-2f6a-{{}}f0d-9a54-6f1d0f3f7a77".format(self.chance.choice("0145678")),
            f"{kind}--{making.random_id('x-y')[5:].upper()}",
            f"{kind}-5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a77",
            making.random_id("tool"),
            7,
        )
        made["id"] = self.chance.choice(odd)

    def _odd(self, made: Made) -> None:
        definition = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a77"
        odd: tuple[Made, ...] = (
            {"extensions": {definition: {"extension_type": "toplevel-property-extension"}, "x-a-ext": {"foo": "x"}}},
            {"extensions": {definition: {"rank": 5}}},
            {"extensions": {definition: {"extension_type": "new-sdo"}}},
            {"extensions": {"foo": {"a": 1}}},
            {"granular_markings": [{"lang": "ja", "selectors": ["type"]}]},
            {"granular_markings": [{"marking_ref": making.random_id("marking-definition"), "selectors": ["absent"]}]},
            {"granular_markings": [{"marking_ref": making.random_id("marking-definition"), "selectors": ["type"]}]},
            {"spec_version": self.chance.choice(("2.0", "2.2", "2.1"))},
            {
                "external_references": [
                    {"source_name": "cve", "external_id": self.chance.choice(("CVE-2020-1234", "x"))}
                ]
            },
            {"external_references": [{"source_name": "a", "url": self.chance.choice(("https://a.example", "a b"))}]},
            {"created_by_ref": making.random_id(self.chance.choice(("identity", "source", "tool")))},
            {"lang": self.chance.choice(("en", "ja", "haw", "EN", "foo", "eng", "español"))},
            {"type": self.chance.choice(("x-thing", "thing", "Thing", "a--b", "th"))},
            {"labels": ["trojan"]},
        )
        made.update(copy.deepcopy(self.chance.choice(odd)))


def _dictionaries(value: Any) -> Iterator[Made]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _dictionaries(each)
    elif isinstance(value, list):
        for each in value:
            yield from _dictionaries(each)
