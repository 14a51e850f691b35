# SPDX-License-Identifier: MIT
"""Setting up: a new node gets its directory, keys, certificate, settings, database and anchor, all or nothing."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tasuki.adapters import vault
from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.keyfiles import NODE_LIFE, create_keys, create_role_keys, load_keys
from tasuki.adapters.settings import (
    DATABASE,
    PROFILE,
    VAULT,
    Exchange,
    Identity,
    Settings,
    Storage,
    database_url,
    write_private,
    write_settings,
)
from tasuki.adapters.signer import Signer
from tasuki.adapters.tls import create_certificate
from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.base.ids import Audience, NodeName
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.ledger.model import AUDIT, SALT_BYTES
from tasuki.core.partners.model import Participant, Profile
from tasuki.core.partners.profile import parse_profile
from tasuki.core.partners.reasons import NO_PARTICIPANT
from tasuki.core.partners.trust import write_chain
from tasuki.formats.envelope.anchor import Anchor, anchor_statement, write_anchor
from tasuki.formats.envelope.fingerprint import KATAKANA, hexadecimal, spoken
from tasuki.formats.suites.keys import PublicKey
from tasuki.formats.suites.signatures import SUITE
from tasuki.services.reasons import (
    DATABASE_USED,
    DIRECTORY_EXISTS,
    NO_ORGANISATION,
    ORDER_WRONG,
    PROFILE_BROKEN,
)
from tasuki.services.trust.beginning import Beginning, begin
from tasuki.store import ledger, schema, trust
from tasuki.store.database import alone, cause_of, writing
from tasuki.store.reasons import FAILED

ANCHOR: Final = "anchor.tasuki"
"""The node's first anchor, as partners of the previous release know it; what counts since is in the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a new node is to be.

    Attributes:
        profile: text of the partnership profile.
        participant: whose node, such as `GBR`.
        organisation: `ncsc:csirt`; empty means the participant's first organisation.
        name: of the node within its participant; empty means `gbr-1`.
        database: URL; empty means SQLite in the directory.
        endpoint: URL for partners; empty means `listen` itself.
    """

    directory: Path
    profile: str
    participant: str
    organisation: str = ""
    name: str = ""
    database: str = ""
    listen: str = "127.0.0.1:8443"
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new node, as its maker is told of it."""

    directory: str
    node: str
    home: str
    endpoint: str
    profile: str
    fingerprint: str
    words: str
    katakana: str


def init(order: Order, clock: Clock, entropy: Entropy) -> Made:
    """Make a node.

    Raises:
        CallerError: the directory or database is in use, or the profile has no such participant or organisation.
        InputError: the profile or a setting is wrong.
        WorldError: the disk or database refused; nothing is left behind.
    """
    if order.directory.exists():
        raise CallerError(DIRECTORY_EXISTS.because(directory=str(order.directory)))
    profile = read_profile(order.profile)
    settings = _settings(order, profile)
    order.directory.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there whole: a crash leaves a `.new-...` folder and no half node.
    making = Path(tempfile.mkdtemp(dir=order.directory.absolute().parent, prefix=".new-"))
    try:
        anchor, first = _furnish(making, order, profile, settings, (clock.now(), entropy))
        _open_books(making, settings, anchor, first, (clock, entropy))
        making.rename(order.directory)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    fingerprint = first.chain.fingerprint
    return Made(
        directory=str(order.directory),
        node=settings.node.name,
        home=settings.node.home,
        endpoint=settings.exchange.endpoint,
        profile=profile.id,
        fingerprint=hexadecimal(fingerprint),
        words=spoken(fingerprint),
        katakana=spoken(fingerprint, KATAKANA),
    )


def read_profile(text: str) -> Profile:
    """Return the profile that a TOML text states.

    Raises:
        InputError: it is no TOML, or no profile.
    """
    try:
        return parse_profile(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(PROFILE_BROKEN.because(detail=str(error)[:200])) from error


def _settings(order: Order, profile: Profile) -> Settings:
    participant = _participant(order.participant, profile)
    home = _home(order.organisation, participant)
    name = order.name or f"{participant.id.lower()}-1"
    try:
        me = NodeName.parse(f"{participant.id}/{name}")
    except ValueError as error:
        raise CallerError(ORDER_WRONG.because(detail=str(error))) from error
    return Settings(
        node=Identity(name=str(me), home=str(home)),
        exchange=Exchange(listen=order.listen, endpoint=order.endpoint or f"https://{order.listen}"),
        database=Storage(url=order.database),
    )


def _participant(code: str, profile: Profile) -> Participant:
    for each in profile.participants:
        if each.id == code:
            return each
    known = ", ".join(each.id for each in profile.participants)
    raise CallerError(NO_PARTICIPANT.because(profile=profile.id, found=code[:20], known=known))


def _home(organisation: str, participant: Participant) -> Audience:
    choices = [
        Audience(participant.id, each.id, capacity)
        for each in participant.organisations
        for capacity in each.capacities
    ]
    wanted = f"{participant.id}/{organisation}" if organisation else str(choices[0])
    for choice in choices:
        if str(choice) == wanted:
            return choice
    known = ", ".join(f"{each.organisation}:{each.capacity}" for each in choices)
    raise CallerError(NO_ORGANISATION.because(participant=participant.id, found=organisation[:60], known=known))


def _furnish(
    directory: Path, order: Order, profile: Profile, settings: Settings, chance: tuple[datetime, Entropy]
) -> tuple[Anchor, Beginning]:
    """Write everything but the database, and return what the node is known by from now on."""
    now, entropy = chance
    me = NodeName.parse(settings.node.name)
    write_settings(directory, settings)
    write_private(directory / PROFILE, order.profile)
    keys = create_keys(directory, entropy, now)
    role_keys = create_role_keys(directory, entropy, now)
    vault.create_key(directory / VAULT, entropy)
    certificate = create_certificate(directory, me, settings.exchange.endpoint, now)
    anchor = _anchor(me, settings.exchange.endpoint, profile, (keys, certificate), now)
    statement = anchor_statement(anchor)
    signer = Signer.in_process(me, load_keys(directory))
    (directory / ANCHOR).write_bytes(write_anchor(statement, signer.sign_anchor(statement)))
    name = f"{settings.node.home} {me}"
    return anchor, begin(anchor, (*keys, *role_keys), name, signer.sign_trust)


def _anchor(
    me: NodeName, endpoint: str, profile: Profile, shown: tuple[tuple[PublicKey, ...], bytes], now: datetime
) -> Anchor:
    # Whole milliseconds, as an anchor writes them.
    created = parse_rfc3339(format_rfc3339(now))
    keys, certificate = shown
    return Anchor(
        name=me,
        version=1,
        created=created,
        expires=created + NODE_LIFE,
        endpoint=endpoint,
        tls_certificate=certificate,
        keys=keys,
        suite=SUITE,
        min_suite=SUITE,
        profile=profile.digest,
    )


def _open_books(
    directory: Path, settings: Settings, anchor: Anchor, first: Beginning, world: tuple[Clock, Entropy]
) -> None:
    """Make the tables, keep the first metadata and write the first line of the audit log, in one transaction."""
    clock, entropy = world
    body: dict[str, Json] = {"act": "node-made", "node": str(anchor.name), "profile": anchor.profile}
    try:
        with alone(database_url(directory, settings)) as engine, writing(engine).begin() as connection:
            _require_empty(connection)
            schema.migrate(connection)
            trust.keep(connection, write_chain(first.chain), 0, clock.now())
            trust.add_keys(connection, first.node_keys, 1, clock.now())
            ledger.append(connection, AUDIT, "node-made", body, clock.now(), entropy.draw(SALT_BYTES))
    except DBAPIError as error:
        raise WorldError(FAILED.because(cause=cause_of(error)), retry=True) from error
    if not settings.database.url:
        (directory / DATABASE).chmod(0o600)


def _require_empty(connection: sa.Connection) -> None:
    tables = sa.inspect(connection).get_table_names()
    if tables:
        raise CallerError(DATABASE_USED.because(table=tables[0]))
