# SPDX-License-Identifier: MIT
"""A full disk: the act is refused with a reason, nothing of it is kept, and the node goes on once there is room."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tasuki.base.errors import WorldError
from tasuki.base.time import parse_rfc3339
from tasuki.store.channel import OUTBOX, enqueue
from tasuki.store.database import Database
from tasuki.store.reasons import NO_SPACE

NOW = parse_rfc3339("2026-03-01T12:00:00Z")
BODY = bytes(range(256)) * 64


def put(connection: sa.Connection) -> int:
    return enqueue(connection, partner="JPN", lane="bulk", kind="objects", body=BODY, at=NOW)


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(OUTBOX)).scalar_one()


class Disk:
    """The room a database has, as a test says it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.pages = 0
        if database.dialect == "sqlite":
            event.listen(database.engine, "begin", self._limit)

    def _limit(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={self.pages or 1 << 30}")

    def fill(self) -> None:
        """Leave no room for another row."""
        if self.database.dialect == "sqlite":
            with self.database.read() as connection:
                self.pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        else:
            # What the server says when its disk is full; a full file system needs a machine of its own.
            self._run(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$",
                "CREATE TRIGGER full_disk BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION full_disk()",
            )

    def free(self) -> None:
        """Make room again."""
        self.pages = 0
        if self.database.dialect == "postgresql":
            self._run("DROP FUNCTION full_disk CASCADE")

    def _run(self, *statements: str) -> None:
        self.database.write(lambda connection: [connection.exec_driver_sql(each) for each in statements])


def test_a_full_disk_refuses_the_act_keeps_nothing_of_it_and_the_node_goes_on(database):
    disk = Disk(database)
    database.write(put)
    disk.fill()
    with pytest.raises(WorldError) as caught:
        database.write(lambda connection: [put(connection) for _ in range(20)])
    assert caught.value.reason.code == NO_SPACE.code
    assert caught.value.retry
    said = caught.value.reason.sentence()
    assert "full" in said or "No space" in said
    assert count(database) == 1
    disk.free()
    database.write(put)
    assert count(database) == 2


def test_acts_that_shared_the_group_with_the_one_that_filled_the_disk_are_not_acknowledged(database):
    disk = Disk(database)
    database.write(put)
    disk.fill()
    futures = [database.writer.submit(put) for _ in range(50)]
    acknowledged = [future for future in futures if future.exception(30) is None]
    assert len(acknowledged) < len(futures)
    assert count(database) == 1 + len(acknowledged)
