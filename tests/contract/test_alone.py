# SPDX-License-Identifier: MIT
"""Being alone at a PostgreSQL database: who is going is waited for, who stays is not driven out.

With SQLite the lock of the node's directory keeps others out.
"""

from __future__ import annotations

import threading

import pytest

from tasuki.base.errors import WorldError
from tasuki.store.database import Database, alone, open_engine
from tasuki.store.reasons import IN_USE


def test_who_stays_keeps_others_out(postgres_url):
    other = Database(postgres_url)
    try:
        with other.read(), pytest.raises(WorldError) as refused, alone(postgres_url):
            pass
    finally:
        other.close()
    assert refused.value.reason.code == IN_USE.code


def test_who_is_going_is_waited_for(postgres_url):
    other = Database(postgres_url)
    watching = open_engine(postgres_url)
    over = threading.Event()

    def leave_once_somebody_waits():
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        with watching.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            while not over.is_set() and not connection.exec_driver_sql(waiting).scalar():
                pass
        other.close()

    with other.read():
        pass
    leaving = threading.Thread(target=leave_once_somebody_waits)
    leaving.start()
    try:
        with alone(postgres_url) as engine, engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    finally:
        over.set()
        leaving.join()
        watching.dispose()
