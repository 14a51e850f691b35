# SPDX-License-Identifier: MIT
"""The manifest: what a backup holds, from which node and which moment; it stands first inside the frame."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, TasukiError
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.formats.backup.reasons import BAD_MANIFEST
from tasuki.formats.json import strict

VERSION: Final = 1
MAX_BYTES: Final = 16 << 20
LENGTH: Final = struct.Struct(">I")

DATABASE: Final = "database"
KEYS: Final = "keys"
FILE: Final = "file:"
"""Names of parts: the database, the keys sealed under a passphrase, and files of the node's directory by their path."""

_HASH_DIGITS: Final = 64
_MAX_PARTS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: parts follow the manifest in its order.

    Attributes:
        sha256: of its bytes, lower-case hex.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMark:
    """Where one direction of a lane stood."""

    partner: str
    lane: str
    direction: str
    epoch: int
    next_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup is.

    Attributes:
        dialect: `sqlite` or `postgresql`: what the database part is a copy of.
        revision: of the database's schema.
        profile: digest of the partnership profile.
        logs: leaves of each log.
        journal: number of the last entry of the node's journal that the database knows.
    """

    node: str
    home: str
    profile: str
    program: str
    dialect: str
    revision: str
    at: datetime
    logs: Mapping[str, int]
    lanes: tuple[LaneMark, ...]
    journal: int
    parts: tuple[Part, ...]

    @property
    def has_keys(self) -> bool:
        """Whether the node's keys are in it, under a passphrase."""
        return any(part.name == KEYS for part in self.parts)

    def as_json(self) -> dict[str, Json]:
        """Return the manifest as JSON."""
        logs: dict[str, Json] = dict(self.logs)
        return {
            "v": VERSION,
            "node": self.node,
            "home": self.home,
            "profile": self.profile,
            "program": self.program,
            "dialect": self.dialect,
            "revision": self.revision,
            "at": format_rfc3339(self.at),
            "logs": logs,
            "lanes": [
                {
                    "partner": each.partner,
                    "lane": each.lane,
                    "direction": each.direction,
                    "epoch": each.epoch,
                    "next_seq": each.next_seq,
                }
                for each in self.lanes
            ],
            "journal": self.journal,
            "parts": [{"name": each.name, "size": each.size, "sha256": each.sha256} for each in self.parts],
        }


def write_manifest(manifest: Manifest) -> bytes:
    """Return the length of a manifest and the manifest."""
    body = canonical(manifest.as_json())
    return LENGTH.pack(len(body)) + body


def read_manifest(body: bytes) -> Manifest:
    """Return the manifest in `body`, its length before it taken off.

    Raises:
        InputError: it has another form.
    """
    try:
        said: Any = strict.loads(body, max_bytes=MAX_BYTES)
        manifest = Manifest(
            node=_text(said["node"]),
            home=_text(said["home"]),
            profile=_text(said["profile"]),
            program=_text(said["program"]),
            dialect=_text(said["dialect"]),
            revision=_text(said["revision"]),
            at=parse_rfc3339(_text(said["at"])),
            logs={_text(name): _number(size) for name, size in said["logs"].items()},
            lanes=tuple(_lane(each) for each in said["lanes"]),
            journal=_number(said["journal"]),
            parts=tuple(_part(each) for each in said["parts"][:_MAX_PARTS]),
        )
    except InputError:
        raise
    except (TasukiError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(BAD_MANIFEST.because(found=type(error).__name__)) from error
    names = [part.name for part in manifest.parts]
    if said.get("v") != VERSION:
        raise InputError(BAD_MANIFEST.because(found="another version"))
    if len(set(names)) != len(names) or DATABASE not in names or len(said["parts"]) > _MAX_PARTS:
        raise InputError(BAD_MANIFEST.because(found="parts that cannot be"))
    return manifest


def _lane(value: Any) -> LaneMark:
    return LaneMark(
        partner=_text(value["partner"]),
        lane=_text(value["lane"]),
        direction=_text(value["direction"]),
        epoch=_number(value["epoch"]),
        next_seq=_number(value["next_seq"]),
    )


def _part(value: Any) -> Part:
    name, digest = _text(value["name"]), _text(value["sha256"])
    if len(digest) != _HASH_DIGITS or not (name in (DATABASE, KEYS) or is_inside(name.removeprefix(FILE), name)):
        raise InputError(BAD_MANIFEST.because(found="a part of another form"))
    return Part(name=name, size=_number(value["size"]), sha256=digest)


def is_inside(path: str, name: str) -> bool:
    """Whether a part names a file below the node's directory, and by a plain path."""
    steps = path.split("/")
    plain = all(step not in ("", ".", "..") and step.isprintable() and "\\" not in step for step in steps)
    return name.startswith(FILE) and plain


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(value)
    return value
