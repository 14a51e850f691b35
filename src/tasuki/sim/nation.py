# SPDX-License-Identifier: MIT
"""A nation on the bench: the product's node, wired as it always is, on a clock, dice, link and disk of the bench."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from starlette.types import ASGIApp

from tasuki.adapters.clock import Entropy
from tasuki.adapters.journal import FILE as JOURNAL
from tasuki.adapters.keyfiles import NODE_LIFE, create_keys, create_role_keys, load_keys
from tasuki.adapters.settings import DATABASE, Exchange, Identity, Settings
from tasuki.adapters.signer import Desk, Signer
from tasuki.adapters.tls import FOLDER as TLS
from tasuki.app.config import Configuration
from tasuki.app.wiring import World, wired
from tasuki.base.ids import NodeName, ParticipantId
from tasuki.core.partners.model import Profile
from tasuki.core.partners.trust import write_chain
from tasuki.core.release.released import Released
from tasuki.faces.exchange.app import exchange_app
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import PublicKey
from tasuki.formats.suites.signatures import SUITE
from tasuki.services.backup.restoring import RESTORED
from tasuki.services.node import Node
from tasuki.services.node.locks import Locks
from tasuki.services.node.signals import Signals
from tasuki.services.trust.beginning import begin
from tasuki.sim.clocks import BEGINNING, Hands, Time
from tasuki.sim.partnership import team
from tasuki.store import backup, recovery, schema, trust
from tasuki.store.database import Inline, alone, writing

_SUFFIXES: Final = ("", "-wal")
"""Files of a SQLite database in which anything lasts; its shared memory does not."""

IDENTITY: Final = "identity.pem"
"""Name of the file with the node's certificate."""

_MADE_BEFORE: Final = timedelta(days=1)


class CrashedError(BaseException):
    """A node's process ended where it stood; nothing of the product catches it, as nothing catches a power cut."""

    def __init__(self, nation: Nation) -> None:
        """Name whose process it was."""
        super().__init__(nation.code)
        self.nation = nation


class BusyError(BaseException):
    """What was begun would wait for something that goes on meanwhile; the bench begins it again later."""


class Bound:
    """How a nation reaches into the bench: whatever it does is seen there, and may be the moment it crashes."""

    def carry(self, sender: Nation, partner: Anchor, path: str, content: bytes) -> tuple[int, bytes]:
        """Bring a request to a partner and its answer back."""
        raise NotImplementedError

    def before_commit(self, nation: Nation) -> None:
        """Hear that an act is about to be committed."""
        raise NotImplementedError

    def after_commit(self, nation: Nation) -> None:
        """Hear that an act was committed."""
        raise NotImplementedError

    def woken(self, nation: Nation, topic: str) -> None:
        """Hear that a nation's loops are woken."""
        raise NotImplementedError

    def signing(self, nation: Nation, question: bytes, answer: bytes) -> None:
        """Hear what a nation's signer was asked, and its answer."""
        raise NotImplementedError


class _Link:
    """A nation's way to its partners."""

    def __init__(self, nation: Nation) -> None:
        self._nation = nation

    def ask(self, partner: Anchor, path: str, body: Released) -> tuple[int, bytes]:
        content = body.bytes_for(partner.name.participant)
        return self._nation.bound.carry(self._nation, partner, path, content)

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        # The bench has refused every other status already.
        return self.ask(partner, path, body)[1]


class _Locks(Locks):
    """Locks of one thread: what is held may be asked for again only from within, where waiting would be for ever."""

    def __init__(self) -> None:
        super().__init__()
        self._held: set[str] = set()

    @contextmanager
    def hold(self, name: str) -> Any:
        if name in self._held:
            raise BusyError(name)
        self._held.add(name)
        try:
            yield
        finally:
            self._held.discard(name)


class _Signals(Signals):
    """Signals that wake the bench instead of threads."""

    def __init__(self, nation: Nation) -> None:
        super().__init__()
        self._nation = nation

    def raise_(self, topic: str) -> None:
        super().raise_(topic)
        self._nation.bound.woken(self._nation, topic)


class _Writer(Inline):
    """The writer, whose every commit the bench sees coming and done."""

    def __init__(self, engine: sa.Engine, nation: Nation) -> None:
        super().__init__(engine)
        self._nation = nation

    def submit(self, work: Callable[[sa.Connection], Any]) -> Future[Any]:
        self._nation.bound.before_commit(self._nation)
        future = super().submit(work)
        self._nation.bound.after_commit(self._nation)
        return future


class Nation:
    """One participant's node, up or down.

    Attributes:
        lives: how often its process has started; what a former life had begun is over.
        known: ids of indicators its people made; `got` those that came from partners, with the partner.
    """

    def __init__(self, code: str, folder: Path, profile: Profile, seed: str, bound: Bound, time: Time) -> None:
        """Make its directory, keys and database; `start` starts it."""
        self.code = code
        self.bound = bound
        self.hands = Hands(time)
        self.lives = 0
        self.known: list[str] = []
        self.got: list[tuple[str, str]] = []
        self.directory = folder / code
        self.directory.mkdir()
        self._dice = random.Random(f"{seed}/{code}")  # noqa: S311 the bench must draw the same again
        self._told = self._furnish(profile)
        self._node: Node | None = None
        self._app: ASGIApp | None = None
        self._stack = ExitStack()

    @property
    def participant(self) -> ParticipantId:
        """The participant whose node it is."""
        return self._told.me.participant

    @property
    def is_up(self) -> bool:
        """Whether its process runs."""
        return self._node is not None

    @property
    def node(self) -> Node:
        """The running node."""
        assert self._node is not None, f"{self.code} is down"  # noqa: S101 a fault of the bench itself
        return self._node

    @property
    def app(self) -> ASGIApp:
        """What partners reach."""
        assert self._app is not None, f"{self.code} is down"  # noqa: S101 a fault of the bench itself
        return self._app

    @property
    def anchor(self) -> Anchor:
        """What it is known by."""
        return self._told.anchor

    @property
    def database(self) -> Path:
        """Its database file."""
        return self.directory / DATABASE

    def start(self) -> None:
        """Start its process on what its disk holds.

        Raises:
            WorldError: it refuses to start on that.
        """
        self.lives += 1
        world = World(
            clock=self.hands.clock(),
            entropy=Entropy(draw=self._dice.randbytes),
            signals=_Signals(self),
            locks=_Locks(),
            writer=lambda engine: _Writer(engine, self),
        )
        stack = ExitStack()
        self._node = stack.enter_context(wired(self._told, signer=self._signer(), link=_Link(self), world=world))
        self._stack = stack
        self._app = exchange_app(self._node)

    def stop(self) -> None:
        """End its process in order."""
        self._node = self._app = None
        self._stack.close()

    def crash(self) -> None:
        """End its process where it stands: its files stay as they are, and nothing is tidied up."""
        left = {suffix: self._file(suffix).read_bytes() for suffix in _SUFFIXES if self._file(suffix).exists()}
        self.stop()
        self.put_back(left)

    def put_back(self, files: dict[str, bytes]) -> None:
        """Put files of a database in place of those on the disk of a node that is down."""
        for suffix in (*_SUFFIXES, "-shm"):
            # A connection of the former life may still hold the file: it must not reach the new one.
            self._file(suffix).unlink(missing_ok=True)
        for suffix, content in files.items():
            self._file(suffix).write_bytes(content)

    def restore(self, copy: bytes, *, journal: bool) -> None:
        """Put a copy in place of the database of a node that is down, as the product's own restore leaves it.

        With the journal beside it the node finds out by itself; without, the copy is marked before it is in its place.
        """
        self.put_back({"": copy})
        if journal:
            return
        self.directory.joinpath(JOURNAL).unlink(missing_ok=True)
        with alone(f"sqlite:///{self.database}") as engine, writing(engine).begin() as connection:
            recovery.close(connection, cause=RESTORED, at=self.hands.now(), taken_at=None)

    def back_up(self) -> bytes:
        """Return a copy of the database, made by the product while it runs."""
        with tempfile.TemporaryDirectory(dir=self.directory) as name:
            target = Path(name) / "copy.db"
            backup.copy_sqlite(self.node.database.engine, target)
            return target.read_bytes()

    def _file(self, suffix: str) -> Path:
        return self.database.with_name(self.database.name + suffix)

    def _signer(self) -> Signer:
        desk = Desk(self._told.me, load_keys(self.directory), self.directory, Entropy(draw=self._dice.randbytes))

        def ask(question: bytes) -> bytes:
            answer = desk.answer(question)
            self.bound.signing(self, question, answer)
            return answer

        return Signer(ask, lambda: None)

    def _furnish(self, profile: Profile) -> Configuration:
        me = NodeName.parse(f"{self.code}/{self.code.lower()}-1")
        made = BEGINNING - _MADE_BEFORE
        endpoint = f"https://{self.code.lower()}.example:8443"
        entropy = Entropy(draw=self._dice.randbytes)
        keys = create_keys(self.directory, entropy, made)
        role_keys = create_role_keys(self.directory, entropy, made)
        self.database.write_bytes(_empty_database())
        anchor = Anchor(
            name=me,
            version=1,
            created=made,
            expires=made + NODE_LIFE,
            endpoint=endpoint,
            tls_certificate=self._certificate(made),
            keys=keys,
            suite=SUITE,
            min_suite=SUITE,
            profile=profile.digest,
        )
        self._begin_trust(anchor, (*keys, *role_keys))
        return Configuration(
            directory=self.directory,
            settings=Settings(
                node=Identity(name=str(me), home=str(team(self.code))),
                exchange=Exchange(listen="127.0.0.1:8443", endpoint=endpoint),
            ),
            me=me,
            home=team(self.code),
            profile=profile,
            local={},
            anchor=anchor,
            vault_key=self._dice.randbytes(32),
            database_url=f"sqlite:///{self.database}",
        )

    def _certificate(self, made: datetime) -> bytes:
        """Make the node's certificate, which draws no chance, as Ed25519 does not. Nobody connects with it."""
        key = Ed25519PrivateKey.from_private_bytes(self._dice.randbytes(32))
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.code)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(made)
            .not_valid_after(made + NODE_LIFE)
            .sign(key, None)
        )
        folder = self.directory / TLS
        folder.mkdir()
        (folder / IDENTITY).write_bytes(certificate.public_bytes(Encoding.PEM))
        return certificate.public_bytes(Encoding.DER)

    def _begin_trust(self, anchor: Anchor, held: tuple[PublicKey, ...]) -> None:
        """Keep the first metadata of the node, as setting up does."""
        signer = Signer.in_process(anchor.name, load_keys(self.directory))
        first = begin(anchor, held, f"{team(self.code)} {anchor.name}", signer.sign_trust)
        with alone(f"sqlite:///{self.database}") as engine, writing(engine).begin() as connection:
            trust.keep(connection, write_chain(first.chain), 0, anchor.created)
            trust.add_keys(connection, first.node_keys, 1, anchor.created)


@cache
def _empty_database() -> bytes:
    """Return a database with its tables and nothing in them: migrating takes long, and every nation begins with it."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / DATABASE
        with alone(f"sqlite:///{path}") as engine, writing(engine).begin() as connection:
            schema.migrate(connection)
        return path.read_bytes()
    finally:
        shutil.rmtree(folder)
