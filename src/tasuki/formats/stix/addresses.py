# SPDX-License-Identifier: MIT
"""Judging addresses: URLs, domain names, e-mail, IP and MAC addresses. Bounded and linear; nothing is looked up."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final

_PCHAR: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_URI: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*+:"
    r"(?://(?P<authority>(?:[A-Za-z0-9._~!$&'()*+,;=:@\[\]-]|%[0-9A-Fa-f]{2})*+)(?:/(?:PCHAR|/)*+)?"
    r"|/(?!/)(?:PCHAR|/)*+|PCHAR(?:PCHAR|/)*+|)"
    r"(?:\?(?:PCHAR|[/?])*+)?(?:#(?:PCHAR|[/?])*+)?".replace("PCHAR", _PCHAR)
)
_PLAIN_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]++(?::[0-9]++)?(?:/[A-Za-z0-9._~!$&'()*+,;=:@/?-]*+)?")
"""URLs as most are written, without escapes and fragments; others are asked in full."""
_AUTHORITY: Final = re.compile(
    r"(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*+@)?"
    r"(?:\[(?P<literal>[^\]]*+)\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*+)(?::[0-9]*+)?"
)
_IP_FUTURE: Final = re.compile(r"v[0-9A-Fa-f]++\.[A-Za-z0-9._~!$&'()*+,;=:-]++")
_IPV4: Final = re.compile(
    r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    r"(?:/(?:3[0-2]|[12]?[0-9]))?"
)
_IPV6_PREFIX: Final = re.compile(r"12[0-8]|1[01][0-9]|[1-9]?[0-9]")
_MAC: Final = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++)*+")
_QUOTED: Final = re.compile(r'"(?:[\t !#-\[\]-~]|\\[\t -~])*+"')
_LITERAL: Final = re.compile(r"\[[!-Z^-~\t ]*+\]")
_LDH: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_MAX_NAME: Final = 253
_MAX_LABEL: Final = 63
_LONGEST_ADDRESS: Final = 100
_KATAKANA_DOT: Final = "\u30fb"
_EXCEPTIONS: Final = frozenset("\u00df\u03c2\u06fd\u06fe\u0f0b\u3007")
"""Code points RFC 5892 section 2.6 allows against its general rule."""
_LETTERS_AND_DIGITS: Final = frozenset({"Ll", "Lu", "Lo", "Nd", "Lm", "Mn", "Mc"})


def is_url(text: str) -> bool:
    """Whether a text is a URI with a scheme.

    Source: RFC 3986 section 3.
    """
    if _PLAIN_URL.fullmatch(text):
        return True
    match = _URI.fullmatch(text)
    if match is None:
        return False
    authority = match["authority"]
    if not authority:
        return True
    parts = _AUTHORITY.fullmatch(authority)
    return parts is not None and (parts["literal"] is None or _is_ip_literal(parts["literal"]))


def _is_ip_literal(text: str) -> bool:
    return bool(_IP_FUTURE.fullmatch(text)) or ("%" not in text and _is_ipv6_address(text))


def is_ipv4(text: str) -> bool:
    """Whether a text is an IPv4 address or network in CIDR notation.

    Source: STIX 2.1 section 6.8; RFC 4632 section 3.1.
    """
    return bool(_IPV4.fullmatch(text))


def is_ipv6(text: str) -> bool:
    """Whether a text is an IPv6 address or network in CIDR notation.

    Source: STIX 2.1 section 6.9; RFC 4291 section 2.2, 2.3.
    """
    address, slash, prefix = text.partition("/")
    return _is_ipv6_address(address) and (not slash or bool(_IPV6_PREFIX.fullmatch(prefix)))


def _is_ipv6_address(text: str) -> bool:
    if len(text) > _LONGEST_ADDRESS:
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def is_mac(text: str) -> bool:
    """Whether a text is a MAC-48 address in lower case, with colons and leading zeros.

    Source: STIX 2.1 section 6.10.1.
    """
    return bool(_MAC.fullmatch(text))


def is_email(text: str) -> bool:
    """Whether a text is an `addr-spec`: local part, at sign, domain; no display name.

    Source: RFC 5322 section 3.4.1, without its obsolete forms, comments and folding.
    """
    local, at, domain = text.rpartition("@")
    if not at:
        return False
    if not (_ATOM.fullmatch(local) or _QUOTED.fullmatch(local)):
        return False
    return bool(_ATOM.fullmatch(domain) or _LITERAL.fullmatch(domain))


def is_domain(text: str) -> bool:
    """Whether a text is a domain name, each label an LDH label or an internationalised one.

    Source: RFC 1034 section 3.5; RFC 5890 section 2.3; RFC 5892 (which code points a label may hold).
    """
    name = text.removesuffix(".")
    if not name or len(name) > _MAX_NAME:
        return False
    labels = name.split(".")
    return (
        all(_is_label(label) for label in labels) and sum(map(_encoded_length, labels)) + len(labels) <= _MAX_NAME + 1
    )


def _is_label(label: str) -> bool:
    if label.isascii():
        if not _LDH.fullmatch(label):
            return False
        return label[2:4] != "--" or _is_a_label(label)
    return _is_u_label(label)


def _is_a_label(label: str) -> bool:
    if not label.lower().startswith("xn--"):
        return False
    try:
        decoded = label[4:].lower().encode().decode("punycode")
    except UnicodeError:
        return False
    return not decoded.isascii() and _is_u_label(decoded)


def _is_u_label(label: str) -> bool:
    if _encoded_length(label) > _MAX_LABEL or unicodedata.normalize("NFC", label) != label:
        return False
    if label.startswith("-") or label.endswith("-") or label[2:4] == "--":
        return False
    if unicodedata.category(label[0]).startswith("M"):
        return False
    return all(_may_stand(character, label) for character in label)


def _may_stand(character: str, label: str) -> bool:
    if character.isascii():
        return character == "-" or character.isdigit() or character.islower()
    if character in _EXCEPTIONS:
        return True
    if character == _KATAKANA_DOT:
        return any(_is_japanese(other) for other in label)
    stable = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold()) == character
    return stable and unicodedata.category(character) in _LETTERS_AND_DIGITS


def _is_japanese(character: str) -> bool:
    return character != _KATAKANA_DOT and unicodedata.name(character, "").startswith(("HIRAGANA", "KATAKANA", "CJK"))


def _encoded_length(label: str) -> int:
    return len(label) if label.isascii() else len("xn--") + len(label.encode("punycode"))
