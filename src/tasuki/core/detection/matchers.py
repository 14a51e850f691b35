# SPDX-License-Identifier: MIT
"""Exact matchers by class: a value of a record in, the indicators it proves out."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from tasuki.formats.patterns.simple import read_simple

_HASH_LENGTHS: Final = frozenset({32, 40, 64, 128})
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_HASHES: Final = ("md5", "sha1", "sha256", "sha512")


def normal_domain(text: str) -> str:
    """Return a domain as it is compared: lower case, no final dot, A-labels."""
    lowered = text.rstrip(".").lower()
    if lowered.isascii():
        return lowered
    try:
        return lowered.encode("idna").decode()
    except UnicodeError:
        return lowered


def normal_url(text: str) -> str:
    """Return a URL as it is compared: scheme and host in lower case, a bare host with `/`, no fragment."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    host, slash, path = rest.partition("/")
    path = path.partition("#")[0]
    return f"{scheme.lower()}://{normal_domain(host)}/{path if slash else ''}"


@dataclass(slots=True)
class CompiledSet:
    """Indicators compiled for exact matching. Adding or removing one costs no more than its own values.

    Attributes:
        not_compiled: indicators whose pattern says more than this form reads; they match nothing, and are counted.
    """

    not_compiled: set[str] = field(default_factory=set)
    _exact: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _networks: dict[int, dict[int, dict[int, list[str]]]] = field(default_factory=dict)
    _values: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many indicators can match."""
        return len(self._values)

    def __contains__(self, indicator: object) -> bool:
        """Whether an indicator can match."""
        return indicator in self._values

    def add_pattern(self, indicator: str, pattern: str) -> bool:
        """Add an indicator by its STIX pattern; return whether it could be compiled."""
        values = read_simple(pattern)
        if values is None or not self.add(indicator, values):
            self.not_compiled.add(indicator)
            return False
        return True

    def add(self, indicator: str, values: Iterable[tuple[str, str]]) -> bool:
        """Add an indicator by (class, value) pairs of which any one is a match; an id already here is replaced.

        Returns:
            False where no value could be read.
        """
        self.remove(indicator)
        kept = [(kind, key) for kind, value in values if (key := self._key(kind, value)) is not None]
        for kind, key in kept:
            self._place(kind, key).setdefault(self._slot(kind, key), []).append(indicator)  # type: ignore[arg-type]
        if kept:
            self._values[indicator] = kept
        return bool(kept)

    def remove(self, indicator: str) -> bool:
        """Take an indicator out at once; return whether it was here."""
        self.not_compiled.discard(indicator)
        kept = self._values.pop(indicator, None)
        for kind, key in kept or ():
            place = self._place(kind, key)
            slot = self._slot(kind, key)
            listed = place[slot]  # type: ignore[index]
            listed.remove(indicator)
            if not listed:
                del place[slot]  # type: ignore[arg-type]
        return kept is not None

    def _key(self, kind: str, value: str) -> str | None:
        """Return the normal form of a value, or None where it is none of its class."""
        text = value.strip()
        if not text:
            return None
        if kind in ("ipv4", "ipv6", "cidr4", "cidr6"):
            return _address_key(text)
        if kind == "domain":
            return normal_domain(text) or None
        if kind == "url":
            return normal_url(text)
        return text.lower()

    def _place(self, kind: str, key: str) -> dict[str, list[str]] | dict[int, list[str]]:
        if "/" in key and kind in ("ipv4", "ipv6", "cidr4", "cidr6"):
            network = ipaddress.ip_network(key)
            return self._networks.setdefault(network.version, {}).setdefault(network.prefixlen, {})
        family = {"cidr4": "ip", "cidr6": "ip", "ipv4": "ip", "ipv6": "ip"}.get(kind, kind)
        return self._exact.setdefault("hash" if family in _HASHES else family, {})

    def _slot(self, kind: str, key: str) -> str | int:
        if "/" in key and kind in ("ipv4", "ipv6", "cidr4", "cidr6"):
            return int(ipaddress.ip_network(key).network_address)
        return key

    def match(self, fields: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
        """Yield (indicator, field, value) for every value of a record that proves an indicator, each once."""
        seen: set[tuple[str, str, str]] = set()
        host = path = ""
        for name, value in fields:
            for indicator in self._of_value(value):
                hit = (indicator, name, value)
                if hit not in seen:
                    seen.add(hit)
                    yield hit
            last = name.rpartition(".")[2]
            if last in ("host", "hostname") and not host:
                host = value
            elif last in ("uri", "url") and value.startswith("/"):
                path = value
        if host and path and self._exact.get("url"):
            yield from self._of_request(host, path, fields)

    def _of_request(self, host: str, path: str, fields: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
        """Match a URL that a log tells in two fields, host and path."""
        urls = self._exact["url"]
        name = next(n for n, v in fields if v == path and n.rpartition(".")[2] in ("uri", "url"))
        for scheme in ("http", "https"):
            for indicator in urls.get(normal_url(f"{scheme}://{host}{path}"), ()):
                yield indicator, name, path

    def _of_value(self, value: str) -> Iterator[str]:
        if "." in value or ":" in value:
            yield from self._of_address(value)
            if "://" in value:
                yield from self._exact.get("url", {}).get(normal_url(value), ())
            elif "@" in value:
                yield from self._of_mail(value)
            elif "." in value:
                yield from self._of_domain(value)
        elif len(value) in _HASH_LENGTHS and _HEX.issuperset(value):
            yield from self._exact.get("hash", {}).get(value.lower(), ())

    def _of_domain(self, value: str) -> Iterator[str]:
        domains = self._exact.get("domain")
        if not domains:
            return
        name = normal_domain(value)
        while name:
            yield from domains.get(name, ())
            name = name.partition(".")[2]

    def _of_mail(self, value: str) -> Iterator[str]:
        addresses = self._exact.get("email")
        if addresses:
            for part in value.replace("<", " ").replace(">", " ").replace(",", " ").replace(";", " ").split():
                yield from addresses.get(part.strip("\"'()").lower(), ())

    def _of_address(self, value: str) -> Iterator[str]:
        exact = self._exact.get("ip", {})
        if ":" not in value and not self._networks:
            yield from exact.get(value, ())
            return
        key = _address_key(value)
        if key is None or "/" in key:
            return
        yield from exact.get(key, ())
        address = ipaddress.ip_address(key)
        bits = address.max_prefixlen
        for prefix, networks in self._networks.get(address.version, {}).items():
            yield from networks.get(int(address) >> (bits - prefix) << (bits - prefix), ())


def _address_key(text: str) -> str | None:
    if not text[:1].isalnum() and not text.startswith(":"):
        return None
    try:
        if "/" in text:
            network = ipaddress.ip_network(text, strict=False)
            return str(network) if network.prefixlen else None
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
