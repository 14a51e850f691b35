# SPDX-License-Identifier: MIT
"""A trust file, or an answer with newer metadata: statements one after another, by role, then openings.

Spec: docs/spec/trust.md clauses 6.1 and 7.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tasuki.base.errors import PeerError
from tasuki.formats.trust.keys import OPENING_MAGIC, Opening, read_opening, write_opening
from tasuki.formats.trust.reasons import NOT_A_FILE, TOO_MUCH
from tasuki.formats.trust.statement import KEYS, PEERS, ROLES, ROOT, Signed, read_signed, role_of, write_signed

MAX_FILE_BYTES: Final = 8 << 20
MAX_ROOTS: Final = 256
MAX_KEYS_STATEMENTS: Final = 64
MAX_OPENINGS: Final = 4096
_MOST: Final = {ROOT: MAX_ROOTS, KEYS: MAX_KEYS_STATEMENTS, PEERS: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The statements of a file by role, in their order; nothing is verified."""

    roots: tuple[Signed, ...] = ()
    keys: tuple[Signed, ...] = ()
    peers: tuple[Signed, ...] = ()
    openings: tuple[Opening, ...] = ()


def write_parts(parts: Parts) -> bytes:
    """Return the wire form of statements and openings."""
    statements: Sequence[Signed] = (*parts.roots, *parts.keys, *parts.peers)
    return b"".join([*map(write_signed, statements), *map(write_opening, parts.openings)])


def read_parts(raw: bytes) -> Parts:
    """Return the statements and openings in `raw`, which may be empty.

    Raises:
        PeerError: too long, too many of a role, out of order, or something else between them.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise PeerError(TOO_MUCH.because(what="bytes", limit=MAX_FILE_BYTES))
    found: dict[str, list[Signed]] = {role: [] for role in ROLES}
    at, stage = 0, 0
    while at < len(raw) and not raw.startswith(OPENING_MAGIC, at):
        signed, at = read_signed(raw, at)
        role = role_of(signed)
        if ROLES.index(role) < stage:
            raise PeerError(NOT_A_FILE.because(found=f"a statement of {role} out of order"))
        stage = ROLES.index(role)
        if len(found[role]) == _MOST[role]:
            raise PeerError(TOO_MUCH.because(what=f"statements of {role}", limit=_MOST[role]))
        found[role].append(signed)
    return Parts(
        roots=tuple(found[ROOT]), keys=tuple(found[KEYS]), peers=tuple(found[PEERS]), openings=_openings(raw, at)
    )


def _openings(raw: bytes, at: int) -> tuple[Opening, ...]:
    found: list[Opening] = []
    while at < len(raw):
        if len(found) == MAX_OPENINGS:
            raise PeerError(TOO_MUCH.because(what="openings", limit=MAX_OPENINGS))
        opening, at = read_opening(raw, at)
        found.append(opening)
    return tuple(found)
