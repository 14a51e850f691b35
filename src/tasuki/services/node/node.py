# SPDX-License-Identifier: MIT
"""A node as its services see it: everything an act may reach, handed over whole by the wiring."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.journal import Journal
from tasuki.adapters.signer import Signer
from tasuki.adapters.vault import Vault
from tasuki.base.ids import Audience, NodeName
from tasuki.core.channel.quotas import Quota
from tasuki.core.partners.model import Profile
from tasuki.core.release.rules import Gate
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services.node.confirmations import Confirmations
from tasuki.services.node.link import Link, Third
from tasuki.services.node.locks import Locks
from tasuki.services.node.matching import Matching
from tasuki.services.node.own import Own
from tasuki.services.node.pulses import Pulses
from tasuki.services.node.rates import Rates
from tasuki.services.node.sets import Sets
from tasuki.services.node.sights import Sights
from tasuki.services.node.signals import Signals
from tasuki.store.database import Database
from tasuki.store.release import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every service takes first.

    Attributes:
        directory: where the node keeps keys, settings and (with SQLite) its database.
        me: this node's own name, such as `GBR/gbr-1`.
        home: the organisation in its capacity that runs the node, such as `GBR/ncsc:csirt`.
        own: what this node is known by to its partners; it changes while the node runs.
        journal: beside the database: what no restore may bring back.
        quota: what each partner may use of it.
        third: witnesses that are no partners; None where there are none.
        person: in whose name it acts now; empty where nobody showed a token. The audit log names who acted.
    """

    directory: Path
    me: NodeName
    home: Audience
    profile: Profile
    database: Database
    clock: Clock
    entropy: Entropy
    signals: Signals
    signer: Signer
    link: Link
    own: Own
    vault: Vault
    gate: Gate
    journal: Journal
    labels: Labels = field(default_factory=Labels)
    matching: Matching = field(default_factory=Matching)
    locks: Locks = field(default_factory=Locks)
    pulses: Pulses = field(default_factory=Pulses)
    sights: Sights = field(default_factory=Sights)
    sets: Sets = field(default_factory=Sets)
    rates: Rates = field(default_factory=Rates)
    quota: Quota = field(default_factory=Quota)
    confirmations: Confirmations = field(default_factory=Confirmations)
    third: Third | None = None
    person: str = ""

    @property
    def anchor(self) -> Anchor:
        """Return what this node is known by now, with the signing keys that are in use."""
        return self.own.anchor
