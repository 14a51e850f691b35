# SPDX-License-Identifier: MIT
"""What a node is told and what it is, read once from its directory before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from tasuki.adapters.settings import DATABASE, PROFILE, VAULT, Settings, database_url, read_settings, require_private
from tasuki.adapters.vault import load_key
from tasuki.app.reasons import INCOMPLETE, NO_PROFILE, WRONG_NODE
from tasuki.base.errors import CallerError, WorldError
from tasuki.base.ids import Audience, NodeName
from tasuki.core.partners.model import Profile
from tasuki.formats.envelope.anchor import Anchor, read_anchor
from tasuki.formats.tlog.policy import Policy, parse_policy
from tasuki.services.release import LOCAL_RULES, read_rules
from tasuki.services.setup import ANCHOR, read_profile

_SHIPPED = resources.files("tasuki.app") / "profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything read from a node's directory.

    Attributes:
        vault_key: key-encryption key of the store.
        third: what is asked of third witnesses; None where there are none.
        local: what `rules.toml` states, if there is one; the gate reads it whole or the node does not start.
    """

    directory: Path
    settings: Settings
    me: NodeName
    home: Audience
    profile: Profile
    local: Mapping[str, object]
    anchor: Anchor
    vault_key: bytes
    database_url: str
    third: Policy | None = None


def configuration(directory: Path) -> Configuration:
    """Return the configuration of the node in `directory`.

    Raises:
        CallerError: there is no node, or others may read its secrets.
        InputError: a setting, the profile or a local rule is wrong.
        WorldError: a file is missing or damaged.
    """
    directory = directory.absolute()
    settings = read_settings(directory)
    anchor = read_anchor(_bytes(directory, ANCHOR)).anchor
    if str(anchor.name) != settings.node.name:
        shown = {"settings": settings.node.name, "anchor": str(anchor.name)}
        raise WorldError(WRONG_NODE.because(directory=str(directory), **shown), retry=False)
    vault_key = load_key(directory / VAULT)
    require_private(directory / VAULT)
    if not settings.database.url:
        _require(directory, DATABASE)
    return Configuration(
        directory=directory,
        settings=settings,
        me=anchor.name,
        home=Audience.parse(settings.node.home),
        profile=read_profile(_bytes(directory, PROFILE).decode("utf-8", "replace")),
        third=_third(directory, settings.witnesses.policy),
        local=_local(directory),
        anchor=anchor,
        vault_key=vault_key,
        database_url=database_url(directory, settings),
    )


def _third(directory: Path, name: str) -> Policy | None:
    return parse_policy(_bytes(directory, name)) if name else None


def _local(directory: Path) -> Mapping[str, object]:
    path = directory / LOCAL_RULES
    return read_rules(_bytes(directory, LOCAL_RULES)) if path.exists() else {}


def profile_text(name: str) -> str:
    """Return the text of a profile: one that ships, or a file.

    Raises:
        CallerError: there is neither.
    """
    shipped = {entry.name.removesuffix(".toml"): entry for entry in _SHIPPED.iterdir() if entry.name.endswith(".toml")}
    try:
        return shipped[name].read_text("utf-8") if name in shipped else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(shipped))
        raise CallerError(NO_PROFILE.because(known=known, name=name[:100])) from error


def _bytes(directory: Path, name: str) -> bytes:
    _require(directory, name)
    return (directory / name).read_bytes()


def _require(directory: Path, name: str) -> None:
    if not (directory / name).is_file():
        raise WorldError(INCOMPLETE.because(directory=str(directory), file=name), retry=False)
