# SPDX-License-Identifier: MIT
"""The forms in which values are compared: what an indicator's value is found by, and what a record's text may prove.

The rules are written out, with examples, in `docs/spec/hits.md`.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from tasuki.formats.lists.suffixes import is_registry

Key = str | int
"""What a value is found by: text for exact values, a number for networks."""

Width = tuple[int, int]
"""A prefix length as it is used: how many bits an address loses, and what its key begins with."""

Widths = Mapping[int, Sequence[Width]]
"""The prefix lengths in use, by IP version."""

MAX_TEXT: Final = 1 << 20
"""Characters of a text that is looked at: a header with thousands of addresses fits, a payload does not."""

MAX_DOMAIN: Final = 253
"""RFC 1035 section 2.3.4, as text without the final dot."""

HASHES: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_PRINTS: Final = frozenset(3 * (length // 2) - 1 for length in HASHES)
"""Lengths of hashes in pairs with colons between, as TLS logs write fingerprints."""

_V4: Final = 4
_BITS: Final = {4: 32, 6: 128}
_PARTS: Final = 4
_OCTETS: Final = {str(octet): octet for octet in range(256)}
_ADDRESS: Final = frozenset("0123456789abcdefABCDEF:.")
_MAX_ADDRESS: Final = 64
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_LABEL: Final = re.compile(r"[a-z0-9_*-]{1,63}+")
_STOPS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
_PORT: Final = re.compile(r":[0-9]{1,5}+")
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*+://")
_BREAKS: Final = str.maketrans(dict.fromkeys('<>(),;"[]', " "))
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443", "ftp": ":21"}
_MAPPED_BITS: Final = 96


def domain_key(text: str) -> str | None:
    """Return a domain as it is compared: lower case, no final dot, A-labels; None where it is no name of two labels.

    Source: UTS 46, non-transitional, as far as the names in logs need it.
    """
    name = text.removesuffix(".").lower()
    if len(name) > MAX_DOMAIN:
        return None
    if not name.isascii():
        name = _to_ascii(name)
    labels = name.split(".")
    if len(labels) == 1 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        return None
    return name


def _to_ascii(name: str) -> str:
    seen = "".join(each.lower() for each in name if not _is_ignored(each))
    mapped = unicodedata.normalize("NFKC", seen).translate(_STOPS)
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in mapped.split(".")
    )


def _is_ignored(character: str) -> bool:
    """Whether a character is mapped to nothing: format characters, but the two joiners that tell names apart."""
    return character == "\u034f" or (unicodedata.category(character) == "Cf" and character not in "\u200c\u200d")


def address_of(text: str) -> tuple[int, int] | None:
    """Return (version, number) of an address, or None; IPv4-mapped IPv6 is IPv4, a zone is dropped.

    Source: RFC 4291 section 2.2, RFC 6943 section 3.1.1 (no leading zeros, no short forms).
    """
    if ":" not in text:
        return _ipv4_of(text)
    host = text.partition("%")[0]
    if len(host) > _MAX_ADDRESS or not _ADDRESS.issuperset(host):
        return None
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped
    return (6, int(address)) if mapped is None else (4, int(mapped))


def _ipv4_of(text: str) -> tuple[int, int] | None:
    parts = text.split(".", 4)
    if len(parts) != _PARTS:
        return None
    number = 0
    for part in parts:
        octet = _OCTETS.get(part)
        if octet is None:
            return None
        number = number << 8 | octet
    return 4, number


def _address_text(version: int, number: int) -> str:
    return str(ipaddress.IPv4Address(number) if version == _V4 else ipaddress.IPv6Address(number))


def network_of(text: str) -> tuple[int, int, int] | None:
    """Return (version, prefix length, first address) of a network, or None; host bits are dropped."""
    host, slash, prefix = text.partition("/")
    if not slash or len(text) > _MAX_ADDRESS or not _ADDRESS.issuperset(host) or not _ADDRESS.issuperset(prefix):
        return None
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    first = network.network_address
    if isinstance(first, ipaddress.IPv6Address) and first.ipv4_mapped is not None and network.prefixlen >= _MAPPED_BITS:
        return _V4, network.prefixlen - _MAPPED_BITS, int(first.ipv4_mapped)
    return network.version, network.prefixlen, int(first)


def address_key(text: str) -> Key | None:
    """Return what an address or a network is found by, or None.

    A network of one address is that address. Nothing is returned for all addresses (prefix 0).
    """
    address = address_of(text)
    if address is not None:
        return _address_text(*address)
    network = network_of(text)
    if network is None:
        return None
    version, prefix, first = network
    if prefix == _BITS[version]:
        return _address_text(version, first)
    return network_key(version, prefix, first) if prefix else None


def network_key(version: int, prefix: int, first: int) -> int:
    """Return the number a network is found by: version, prefix length and first address side by side."""
    return (version << 8 | prefix) << 128 | first


def width_of(key: int) -> tuple[int, int]:
    """Return (version, prefix length) of the number a network is found by."""
    return key >> 136, key >> 128 & 0xFF


def width(version: int, prefix: int) -> Width:
    """Return a prefix length as it is used."""
    return _BITS[version] - prefix, network_key(version, prefix, 0)


def url_key(text: str) -> str | None:
    """Return a URL as it is compared, or None where it has no host.

    Scheme and host in lower case, no user, no default port, no fragment, `/` where there is no path; path and query
    as they are. A URL written without a scheme begins with `//` and stands for any.

    Source: RFC 3986 section 6.2, without its percent-encoding and dot-segment steps.
    """
    return _url_key(*split_url(text))


def _url_key(scheme: str, host: str, rest: str) -> str | None:
    name, port = split_port(host)
    if not name:
        return None
    address = address_of(name)
    shown = None if address is None else _address_text(*address)
    if port == _DEFAULT_PORTS.get(scheme):
        port = ""
    path = rest if rest.startswith("/") else "/" + rest
    shown = f"[{shown}]" if shown and ":" in shown else shown or domain_key(name) or name.lower()
    return f"{scheme}{':' if scheme else ''}//{shown}{port}{path}"


def split_url(text: str) -> tuple[str, str, str]:
    """Return (scheme in lower case or empty, host with its port, path and query) of the text of a URL."""
    found = _SCHEME.match(text)
    scheme = "" if found is None else found[0][:-3].lower()
    text = text.removeprefix("//") if found is None else text[found.end() :]
    text = text.partition("#")[0]
    end = min((at for at in (text.find("/"), text.find("?")) if at >= 0), default=len(text))
    return scheme, text[:end].rpartition("@")[2], text[end:]


def split_port(host: str) -> tuple[str, str]:
    """Return (host, `:port` or empty); an IPv6 address in brackets loses them."""
    if host.startswith("["):
        name, _, port = host[1:].partition("]")
        return (name, port) if not port or _PORT.fullmatch(port) else (host, "")
    name, _, port = host.rpartition(":")
    if name and ":" not in name and _PORT.fullmatch(":" + port):
        return name, ":" + port
    return host, ""


def email_key(text: str) -> str | None:
    """Return an e-mail address as it is compared: lower case, its domain as domains are; None where it is none."""
    local, _, domain = text.rpartition("@")
    key = domain_key(domain)
    return f"{local.lower()}@{key}" if local and key is not None else None


def indicator_key(kind: str, value: str) -> Key | None:
    """Return what a value of an indicator is found by; None where it is no value of its class, or one too wide.

    Too wide are all addresses (prefix 0) and the names of registries such as `co.jp`.

    Args:
        kind: ipv4, ipv6, cidr4, cidr6, domain, url, email, md5, sha1, sha256 or sha512.
        value: as the list or the pattern writes it.
    """
    text = value.strip()
    if len(text) > MAX_TEXT:
        return None
    if kind in ("url", "domain") and ("/" in text or "?" in text) and network_of(text) is None:
        return url_key(text)
    if kind == "email":
        return email_key(text)
    if kind in HASHES.values():
        return text.lower() if HASHES.get(len(text)) == kind and _HEX.issuperset(text) else None
    return _host_key(text)


def _host_key(text: str) -> Key | None:
    """Return the key of an address, a network or a domain, whichever it is: patterns mix them up."""
    name, _ = split_port(text)
    domain = domain_key(name)
    if domain is None:
        return address_key(name)
    return None if is_registry(domain) else domain


def request_keys(host: str, path: str) -> set[str]:
    """Return the keys of the URL that a log tells in two fields, without saying its scheme."""
    keys: set[str] = set()
    for scheme in ("http", "https"):
        key = url_key(f"{scheme}://{host}{path}")
        if key is not None:
            keys |= {key, key.removeprefix(scheme + ":")}
    return keys


def proofs(text: str, widths: Widths) -> list[Key]:
    """Return every key that the text of one field proves, some perhaps twice.

    Args:
        text: as the record has it.
        widths: of the networks that are asked for.
    """
    length = len(text)
    if length in HASHES and _HEX.issuperset(text):
        return [text.lower()]
    keys: list[Key] = []
    if length > MAX_TEXT:
        return keys
    if "=" in text:
        _add_named_hashes(text, keys)
    if length in _PRINTS and text[2] == ":" and _HEX.issuperset(text.replace(":", "")):
        keys.append(text.replace(":", "").lower())
    is_word = len(text.split(maxsplit=1)) == 1
    if is_word and "/" in text:
        _add_url(text, widths, keys)
    elif "@" in text:
        _add_mail(text, widths, keys)
    elif is_word and ("." in text or ":" in text or not text.isascii()):
        _add_host(text, widths, keys)
    return keys


def _add_host(text: str, widths: Widths, keys: list[Key]) -> None:
    """Add an address and the networks it lies in, or a domain and all it lies below."""
    name = split_port(text)[0] if ":" in text else text
    address = address_of(name)
    if address is not None:
        version, number = address
        keys.append(_address_text(version, number) if ":" in name else name)
        _add_networks(version, 0, number, widths, keys)
        return
    domain = domain_key(name)
    while domain:
        keys.append(domain)
        domain = domain.partition(".")[2]


def _add_networks(version: int, loose: int, first: int, widths: Widths, keys: list[Key]) -> None:
    """Add the networks in which a network lies, of which `loose` bits are free; of an address none is."""
    for cut, base in widths.get(version, ()):
        if cut >= loose:
            keys.append(base | first >> cut << cut)


def _add_url(text: str, widths: Widths, keys: list[Key]) -> None:
    network = network_of(text)
    if network is not None:
        version, prefix, first = network
        loose = _BITS[version] - prefix
        if not loose:
            keys.append(_address_text(version, first))
        _add_networks(version, loose, first, widths, keys)
        return
    scheme, host, rest = split_url(text)
    key = _url_key(scheme, host, rest)
    if key is not None:
        keys += [key, key.removeprefix(scheme + ":")] if scheme else [key, f"http:{key}", f"https:{key}"]
        _add_host(host, widths, keys)


def _add_mail(text: str, widths: Widths, keys: list[Key]) -> None:
    for word in text.translate(_BREAKS).split():
        if "@" in word and "/" not in word:
            for part in {word, word.rpartition("=")[2]}:
                key = email_key(part.strip("'").removeprefix("mailto:"))
                if key is not None:
                    keys.append(key)
                    _add_host(key.rpartition("@")[2], widths, keys)


def _add_named_hashes(text: str, keys: list[Key]) -> None:
    """Add the hashes of a list such as `MD5=...,SHA256=...`, as Sysmon writes it."""
    for part in text.split(","):
        value = part.rpartition("=")[2]
        if len(value) in HASHES and _HEX.issuperset(value):
            keys.append(value.lower())
