# SPDX-License-Identifier: MIT
"""Reading the patterns most indicators have: comparisons of one value, joined by OR; of anything else it says None.

Source: STIX 2.1 section 9, and its grammar. Every pattern read here is valid there and means what is returned: one of
the values is seen. The whole language is read elsewhere.
"""

from __future__ import annotations

import re
from typing import Final

MAX_PATTERN: Final = 200_000
"""Characters; the longest real one seen has 57,000."""

_SPACES: Final = " \t\r\n\f\v"
_TOKEN: Final = re.compile(
    rf"[{_SPACES}]*+(?:(?P<mark>[\[\](),=])|'(?P<text>(?:[^'\\]|\\['\\])*+)'"
    r"|(?P<path>[a-z][a-z0-9-]*+:(?:[a-zA-Z_][a-zA-Z0-9_]*+)(?:\.(?:[a-zA-Z_][a-zA-Z0-9_]*+|'[^'\\]*+'))*+)"
    r"|(?P<word>OR|IN|ISSUBSET)(?![a-zA-Z0-9_:-]))"
)
_ESCAPE: Final = re.compile(r"\\(['\\])")

_VALUES: Final = {
    "ipv4-addr:value": "ipv4",
    "ipv6-addr:value": "ipv6",
    "domain-name:value": "domain",
    "url:value": "url",
    "email-addr:value": "email",
}
_HASHED: Final = ("file:hashes.", "artifact:hashes.", "x509-certificate:hashes.")
_ALGORITHMS: Final = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}
_HASH: Final = {
    name: re.compile(rf"[0-9a-fA-F]{{{length}}}")
    for name, length in (("md5", 32), ("sha1", 40), ("sha256", 64), ("sha512", 128))
}
_NETWORKS: Final = ("ipv4", "ipv6")

_Token = tuple[str, str]
Values = list[tuple[str, str]]


def read_simple(pattern: str) -> Values | None:
    """Return the (class, value) pairs of which any one makes the pattern match, or None where it says more than that.

    Classes: ipv4, ipv6, domain, url, email, md5, sha1, sha256, sha512; a network keeps its slash.
    """
    tokens = _tokens(pattern) if len(pattern) <= MAX_PATTERN else None
    return None if tokens is None else _read(tokens)


def _tokens(pattern: str) -> list[_Token] | None:
    """Return the tokens, ended by an empty mark; a mark or a word is its own kind."""
    tokens: list[_Token] = []
    at, end = 0, len(pattern.rstrip(_SPACES))
    while at < end:
        found = _TOKEN.match(pattern, at)
        if found is None or found.lastgroup is None:
            return None
        text = found[found.lastgroup]
        tokens.append((found.lastgroup if found.lastgroup in ("text", "path") else text, text))
        at = found.end()
    return [*tokens, ("end", "")]


def _read(tokens: list[_Token]) -> Values | None:
    """Walk the tokens once: operands and ORs by turns, brackets and parentheses as they nest."""
    values: Values = []
    nesting: list[str] = []
    at, wants_operand, is_inside = 0, True, False
    while tokens[at][0] != "end":
        kind = tokens[at][0]
        if wants_operand and (kind == "(" or (kind == "[" and not is_inside)):
            nesting.append(kind)
            is_inside = is_inside or kind == "["
        elif wants_operand and kind == "path" and is_inside:
            at = _comparison(tokens, at, values)
            wants_operand = False
            if not at:
                return None
        elif not wants_operand and kind == "OR":
            wants_operand = True
        elif wants_operand or not nesting or nesting.pop() + kind not in ("[]", "()"):
            return None
        else:
            is_inside = is_inside and kind != "]"
        at += 1
    return None if wants_operand or nesting else values


def _comparison(tokens: list[_Token], at: int, values: Values) -> int:
    """Read `path = 'x'`, `path ISSUBSET 'x'` or `path IN ('x', 'y')`; return where it ends, 0 where it is none."""
    kind = _class_of(tokens[at][1])
    operator = tokens[at + 1][0]
    if kind is None:
        return 0
    if operator == "IN":
        return _listed(tokens, at + 2, kind, values)
    is_subset = operator == "ISSUBSET" and kind in _NETWORKS
    if (operator != "=" and not is_subset) or tokens[at + 2][0] != "text":
        return 0
    return at + 2 if _keep(kind, tokens[at + 2][1], values) else 0


def _listed(tokens: list[_Token], at: int, kind: str, values: Values) -> int:
    """Read `('x', 'y')`; return where its parenthesis closes, 0 where it does not."""
    if tokens[at][0] != "(":
        return 0
    while tokens[at + 1][0] == "text":
        if not _keep(kind, tokens[at + 1][1], values):
            return 0
        at += 2
        if tokens[at][0] == ")":
            return at
        if tokens[at][0] != ",":
            return 0
    return 0


def _class_of(path: str) -> str | None:
    """Return the class of value that an object path names."""
    known = _VALUES.get(path)
    if known is not None:
        return known
    prefix = next((each for each in _HASHED if path.startswith(each)), None)
    if prefix is None:
        return None
    return _ALGORITHMS.get(path[len(prefix) :].strip("'").upper().replace("-", ""))


def _keep(kind: str, text: str, values: Values) -> bool:
    """Keep a value; a hash that is none of its algorithm makes the whole pattern invalid."""
    value = _ESCAPE.sub(r"\1", text)
    if kind in _HASH and not _HASH[kind].fullmatch(value):
        return False
    values.append((kind, value))
    return True
