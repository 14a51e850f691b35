# SPDX-License-Identifier: MIT
"""The writer of the bench keeps every promise of the node's own, without its thread."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from tasuki.base.errors import CallerError, WorldError
from tasuki.base.time import parse_rfc3339
from tasuki.store.channel import OUTBOX, enqueue
from tasuki.store.database import Database, Inline
from tasuki.store.reasons import CLOSED, FAILED

NOW = parse_rfc3339("2026-03-01T12:00:00Z")


def put(connection: sa.Connection) -> int:
    return enqueue(connection, partner="JPN", lane="bulk", kind="objects", body=b"", at=NOW)


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(OUTBOX)).scalar_one()


@pytest.fixture
def inline(node_url):
    database = Database(node_url, Inline)
    yield database
    database.close()


def test_an_act_is_durable_on_return_and_done_by_whoever_brought_it(inline):
    who = []

    def work(connection: sa.Connection) -> int:
        who.append(threading.current_thread())
        return put(connection)

    assert inline.write(work) == 1
    assert (who, count(inline)) == ([threading.current_thread()], 1)


def test_an_act_that_raises_leaves_nothing_and_says_so(inline):
    def work(connection: sa.Connection) -> None:
        put(connection)
        raise CallerError(CLOSED.because())

    assert inline.writer.submit(work).exception().reason.code == CLOSED.code
    assert count(inline) == 0


def test_an_error_of_the_database_is_said_in_the_words_of_the_node(inline):
    def work(connection: sa.Connection) -> None:
        put(connection)
        connection.execute(sa.text("SELECT * FROM nothing_of_that_name"))

    with pytest.raises(WorldError) as caught:
        inline.write(work)
    assert caught.value.reason.code == FAILED.code
    assert count(inline) == 0


def test_once_closed_it_refuses(inline):
    inline.writer.close()
    with pytest.raises(WorldError) as caught:
        inline.write(put)
    assert caught.value.reason.code == CLOSED.code
