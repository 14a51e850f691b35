# SPDX-License-Identifier: MIT
"""The wiring: the only place where configuration, adapters, services and faces meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import sqlalchemy as sa
from starlette.applications import Starlette

from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.journal import FILE as JOURNAL
from tasuki.adapters.journal import Journal
from tasuki.adapters.partner_http import HttpLink
from tasuki.adapters.signer import Signer
from tasuki.adapters.vault import Vault
from tasuki.adapters.witness_http import WitnessLink
from tasuki.app.config import Configuration, configuration
from tasuki.app.lock import hold
from tasuki.app.reasons import RUNNING
from tasuki.core.channel.quotas import Quota
from tasuki.core.release.rules import Gate, rules_for
from tasuki.faces.api.app import api_app
from tasuki.services import recovery, trust
from tasuki.services.node import Node
from tasuki.services.node.link import Link, Third
from tasuki.services.node.locks import Locks
from tasuki.services.node.own import Own
from tasuki.services.node.signals import Signals
from tasuki.services.upgrade import Plan, Step, Upgraded
from tasuki.services.upgrade import upgrade as upgrade_node
from tasuki.store import schema
from tasuki.store.database import Database, Writer, Writes


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a node stands in: the real one, unless the bench puts its own in its place.

    Attributes:
        writer: makes what commits to the database.
    """

    clock: Clock = field(default_factory=Clock)
    entropy: Entropy = field(default_factory=Entropy)
    signals: Signals = field(default_factory=Signals)
    locks: Locks = field(default_factory=Locks)
    writer: Callable[[sa.Engine], Writes] = Writer


def upgrade(directory: Path, backed_up: bool, tell: Callable[[Step], None]) -> Upgraded:  # noqa: FBT001 lent as it is
    """Bring the database of the stopped node in `directory` to this version's schema.

    Raises:
        WorldError: another process holds the node, or the upgrade cannot be done; see `tasuki.services.upgrade`.
    """
    told = configuration(directory)
    with hold(told.directory, RUNNING):
        plan = Plan(directory=told.directory, database=told.database_url, backed_up=backed_up)
        return upgrade_node(plan, Clock(), Entropy(), tell)


@contextmanager
def wired(
    told: Configuration, *, signer: Signer | None = None, link: Link | None = None, world: World | None = None
) -> Iterator[Node]:
    """Give the node that `told` describes, its lock already held; close what it opened afterwards.

    Args:
        told: read from the node's directory.
        signer: a stand-in; else the signer process starts with the first signature.
        link: a stand-in; else partners are reached over HTTP.
        world: a stand-in for time, chance and threads.

    Raises:
        WorldError: the database is not reached, or its schema is not this version's.
    """
    world = world or World()
    signing = signer or Signer.when_asked(told.directory, told.me)
    with ExitStack() as stack:
        # Undone from below: writes that were queued are finished first; then nothing is left that could sign or send.
        stack.callback(signing.stop)
        http = HttpLink(told.directory)
        stack.callback(http.close)
        database = Database(told.database_url, world.writer)
        stack.callback(database.close)
        schema.guard(database)
        node = Node(
            directory=told.directory,
            me=told.me,
            home=told.home,
            profile=told.profile,
            database=database,
            clock=world.clock,
            entropy=world.entropy,
            signals=world.signals,
            locks=world.locks,
            signer=signing,
            link=link or http,
            third=None if told.third is None else Third(policy=told.third, ask=_witnesses(stack).ask),
            own=Own(told.anchor),
            vault=Vault(told.vault_key, world.entropy),
            gate=Gate(rules_for(told.profile, told.home, told.local)),
            quota=Quota(**msgspec.structs.asdict(told.settings.quota)),
            journal=Journal(told.directory / JOURNAL, told.vault_key, world.entropy),
        )
        trust.load(node)
        recovery.wake(node)
        yield node


def _witnesses(stack: ExitStack) -> WitnessLink:
    """Return the way to third witnesses, made only where there are any: it reads the machine's certificates."""
    link = WitnessLink()
    stack.callback(link.close)
    return link


@contextmanager
def opened(directory: Path) -> Iterator[Starlette]:
    """Give the local API of a stopped node, held by this process until the end.

    Raises:
        WorldError: another process holds it.
    """
    told = configuration(directory)
    with hold(told.directory), wired(told) as node:
        yield api_app(node)
