# SPDX-License-Identifier: MIT
"""The settings of a node: `settings.toml` in its directory, read once, strictly; unknown keys are errors."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from tasuki.adapters.reasons import PERMISSIONS, SETTINGS_BAD, SETTINGS_MISSING
from tasuki.base.errors import CallerError, InputError

FILE: Final = "settings.toml"
PROFILE: Final = "profile.toml"
VAULT: Final = "vault.key"
DATABASE: Final = "node.db"

Listen = Annotated[str, msgspec.Meta(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\[\]]+):[0-9]{1,5}$")]
Endpoint = Annotated[str, msgspec.Meta(pattern=r"^https://[^/?#@\s]+$", max_length=300)]
FileName = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._-]{0,99})?$")]
Seconds = Annotated[float, msgspec.Meta(ge=0.05, le=86400)]


Number = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose node this is.

    Attributes:
        name: such as `GBR/gbr-1`.
        home: organisation and capacity, such as `GBR/ncsc:csirt`.
    """

    name: str
    home: str


class Storage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the node remembers.

    Attributes:
        url: `postgresql+psycopg://...` or `sqlite:///PATH`; empty means `node.db` in the node's directory.
    """

    url: str = ""


class Exchange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where partners reach the node.

    Attributes:
        listen: address and port to bind; loopback unless said otherwise.
        endpoint: URL partners use; part of the anchor.
    """

    listen: Listen
    endpoint: Endpoint


class Log(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the log tells: `debug` tells every step, `error` failures alone."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Worker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often the worker looks by itself; what is committed here wakes it at once.

    Attributes:
        disposal_s: between looks for holdings whose disposal date came; longer keeps them longer.
    """

    disposal_s: Seconds = 3600.0


class Quotas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each partner may use of the node; past it, it hears busy and keeps what it has.

    Attributes:
        objects: holdings from it.
        mib: mebibytes kept of what it sent.
        envelopes_a_minute: envelopes looked at; as many again on the urgent lane.
        mirror_leaves: leaves of its log.
        evidence: pairs of contradicting envelopes kept whole.
        at_once: requests under way at the same time.
        free_mib: mebibytes of disk that stay free.
    """

    objects: Number = 20_000_000
    mib: Number = 100_000
    envelopes_a_minute: Number = 6_000
    mirror_leaves: Number = 200_000_000
    evidence: Number = 100
    at_once: Number = 8
    free_mib: Number = 512


class Witnesses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who cosigns the pair logs besides the partners.

    Attributes:
        policy: name of a C2SP tlog-policy in the node's directory, its witnesses with their URLs; empty means nobody.
    """

    policy: FileName = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a node is told."""

    node: Identity
    exchange: Exchange
    database: Storage = Storage()
    log: Log = Log()
    worker: Worker = Worker()
    witnesses: Witnesses = Witnesses()
    quota: Quotas = Quotas()


def read_settings(directory: Path) -> Settings:
    """Return the settings of the node in `directory`.

    Raises:
        CallerError: there is no node, or others may read or change it.
        InputError: a key is unknown, missing or of the wrong type.
    """
    path = directory / FILE
    if not path.is_file():
        raise CallerError(SETTINGS_MISSING.because(directory=str(directory)))
    require_private(directory)
    require_private(path)
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Settings)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(SETTINGS_BAD.because(path=str(path), detail=str(error)[:200])) from error


def write_settings(directory: Path, settings: Settings) -> None:
    """Write the settings of a new node, readable by its owner alone."""
    lines = ["# Settings of this node; docs/operate.md explains each. Unknown keys are errors."]
    for table, members in msgspec.to_builtins(settings).items():
        lines += ["", f"[{table}]"]
        # JSON's strings and numbers are TOML's (TOML 1.0 sections String, Float).
        lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in members.items()]
    write_private(directory / FILE, "\n".join(lines) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a new file readable by its owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def require_private(path: Path) -> None:
    """Require that nobody but the owner may read or change what lies at `path`.

    Raises:
        CallerError: others may.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise CallerError(PERMISSIONS.because(path=str(path), mode=f"{mode:o}"))


def database_url(directory: Path, settings: Settings) -> str:
    """Return the URL of the node's database."""
    return settings.database.url or f"sqlite:///{directory.absolute() / DATABASE}"
