# SPDX-License-Identifier: MIT
"""Reading the patterns most indicators have: one comparison, or several joined by OR.

Source: STIX 2.1 section 9. The whole language is the next room's work; this one answers None for what it does not read.
"""

from __future__ import annotations

import re
from typing import Final

MAX_PATTERN: Final = 200_000

_TOKEN: Final = re.compile(
    r"\s*+(?:(?P<open>[\[(])|(?P<close>[\])])|(?P<or>OR\b)|(?P<comma>,)|(?P<op>=|IN\b|ISSUBSET\b)"
    r"|'(?P<text>(?:[^'\\]|\\.)*+)'|(?P<path>[a-z][a-z0-9-]*+:(?:[a-zA-Z0-9_.*\[\]-]|'[^']*+')++))"
)

_PATHS: Final = {
    "ipv4-addr:value": "ipv4",
    "ipv6-addr:value": "ipv6",
    "domain-name:value": "domain",
    "url:value": "url",
    "email-addr:value": "email",
    "email-message:from_ref.value": "email",
    "email-message:sender_ref.value": "email",
    "file:hashes.md5": "md5",
    "file:hashes.sha-1": "sha1",
    "file:hashes.sha1": "sha1",
    "file:hashes.sha-256": "sha256",
    "file:hashes.sha256": "sha256",
    "file:hashes.sha-512": "sha512",
    "file:hashes.sha512": "sha512",
    "network-traffic:dst_ref.value": "any-address",
    "network-traffic:src_ref.value": "any-address",
}


def read_simple(pattern: str) -> list[tuple[str, str]] | None:
    """Return the (class, value) pairs of which any one makes the pattern match, or None where it says more than that.

    Classes: ipv4, ipv6, domain, url, email, md5, sha1, sha256, sha512; a network keeps its slash.
    """
    if len(pattern) > MAX_PATTERN:
        return None
    tokens = _tokens(pattern)
    if tokens is None:
        return None
    values: list[tuple[str, str]] = []
    index, depth, is_first = 0, 0, True
    while index < len(tokens):
        kind, text = tokens[index]
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "path" and (is_first or tokens[index - 1][0] in ("or", "open")):
            step = _comparison(tokens, index, values)
            if step is None:
                return None
            index += step
        elif kind != "or" or is_first:
            return None
        is_first = False
        index += 1
    return values if values and depth == 0 and _is_joined(tokens) else None


def _tokens(pattern: str) -> list[tuple[str, str]] | None:
    tokens: list[tuple[str, str]] = []
    at = 0
    end = len(pattern.rstrip())
    while at < end:
        match = _TOKEN.match(pattern, at)
        if match is None or match.lastgroup is None:
            return None
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


def _comparison(tokens: list[tuple[str, str]], index: int, values: list[tuple[str, str]]) -> int | None:
    """Read `path = 'x'`, `path ISSUBSET 'x'` or `path IN ('x', 'y')`; return how many tokens follow the path."""
    kind = _PATHS.get(tokens[index][1].replace("'", "").lower())
    following = tokens[index + 1 : index + 3]
    if kind is None or len(following) != len(("operator", "value")) or following[0][0] != "op":
        return None
    operator, (form, text) = following[0][1], following[1]
    if operator == "IN":
        return _listed(tokens, index, kind, values) if form == "open" else None
    if form != "text":
        return None
    values.append((_sharpen(kind, text), _unquote(text)))
    return 2


def _listed(tokens: list[tuple[str, str]], index: int, kind: str, values: list[tuple[str, str]]) -> int | None:
    at = index + 3
    while at + 1 < len(tokens) and tokens[at][0] == "text":
        values.append((_sharpen(kind, tokens[at][1]), _unquote(tokens[at][1])))
        if tokens[at + 1][0] == "close":
            return at + 1 - index
        at += 2
    return None


def _is_joined(tokens: list[tuple[str, str]]) -> bool:
    """Whether neighbouring brackets are joined by OR, and nothing stands bare."""
    pairs = zip(tokens, tokens[1:], strict=False)
    return all(not (one[0] == "close" and other[0] == "open") for one, other in pairs)


def _sharpen(kind: str, text: str) -> str:
    if kind != "any-address":
        return kind
    if ":" in text:
        return "ipv6"
    return "ipv4" if text.replace(".", "").replace("/", "").isdigit() else "domain"


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
