# SPDX-License-Identifier: MIT
"""The writer: acts share a commit, fail alone or together as promised, and are answered once durable."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tasuki.base.errors import InputError, WorldError
from tasuki.base.reasons import kind
from tasuki.store.database import GROUP_LIMIT, Database
from tasuki.store.holdings import COUNTERS
from tasuki.store.reasons import CLOSED, FAILED, UNREAD, UNSURE

WRONG = kind("test.wrong", en="Wrong.", ja="誤り。")
ANSWER_S = 30


class Surprise(BaseException):
    """What a library in another language may raise: no `Exception`."""


def put(name: str, value: int = 0):
    """Return an act that writes a row and answers its name."""
    return lambda connection: connection.execute(
        COUNTERS.insert().values(name=name, value=value).returning(COUNTERS.c.name)
    ).scalar_one()


def refuse(connection):
    put("refused")(connection)
    raise InputError(WRONG.because())


def fail(error: BaseException):
    def work(connection):
        put("failed")(connection)
        raise error

    return work


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(sa.select(COUNTERS.c.name)).scalars())


@contextmanager
def held_up(database: Database):
    """Keep the writer busy with one act, so that what is submitted meanwhile forms a queue."""
    started, go = threading.Event(), threading.Event()

    def wait(_connection):
        started.set()
        assert go.wait(ANSWER_S)

    first = database.writer.submit(wait)
    assert started.wait(ANSWER_S)
    try:
        yield
    finally:
        go.set()
        first.result(ANSWER_S)


def error_of(future: Future[object]) -> BaseException:
    error = future.exception(ANSWER_S)
    assert error is not None
    return error


def test_what_is_written_is_answered_and_read(database):
    assert database.write(put("a")) == "a"
    assert names(database) == {"a"}


def test_acts_that_wait_share_a_commit(database):
    commits = []
    event.listen(database.engine, "commit", commits.append)
    with held_up(database):
        futures = [database.writer.submit(put(str(number))) for number in range(GROUP_LIMIT + 10)]
    assert len({future.result(ANSWER_S) for future in futures}) == len(futures)
    # The act that held the queue up, a full group, and the rest.
    assert len(commits) == 3


def test_acts_are_done_in_the_order_they_came(database):
    order = []
    with held_up(database):
        futures = [database.writer.submit(lambda _, n=number: order.append(n)) for number in range(200)]
    for future in futures:
        future.result(ANSWER_S)
    assert order == list(range(200))


@pytest.mark.parametrize("error", [ValueError("no"), Surprise()], ids=["exception", "base-exception"])
def test_an_act_that_raises_undoes_only_itself(database, error):
    with held_up(database):
        before, broken, after = (database.writer.submit(work) for work in (put("a"), fail(error), put("b")))
    assert error_of(broken) is error
    assert (before.result(ANSWER_S), after.result(ANSWER_S)) == ("a", "b")
    assert names(database) == {"a", "b"}


def test_a_reason_reaches_the_caller_as_it_was_raised(database):
    with pytest.raises(InputError) as caught:
        database.write(refuse)
    assert caught.value.reason.code == WRONG.code
    assert names(database) == set()


def test_an_error_of_the_database_fails_the_whole_group_and_nothing_is_acknowledged(database):
    database.write(put("taken"))
    with held_up(database):
        futures = [database.writer.submit(work) for work in (put("a"), refuse, put("taken"), put("b"))]
    errors = [error_of(future) for future in futures]
    assert all(isinstance(error, WorldError) and error.reason.code == FAILED.code and error.retry for error in errors)
    assert names(database) == {"taken"}
    database.write(put("later"))
    assert names(database) == {"taken", "later"}


def test_the_error_says_what_the_database_said(database):
    database.write(put("taken"))
    with pytest.raises(WorldError) as caught:
        database.write(put("taken"))
    assert "unique" in caught.value.reason.sentence().lower()


def test_an_act_that_nobody_waits_for_any_more_is_left_out(database):
    with held_up(database):
        given_up, kept = (database.writer.submit(put(name)) for name in ("given up", "kept"))
        assert given_up.cancel()
    assert kept.result(ANSWER_S) == "kept"
    assert names(database) == {"kept"}


def test_closing_finishes_what_is_queued(node_url):
    database = Database(node_url)
    with held_up(database):
        futures = [database.writer.submit(put(str(number))) for number in range(GROUP_LIMIT * 2)]
        closer = threading.Thread(target=database.close)
        closer.start()
    closer.join(ANSWER_S)
    acknowledged = {future.result(ANSWER_S) for future in futures}
    again = Database(node_url)
    assert names(again) == acknowledged
    again.close()


def test_a_closed_writer_refuses_at_once(node_url):
    database = Database(node_url)
    database.close()
    with pytest.raises(WorldError) as caught:
        database.write(put("late"))
    assert caught.value.reason.code == CLOSED.code


def test_submitting_while_it_closes_is_always_answered(node_url):
    database = Database(node_url)
    futures: list[Future[object]] = []

    def submit():
        mine = threading.get_ident()
        futures.extend(database.writer.submit(put(f"{mine}-{number}")) for number in range(300))

    threads = [threading.Thread(target=submit) for _ in range(3)]
    for thread in threads:
        thread.start()
    database.close()
    for thread in threads:
        thread.join()
    # An act that came too late is refused; none hangs.
    assert all(future.exception(ANSWER_S) is None or future.exception().retry for future in futures)


def test_a_reader_sees_one_commit_whatever_happens_meanwhile(database):
    database.write(put("a"))
    with database.read() as connection:
        query = sa.select(sa.func.count()).select_from(COUNTERS)
        assert connection.execute(query).scalar() == 1
        database.write(put("b"))
        assert connection.execute(query).scalar() == 1
    assert names(database) == {"a", "b"}


def test_readers_see_whole_commits_only(database):
    database.write(put("left", 1000))
    database.write(put("right", 0))
    stop = threading.Event()
    sums: set[int] = set()

    def move(connection):
        for name, change in (("left", -1), ("right", 1)):
            where = COUNTERS.c.name == name
            connection.execute(COUNTERS.update().where(where).values(value=COUNTERS.c.value + change))

    def watch():
        while not stop.is_set():
            with database.read() as connection:
                both = [
                    connection.execute(sa.select(COUNTERS.c.value).where(COUNTERS.c.name == name)).scalar_one()
                    for name in ("left", "right")
                ]
            sums.add(sum(both))

    watchers = [threading.Thread(target=watch) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for future in [database.writer.submit(move) for _ in range(300)]:
        future.result(ANSWER_S)
    stop.set()
    for watcher in watchers:
        watcher.join()
    assert sums == {1000}


def test_a_reader_cannot_write(database):
    with pytest.raises(WorldError) as caught, database.read() as connection:
        put("a")(connection)
    assert caught.value.reason.code == UNREAD.code
    # The connection goes back to the pool, and the writer may get it.
    assert database.write(put("b")) == "b"
    assert names(database) == {"b"}


def test_a_query_that_fails_is_an_error_with_a_reason(database):
    with pytest.raises(WorldError) as caught, database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nothing_of_that_name")
    assert "nothing_of_that_name" in caught.value.reason.sentence()


def test_a_server_that_ends_a_connection_fails_the_act_and_the_next_one_is_done(postgres_url):
    database = Database(postgres_url)
    database.write(put("a"))
    with pytest.raises(WorldError) as caught:
        database.write(lambda c: c.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert caught.value.reason.code == FAILED.code
    database.write(put("b"))
    assert names(database) == {"a", "b"}
    database.close()


def test_a_connection_lost_in_the_commit_is_called_unsure(postgres_url):
    database = Database(postgres_url)

    def spoil(connection):
        connection.exec_driver_sql(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        )
        connection.exec_driver_sql(
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON counters DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION cut()"
        )

    database.write(spoil)
    with pytest.raises(WorldError) as caught:
        database.write(put("a"))
    assert caught.value.reason.code == UNSURE.code
    database.write(lambda c: c.exec_driver_sql("DROP FUNCTION cut CASCADE"))
    database.close()
