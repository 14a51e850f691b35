# SPDX-License-Identifier: MIT
"""What a bare value is: address, network, domain, URL, e-mail address or hash."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?|_[\w-]{1,62})(?:\.(?:[\w-]{1,63}))+\.?")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://\S+")
_HASH: Final = re.compile(r"[0-9a-fA-F]+")
_HASHES: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_PORT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}")


def classify(value: str) -> tuple[str, str] | None:  # noqa: PLR0911 one line per class
    """Return (class, value) of a bare value, or None where it is none of ours.

    Classes: ipv4, ipv6, cidr4, cidr6, domain, url, email, md5, sha1, sha256, sha512. A port is dropped.
    """
    text = value.strip()
    ported = _PORT.fullmatch(text)
    if ported:
        text = ported[1]
    address = _address(text)
    if address is not None:
        return address
    if _HASH.fullmatch(text) and len(text) in _HASHES:
        return _HASHES[len(text)], text.lower()
    if _URL.fullmatch(text):
        return "url", text
    if _EMAIL.fullmatch(text):
        return "email", text
    if "/" in text and _DOMAIN.fullmatch(text.partition("/")[0]):
        return "url", text
    if _DOMAIN.fullmatch(text) and not text.rpartition(".")[2].isdigit():
        return "domain", text.rstrip(".").lower()
    return None


def _address(text: str) -> tuple[str, str] | None:
    try:
        if "/" in text:
            network = ipaddress.ip_network(text, strict=False)
            return f"cidr{network.version}", str(network)
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return f"ipv{address.version}", str(address)
