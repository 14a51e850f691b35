# SPDX-License-Identifier: MIT
"""What a bare value is: address, network, domain, URL, e-mail address or hash."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

MAX_VALUE: Final = 8192
"""Characters of one value; longer URLs are no indicators but payloads."""

_LABEL = r"(?:[\w-]{1,63})"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})++\.?")
_MAX_DOMAIN: Final = 254
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*+://\S++")
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_HASHES: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_PORT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]++\]):\d{1,5}")
_MAX_LOCAL: Final = 64


def classify(value: str) -> tuple[str, str] | None:  # noqa: PLR0911 one line per class
    """Return (class, value) of a bare value, or None where it is none of ours.

    Classes: ipv4, ipv6, cidr4, cidr6, domain, url, email, md5, sha1, sha256, sha512. A port after an address is
    dropped, and so are the wildcard and the dot before a domain (`*.evil.example` means the domain and all below it).
    """
    text = value.strip()
    if not text or len(text) > MAX_VALUE:
        return None
    address = _address(text)
    if address is not None:
        return address
    if len(text) in _HASHES and _HEX.issuperset(text):
        return _HASHES[len(text)], text.lower()
    if _URL.fullmatch(text):
        return "url", text
    if "@" in text:
        return ("email", text) if _is_email(text) else None
    host, slash, _ = text.partition("/")
    if slash:
        is_host = _is_domain(host.partition(":")[0]) or _address(host) is not None
        return ("url", text) if is_host and not any(character.isspace() for character in text) else None
    name = text.removeprefix("*").removeprefix(".")
    return ("domain", name.rstrip(".").lower()) if _is_domain(name) else None


def _is_domain(text: str) -> bool:
    return (
        len(text) <= _MAX_DOMAIN
        and _DOMAIN.fullmatch(text) is not None
        and not text.rstrip(".").rpartition(".")[2].isdigit()
    )


def _is_email(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return (
        0 < len(local) <= _MAX_LOCAL and not any(each.isspace() or each == "@" for each in local) and _is_domain(domain)
    )


def _address(text: str) -> tuple[str, str] | None:
    ported = _PORT.fullmatch(text)
    if ported:
        text = ported[1].strip("[]")
    try:
        if "/" in text:
            network = ipaddress.ip_network(text, strict=False)
            return f"cidr{network.version}", str(network)
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return f"ipv{address.version}", str(address)
