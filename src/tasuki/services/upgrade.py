# SPDX-License-Identifier: MIT
"""Upgrading: the database of a stopped node is copied and brought to this program's schema, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tasuki.adapters import pg_dump
from tasuki.adapters.clock import Clock, Entropy
from tasuki.base.canonical import Json
from tasuki.base.errors import WorldError
from tasuki.core.ledger.model import AUDIT, SALT_BYTES
from tasuki.services.reasons import UPGRADE_FAILED
from tasuki.store import backup, ledger
from tasuki.store.database import alone, cause_of, writing
from tasuki.store.schema import PRESENT, Schema, migrate, needs_upgrade, revision

FOLDER: Final = "backups"
"""Where the node's directory keeps copies of its database."""


class Step(Enum):
    """What an upgrade is at, for whoever waits."""

    COPYING = auto()
    MIGRATING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An upgrade to be done.

    Attributes:
        directory: of the node; its lock is held.
        database: URL of the database.
        backed_up: people say that they have a copy, so none is made.
    """

    directory: Path
    database: str
    backed_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """What an upgrade did.

    Attributes:
        before: revision of the schema that was found; the same as `after` where nothing had to be done.
        copy: path of the copy made before; None where none was.
    """

    before: str
    after: str
    copy: str | None


def upgrade(
    plan: Plan, clock: Clock, entropy: Entropy, tell: Callable[[Step], None], *, schema: Schema = PRESENT
) -> Upgraded:
    """Bring a node's database to the program's schema.

    Raises:
        WorldError: another process uses the database, a newer program made its schema, the copy could not be made, or
            the migration failed. Nothing was changed then.
    """
    with alone(plan.database) as engine:
        with engine.connect() as connection:
            found = revision(connection)
        before = str(found)
        if not needs_upgrade(found, schema):
            return Upgraded(before=before, after=before, copy=None)
        copy = None
        if not plan.backed_up:
            tell(Step.COPYING)
            copy = str(_copy(plan, engine, f"node-{before}-{clock.now():%Y%m%dT%H%M%SZ}"))
        tell(Step.MIGRATING)
        body: dict[str, Json] = {"act": "node-upgraded", "from": before, "to": schema.head, "copied": copy is not None}
        try:
            with writing(engine).begin() as connection:
                migrate(connection, schema)
                ledger.append(connection, AUDIT, "node-upgraded", body, clock.now(), entropy.draw(SALT_BYTES))
        except DBAPIError as error:
            said = {"before": before, "after": schema.head, "cause": cause_of(error)}
            raise WorldError(UPGRADE_FAILED.because(**said), retry=False) from error
    return Upgraded(before=before, after=schema.head, copy=copy)


def _copy(plan: Plan, engine: sa.Engine, name: str) -> Path:
    folder = plan.directory / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    if engine.dialect.name == "sqlite":
        target = folder / f"{name}.db"
        backup.copy_sqlite(engine, target)
    else:
        target = folder / f"{name}.dump"
        pg_dump.dump(plan.database, target)
    return target
