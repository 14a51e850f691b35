# SPDX-License-Identifier: MIT
"""The doctor: looks at everything the node stands on; each finding says what to do."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tasuki.adapters.keyfiles import FOLDER as KEYS
from tasuki.adapters.keyfiles import load_keys, plain_keys
from tasuki.adapters.reasons import NO_PRIVATE_KEY
from tasuki.adapters.settings import DATABASE, FILE, VAULT
from tasuki.adapters.tls import FOLDER as TLS
from tasuki.adapters.tls import load_certificate
from tasuki.base.errors import TasukiError, WorldError
from tasuki.base.limits import MAX_SKEW_S
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339, from_micros
from tasuki.core.ledger.model import AUDIT
from tasuki.core.recovery.reasons import CLOSED
from tasuki.formats.envelope.anchor import anchor_statement
from tasuki.formats.suites.keys import Purpose
from tasuki.services import closing, journal
from tasuki.services.health import reasons as why
from tasuki.services.health.alarms import alarms
from tasuki.services.health.life import reach
from tasuki.services.ledger import checkpoint
from tasuki.services.node import Node
from tasuki.services.partners import certificates
from tasuki.store import backup, ledger
from tasuki.store import journal as journal_store
from tasuki.store.health import database_bytes, sqlite_with_reset_bug

LEAST_FREE_MIB: Final = 512
"""Space under which a busy day may fill the disk: a million indicators take about two gigabytes."""

BACKUP_DAYS: Final = 7
"""Days after which a backup is old: what came since is sent again by partners, what was made here is not."""

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at.

    Attributes:
        name: stable, such as `permissions`.
        ok: whether it is in order; a warning is not.
    """

    name: str
    ok: bool
    reason: Reason

    def as_json(self) -> dict[str, object]:
        """Return the check for machine answers."""
        return {"name": self.name, "ok": self.ok, **self.reason.as_json()}


def doctor(node: Node) -> list[Check]:
    """Return every check: first what is wrong with what the node stands on, then what waits for a person."""
    checks: list[Check] = []
    for name, look in _LOOKS.items():
        found = [Check(name=name, ok=False, reason=reason) for reason in look(node)]
        checks += found or [Check(name=name, ok=True, reason=_fine(node, name))]
    return checks


def require_ready(node: Node) -> None:
    """Ask the signer for the keys that sign envelopes today: a node that cannot sign can neither send nor receipt.

    Raises:
        WorldError: it does not answer, or has not these keys.
    """
    try:
        held = {key.id for key in node.signer.public()}
        wanted = node.anchor.current_pair(Purpose.ENVELOPE, node.clock.now()).ids
    except TasukiError as error:
        raise WorldError(why.SIGNER_SILENT.because(cause=error.reason.sentence()), retry=True) from error
    for key in wanted:
        if key not in held:
            cause = NO_PRIVATE_KEY.because(key=key, purpose=Purpose.ENVELOPE).sentence()
            raise WorldError(why.SIGNER_SILENT.because(cause=cause), retry=False)


def _fine(node: Node, name: str) -> Reason:
    """Return what is said of a check that found nothing: of key files that lie open, that they do."""
    open_keys = plain_keys(node.directory) if name == "keys" else 0
    return why.KEYS_PLAIN.because(count=open_keys) if open_keys else why.FINE.because(what=name)


def _permissions(node: Node) -> Iterator[Reason]:
    for path in (node.directory, *(node.directory / name for name in (FILE, VAULT, DATABASE, KEYS, TLS))):
        if path.exists() and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            yield why.OPEN_FILES.because(path=str(path), mode=f"{mode:o}")


def _keys(node: Node) -> Iterator[Reason]:
    try:
        load_keys(node.directory)
        load_certificate(node.directory)
        node.signer.sign_anchor(anchor_statement(node.anchor))
    except TasukiError as error:
        yield why.SIGNER_SILENT.because(cause=error.reason.sentence())


def _clock(node: Node) -> Iterator[Reason]:
    with node.database.read() as connection:
        last = ledger.newest(connection, AUDIT, 1)
    now = node.clock.now()
    if last and from_micros(last[0][1]) > now:
        yield why.CLOCK_BACK.because(now=format_rfc3339(now), last=format_rfc3339(from_micros(last[0][1])))


def _disk(node: Node) -> Iterator[Reason]:
    free = shutil.disk_usage(node.directory).free // _MIB
    if free < LEAST_FREE_MIB:
        yield why.LITTLE_SPACE.because(path=str(node.directory), least=LEAST_FREE_MIB, free=free)


def _backup(node: Node) -> Iterator[Reason]:
    """Whether there is a backup of this week, and room for the next: it copies the database for a while."""
    now = node.clock.now()
    with node.database.read() as connection:
        last = backup.taken_at(connection)
        first = ledger.added_at(connection, AUDIT, 0)
    since = last or first
    if since is not None and now - since > timedelta(days=BACKUP_DAYS):
        days = (now - since).days
        yield why.NO_BACKUP.because(days=days) if last is None else why.OLD_BACKUP.because(days=days)
    needed = database_bytes(node.database) // _MIB
    free = shutil.disk_usage(node.directory).free // _MIB
    if free < needed:
        yield why.NO_ROOM_FOR_BACKUP.because(path=str(node.directory), needed=needed, free=free)


def _journal(node: Node) -> Iterator[Reason]:
    """Whether the journal beside the database can be read to its end, and knows all that the database knows."""
    try:
        read = node.journal.read()
        entries = journal.entries(node)
    except TasukiError as error:
        yield why.JOURNAL_WRONG.because(cause=error.reason.sentence())
        return
    if read.broken:
        yield why.JOURNAL_ALTERED.because(path=str(node.journal.path), count=len(read.records))
    with node.database.read() as connection:
        last = journal_store.last(connection)
        waiting = journal_store.pending(connection)
    top = entries[-1].number if entries else 0
    if not read.broken and top + len(waiting) < last:
        yield why.JOURNAL_BEHIND.because(path=str(node.journal.path), top=top, last=last)


def _closed(node: Node) -> Iterator[Reason]:
    if closing.is_closed(node):
        yield CLOSED.because()


def _sqlite(node: Node) -> Iterator[Reason]:
    version = sqlite_with_reset_bug(node.database)
    if version is not None:
        yield why.OLD_SQLITE.because(version=version)


def _partners(node: Node) -> Iterator[Reason]:
    for anchor in certificates(node).values():
        partner = anchor.name.participant
        try:
            ahead = reach(node, anchor)
        except TasukiError as error:
            yield why.UNREACHED.because(partner=partner, cause=error.reason.sentence())
            continue
        seconds = int(abs(ahead.total_seconds()))
        if seconds > MAX_SKEW_S // 10:
            yield why.CLOCK_OFF.because(partner=partner, seconds=seconds)


def _log(node: Node) -> Iterator[Reason]:
    try:
        checkpoint(node, AUDIT)
    except TasukiError as error:
        yield why.LOG_BROKEN.because(cause=error.reason.sentence())


def _alarms(node: Node) -> Iterator[Reason]:
    for alarm in alarms(node):
        yield alarm.reason


_LOOKS: Final[dict[str, Callable[[Node], Iterator[Reason]]]] = {
    "permissions": _permissions,
    "keys": _keys,
    "clock": _clock,
    "disk": _disk,
    "backup": _backup,
    "journal": _journal,
    "closed": _closed,
    "sqlite": _sqlite,
    "partners": _partners,
    "log": _log,
    "alarms": _alarms,
}
