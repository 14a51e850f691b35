# SPDX-License-Identifier: MIT
"""What is remembered of bundles, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_channel import NOW
from tasuki.store import bundle as store
from tasuki.store.database import METADATA, Database


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    METADATA.create_all(opened.engine)
    yield opened
    opened.close()


def kept(number=1, **changes):
    made = store.Kept(
        partner="JPN",
        direction="out",
        epoch=1,
        number=number,
        hash=f"{number:064x}",
        state="made",
        at=NOW + timedelta(minutes=number),
        size=100,
        envelopes=2,
        sealed=(b"sealed", b"key"),
    )
    return replace(made, **changes)


def test_ends_move_only_from_where_they_stand(database):
    first = store.Ends()
    second = replace(first, made=1, made_hash="a" * 64)
    assert database.write(lambda c: store.move_ends(c, "JPN", first, second))
    assert not database.write(lambda c: store.move_ends(c, "JPN", first, replace(first, made=2)))
    assert database.write(lambda c: store.move_ends(c, "JPN", second, replace(second, taken=3, taken_hash="b" * 64)))
    with database.read() as connection:
        assert store.ends(connection, "JPN") == replace(second, taken=3, taken_hash="b" * 64)
        assert store.ends(connection, "FRA") == first


def test_a_bundle_is_kept_once_and_another_of_its_number_beside_it(database):
    assert database.write(lambda c: store.keep(c, kept(direction="in", state="held")))
    assert not database.write(lambda c: store.keep(c, kept(direction="in", state="taken")))
    assert database.write(lambda c: store.keep(c, kept(direction="in", state="other", hash="f" * 64)))
    database.write(lambda c: store.mark(c, kept(direction="in"), "taken"))
    with database.read() as connection:
        found = store.kept(connection, "JPN", "in", number=1)
    assert {(each.hash, each.state) for each in found} == {(kept().hash, "taken"), ("f" * 64, "other")}
    assert found[0].sealed == (b"sealed", b"key")


def test_what_the_partner_has_is_kept_by_its_hash_alone(database):
    for number in (1, 2, 3):
        database.write(lambda c, n=number: store.keep(c, kept(n)))
        database.write(lambda c, n=number: store.keep_answer(c, "JPN", "receipt", f"id-{n}", b"%d" % n))
    with database.read() as connection:
        waiting = store.answers(connection, "JPN")
    for number, answer in enumerate(waiting, 1):
        database.write(lambda c, n=number, a=answer: store.carry(c, "JPN", n, [a.id], []))
    database.write(lambda c: store.received(c, "JPN", 1, 2))
    with database.read() as connection:
        found = store.kept(connection, "JPN", "out")
        assert [(each.state, each.sealed is None) for each in found] == [
            ("received", True),
            ("received", True),
            ("made", False),
        ]
        (late,) = store.unconfirmed(connection)
        assert (late.partner, late.count, late.since) == ("JPN", 1, kept(3).at)
        assert store.answers(connection, "JPN") == []
        left = connection.execute(store.BUNDLE_ANSWERS.select()).all()
    assert [row.bundle for row in left] == [3]


def test_the_newest_answer_to_the_same_takes_the_place_of_the_one_before(database):
    for body in (b"old", b"new"):
        database.write(lambda c, b=body: store.keep_answer(c, "JPN", "mirrored", "", b))
    database.write(lambda c: store.keep_answer(c, "FRA", "mirrored", "", b"theirs"))
    with database.read() as connection:
        assert [each.body for each in store.answers(connection, "JPN")] == [b"new"]


def test_what_was_carried_is_answered_anew_when_it_is_asked_again(database):
    database.write(lambda c: store.keep_answer(c, "JPN", "receipt", "id", b"same"))
    with database.read() as connection:
        (first,) = store.answers(connection, "JPN")
    database.write(lambda c: store.carry(c, "JPN", 1, [first.id], ["env"]))
    database.write(lambda c: store.keep_answer(c, "JPN", "receipt", "id", b"same"))
    with database.read() as connection:
        assert [each.body for each in store.answers(connection, "JPN")] == [b"same"]
