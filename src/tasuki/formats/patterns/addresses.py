# SPDX-License-Identifier: MIT
"""IP addresses and networks as STIX writes them: one address, or CIDR notation.

Source: STIX 2.1 sections 6.8, 6.9 and 9.6.1; RFC 4632, RFC 4291, RFC 5952.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

_IPV4: Final = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_PREFIX: Final = re.compile(r"[0-9]{1,3}")
_BITS: Final = {4: 32, 6: 128}
_LONGEST: Final = 60
_SAME_IN_OCTAL: Final = 8
_LARGEST_OCTET: Final = 255
_LARGEST_IPV4: Final = 0xFFFFFFFF
_MAPPED: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Network:
    """A network: the addresses whose first `prefix` bits are those of `address`; host bits are cleared."""

    version: int
    address: int
    prefix: int

    def within(self, other: Network) -> bool:
        """Whether every address of this network is one of `other`."""
        if self.version != other.version or self.prefix < other.prefix:
            return False
        free = _BITS[self.version] - other.prefix
        return self.address >> free == other.address >> free

    def __str__(self) -> str:
        """Return the shortest text: no host bits, no suffix for a single address, RFC 5952 for IPv6."""
        written = _written(self.version, self.address)
        return written if self.prefix == _BITS[self.version] else f"{written}/{self.prefix}"


def _written(version: int, address: int) -> str:
    if version == 4:  # noqa: PLR2004 IPv4
        return str(IPv4Address(address))
    if address >> 32 == _MAPPED:
        # RFC 5952 section 5 writes mapped addresses so; the standard library does only since Python 3.13.
        return f"::ffff:{IPv4Address(address & _LARGEST_IPV4)}"
    return str(IPv6Address(address))


def read_network(text: str) -> Network | None:
    """Return the network that a text names, or None where it is none; a single address is one of full length.

    An octet with leading zeros counts only where it means the same in decimal and octal.
    """
    if len(text) > _LONGEST:
        return None
    head, slash, tail = text.partition("/")
    version, address = (6, _ipv6(head)) if ":" in head else (4, _ipv4(head))
    if address is None:
        return None
    bits = _BITS[version]
    if slash and (not _PREFIX.fullmatch(tail) or int(tail) > bits):
        return None
    prefix = int(tail) if slash else bits
    return Network(version, address >> (bits - prefix) << (bits - prefix), prefix)


def _ipv4(text: str) -> int | None:
    match = _IPV4.fullmatch(text)
    if match is None:
        return None
    address = 0
    for part in match.groups():
        octet = int(part)
        if octet > _LARGEST_OCTET or (part[0] == "0" and len(part) > 1 and octet >= _SAME_IN_OCTAL):
            return None
        address = address << 8 | octet
    return address


def _ipv6(text: str) -> int | None:
    if "%" in text:
        return None
    try:
        return int(IPv6Address(text))
    except AddressValueError:
        return None
