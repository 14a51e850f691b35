# SPDX-License-Identifier: MIT
"""Exact matchers: indicators compiled by the keys of their values, and the kernel that asks them about records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from tasuki.core.detection.values import HASHES, Key, Widths, indicator_key, proofs, request_keys, width, width_of
from tasuki.formats.patterns.simple import read_simple

Fields = Sequence[tuple[str, str]]
"""The values of one record: (name of the field as the log spells it, text), one pair for each value of a list."""

Proof = tuple[str, str, str]
"""(indicator, field, value): one hit within a record."""

_STIX: Final = "indicator--"
_REMEMBERED: Final = 200_000
"""Texts whose answer the kernel remembers: the names and addresses of a busy network within some minutes."""

_LONGEST_REMEMBERED: Final = 100
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9:.Z+-]*+")
"""Texts that never repeat and prove nothing."""

_MARKS: Final = frozenset(".:@/=")
"""A text of ASCII that has none of these and is no hash proves nothing."""


class CompiledSet:
    """Indicators compiled for exact matching; adding or removing one costs no more than its own values.

    One thread changes it, any number may ask meanwhile: what is removed stops matching at once.

    Attributes:
        not_compiled: indicators that match nothing, because their pattern says more than this form reads, or names a
            value that would match everybody.
        generation: rises with every change.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.not_compiled: set[str] = set()
        self.generation = 0
        # One indicator or one key stands for itself, several as a tuple: most have one, and there are millions.
        self._holders: dict[Key, Key | tuple[Key, ...]] = {}
        self._keys: dict[Key, Key | tuple[Key, ...]] = {}
        self._width_counts: Counter[tuple[int, int]] = Counter()
        self.widths: Widths = {}

    def __len__(self) -> int:
        """How many indicators can match."""
        return len(self._keys)

    def __contains__(self, indicator: object) -> bool:
        """Whether an indicator can match."""
        return isinstance(indicator, str) and _packed(indicator) in self._keys

    def add_pattern(self, indicator: str, pattern: str) -> bool:
        """Add an indicator by its STIX pattern, in place of what it was before; return whether it can match now."""
        if self.add(indicator, read_simple(pattern) or ()):
            return True
        self.not_compiled.add(indicator)
        return False

    def add(self, indicator: str, values: Iterable[tuple[str, str]]) -> bool:
        """Add an indicator by (class, value) pairs of which any one proves it, in place of what it was before.

        A value that is none of its class, or too wide, is left out: the others prove the indicator all the same.

        Returns:
            Whether it can match.
        """
        self.remove(indicator)
        found = dict.fromkeys(indicator_key(kind, value) for kind, value in values)
        keys = tuple(key for key in found if key is not None)
        if not keys:
            return False
        name = _packed(indicator)
        for key in keys:
            self._holders[key] = _with(self._holders.get(key), name)
            if isinstance(key, int):
                self._widen(key, 1)
        self._keys[name] = keys[0] if len(keys) == 1 else keys
        self.generation += 1
        return True

    def remove(self, indicator: str) -> bool:
        """Take an indicator out at once; return whether it could match."""
        self.not_compiled.discard(indicator)
        name = _packed(indicator)
        kept = self._keys.pop(name, None)
        if kept is None:
            return False
        for key in kept if isinstance(kept, tuple) else (kept,):
            rest = _without(self._holders[key], name)
            if rest is None:
                del self._holders[key]
            else:
                self._holders[key] = rest
            if isinstance(key, int):
                self._widen(key, -1)
        self.generation += 1
        return True

    def _widen(self, key: int, by: int) -> None:
        self._width_counts[width_of(key)] += by
        used = sorted(each for each, count in self._width_counts.items() if count)
        self.widths = {version: [width(*each) for each in used if each[0] == version] for version in (4, 6)}

    def of_text(self, text: str) -> tuple[str, ...]:
        """Return the indicators that the text of one field proves, each once."""
        return self._of_keys(proofs(text, self.widths))

    def of_request(self, host: str, path: str) -> tuple[str, ...]:
        """Return the indicators that the URL proves which a log tells in two fields."""
        return self._of_keys(request_keys(host, path))

    def _of_keys(self, keys: Iterable[Key]) -> tuple[str, ...]:
        held_by = self._holders.get
        found = [held for key in keys if (held := held_by(key)) is not None]
        if not found:
            return ()
        names = dict.fromkeys(name for held in found for name in (held if isinstance(held, tuple) else (held,)))
        return tuple(map(_unpacked, names))


class Kernel:
    """Asks a compiled set about records: fields go in, proofs come out, each once.

    It remembers what texts proved, since logs repeat themselves, and forgets all of it when the set changes. A faster
    engine takes its place by the same rule: the values of one record in, (indicator, field, value) out.
    """

    def __init__(self, compiled: CompiledSet) -> None:
        """Ask `compiled`, which may change meanwhile."""
        self._compiled = compiled
        self._generation = compiled.generation
        self._known: dict[str, tuple[str, ...]] = {}

    def match(self, fields: Fields) -> list[Proof]:
        """Return what a record proves, in the order of its fields."""
        if self._generation != self._compiled.generation:
            self._generation = self._compiled.generation
            self._known = {}
        known = self._known.get
        found: dict[Proof, None] = {}
        has_path = False
        for name, text in fields:
            indicators = known(text)
            if indicators is None:
                indicators = self._ask(text)
            if indicators is _PATH:
                has_path = True
            elif indicators:
                found.update(dict.fromkeys((indicator, name, text) for indicator in indicators))
        if has_path:
            self._requests(fields, found)
        return list(found)

    def _ask(self, text: str) -> tuple[str, ...]:
        if text.startswith("/"):
            indicators = _PATH
        elif _TIMESTAMP.fullmatch(text):
            return ()
        elif len(text) in HASHES or not _MARKS.isdisjoint(text) or not text.isascii():
            indicators = self._compiled.of_text(text)
        else:
            indicators = ()
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            self._known[text] = indicators
        return indicators

    def _requests(self, fields: Fields, found: dict[Proof, None]) -> None:
        """Ask about URLs that are told in two fields, such as `host` and `uri`."""
        hosts: dict[str, str] = {}
        paths: list[tuple[str, str, str]] = []
        for name, text in fields:
            role = _ROLES.get(name)
            if role is None:
                continue
            group, is_host = role
            if is_host:
                hosts.setdefault(group, text)
            elif text.startswith("/"):
                paths.append((group, name, text))
        for group, name, path in paths:
            if group in hosts:
                for indicator in self._compiled.of_request(hosts[group], path):
                    found[indicator, name, path] = None


_PATH: Final[tuple[str, ...]] = ("/",)
"""What the kernel remembers of a text that begins with a slash: alone it proves nothing, with a host it may."""

_ROLES: Final = {
    "host": ("zeek", True),
    "uri": ("zeek", False),
    "http.hostname": ("eve", True),
    "http.url": ("eve", False),
}
"""Fields that together tell one URL: (whose, whether it is the host). Zeek http.log; Suricata EVE http."""


def _packed(indicator: str) -> Key:
    """Return an indicator's id as the number in it, which takes half the room; any other name as it is."""
    if not indicator.startswith(_STIX):
        return indicator
    try:
        number = int(indicator[len(_STIX) :].replace("-", ""), 16)
    except ValueError:
        return indicator
    return number if number >= 0 and _unpacked(number) == indicator else indicator


def _unpacked(name: Key) -> str:
    if isinstance(name, str):
        return name
    digits = f"{name:032x}"
    return f"{_STIX}{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _with(held: Key | tuple[Key, ...] | None, name: Key) -> Key | tuple[Key, ...]:
    if held is None:
        return name
    return (*held, name) if isinstance(held, tuple) else (held, name)


def _without(held: Key | tuple[Key, ...], name: Key) -> Key | tuple[Key, ...] | None:
    if not isinstance(held, tuple):
        return None
    rest = tuple(each for each in held if each != name)
    return rest[0] if len(rest) == 1 else rest
