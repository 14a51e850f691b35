# SPDX-License-Identifier: MIT
"""Holdings: every assertion kept whole, found by id, source and position, in whatever state it is."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import orjson
import pytest
import sqlalchemy as sa

from tasuki.base.time import to_micros
from tasuki.core.holdings.model import State
from tasuki.core.markings.model import Label, Tlp
from tasuki.store import holdings
from tasuki.store.holdings import NewHolding, Numbers

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
GREEN = Label(tlp=Tlp.GREEN, releasable_to=None, originators=frozenset({"GBR"}), blocked=frozenset())
BASIS = "{}"
FIRST, SECOND, THIRD = (f"indicator--2f0a9b53-0d0f-4a53-9f61-7d6b2b1c000{n}" for n in (1, 2, 3))


def holding(stix_id: str = FIRST, version: int = 1, source: str = "local", **changes) -> NewHolding:
    body = f"{stix_id} {version} {source} {changes}".encode()
    values = {
        "stix_id": stix_id,
        "type": stix_id.partition("--")[0],
        "version": version,
        "source": source,
        "originator": "GBR",
        "digest": hashlib.sha256(body).digest(),
        "size": len(body),
        "spec_version": "2.1",
        "ciphertext": b"\x00sealed " + body,
        "wrapped": b"\xffkey " + body,
        "handling": BASIS,
        "label": GREEN,
        "flags": "",
        "words": "",
        "references": (),
    }
    return NewHolding(**{**values, **changes})


def hold(database, *rows: NewHolding, state: State = State.HELD, label: int = 1, at: datetime = NOW) -> int:
    def work(connection):
        known = Numbers(
            ids=holdings.identify(connection, [row.stix_id for row in rows]),
            labels={GREEN: label},
            handling={row.handling: holdings.handling_number(connection, row.handling) for row in rows},
        )
        return holdings.add(connection, [(row, state) for row in rows], known, at)

    return database.write(work)


def read(database, act, *arguments, **named):
    with database.read() as connection:
        return act(connection, *arguments, **named)


def test_a_holding_comes_back_as_it_was_committed(database):
    row = holding(flags="stix-2.0 late", spec_version="2.0", version=to_micros(NOW))
    assert hold(database, row, at=NOW) == 1
    (kept,) = read(database, holdings.history, FIRST)
    assert (kept.position, kept.stix_id, kept.stix_type, kept.version) == (1, FIRST, "indicator", to_micros(NOW))
    assert (kept.source, kept.originator, kept.received_at, kept.digest) == ("local", "GBR", NOW, row.digest.hex())
    assert (kept.size, kept.spec_version, kept.state, kept.flags) == (row.size, "2.0", State.HELD, ("stix-2.0", "late"))
    (body,) = read(database, holdings.sealed, [1])
    assert (body.ciphertext, body.wrapped, body.digest) == (row.ciphertext, row.wrapped, row.digest)
    assert (body.stix_id, body.own_label, body.originator, body.source) == (FIRST, 1, "GBR", "local")


def test_positions_follow_one_another_and_a_failed_act_leaves_no_gap(database):
    assert hold(database, holding(), holding(version=2)) == 1

    def fail(connection):
        holdings.reserve(connection, "holdings", 5)
        raise KeyError

    with pytest.raises(KeyError):
        database.write(fail)
    assert hold(database, holding(version=3)) == 3
    assert read(database, holdings.top) == 3


def test_ids_get_numbers_once_and_numbers_lead_back_to_ids(database):
    given = database.write(lambda c: holdings.identify(c, [FIRST, SECOND, FIRST]))
    again = database.write(lambda c: holdings.identify(c, [THIRD, SECOND]))
    assert sorted(given.values()) == [1, 2]
    assert again == {THIRD: 3, SECOND: given[SECOND]}
    assert read(database, holdings.numbers, [FIRST, "unknown--1"]) == {FIRST: given[FIRST]}
    assert read(database, holdings.names, [given[FIRST], 3, 99]) == {given[FIRST]: FIRST, 3: THIRD}


def test_two_ids_with_one_key_stay_two(database):
    database.write(lambda c: holdings.identify(c, [FIRST]))
    key = holdings._key_of(FIRST)
    database.write(lambda c: c.execute(holdings.IDS.insert().values(number=7, key=key, stix_id="other--1")))
    assert read(database, holdings.numbers, [FIRST]) == {FIRST: 1}


def test_more_ids_than_a_statement_takes_parameters_are_looked_up(database):
    known = [f"ipv4-addr--{number}" for number in range(1500)]
    given = database.write(lambda c: holdings.identify(c, known))
    assert sorted(given.values()) == list(range(1, 1501))
    # PostgreSQL takes 65,535.
    assert read(database, holdings.numbers, [*known, *(f"url--{number}" for number in range(65_000))]) == given


def test_the_same_assertion_is_known_and_another_is_not(database):
    row = holding()
    hold(database, row)
    known = read(database, holdings.numbers, [FIRST])
    assert read(database, holdings.held, known) == {row.assertion}
    others = (holding(version=2), holding(source="JPN"), holding(size=5))
    assert not read(database, holdings.held, known) & {other.assertion for other in others}


def test_the_newest_holding_of_each_source_counts_and_the_later_one_of_equal_versions(database):
    rows = (
        holding(version=2),
        holding(version=1),
        holding(version=1, source="JPN"),
        holding(version=1, source="JPN", size=9),
    )
    hold(database, *rows)
    found = {each.source: each.position for each in read(database, holdings.latest, [FIRST, SECOND])}
    assert found == {"local": 1, "JPN": 4}
    newest = read(database, holdings.newest, [1])
    assert sorted(each.position for each in newest[1]) == [1, 4]


def test_what_was_recalled_is_in_the_history_and_nowhere_else(database):
    hold(database, holding(source="JPN"), holding(), holding(SECOND, source="JPN"))
    assert database.write(lambda c: holdings.set_state(c, "JPN", [FIRST], State.RECALLED)) == 1
    assert database.write(lambda c: holdings.set_state(c, "JPN", [FIRST], State.RECALLED)) == 0
    assert [each.state for each in read(database, holdings.history, FIRST)] == [State.RECALLED, State.HELD]
    assert [each.source for each in read(database, holdings.latest, [FIRST])] == ["local"]
    assert [each.position for each in read(database, holdings.sealed, [1, 2, 3])] == [2, 3]
    assert [each.position for each in read(database, holdings.sealed_after, 0, 9)] == [2, 3]
    assert read(database, holdings.live_positions, ["JPN"], 0, 9) == [(3, SECOND)]
    assert read(database, holdings.counts) == {("JPN", "recalled"): 1, ("JPN", "held"): 1, ("local", "held"): 1}


def test_a_cursor_reads_on_in_order_and_by_type(database):
    hold(database, holding(), holding("malware--1"), holding(SECOND), holding(THIRD))
    assert [each.position for each in read(database, holdings.sealed_after, 1, 2)] == [2, 3]
    assert [each.position for each in read(database, holdings.sealed_after, 0, 9, ["malware"])] == [2]
    assert read(database, holdings.live_positions, ["local"], 2, 1) == [(3, SECOND)]


def test_shredding_takes_key_and_body_and_leaves_the_record(database):
    hold(database, holding(), holding(SECOND))
    assert database.write(lambda c: holdings.shred(c, [1])) == 1
    assert [each.state for each in read(database, holdings.history, FIRST)] == [State.DISPOSED]
    assert [each.position for each in read(database, holdings.sealed, [1, 2])] == [2]
    assert sorted(read(database, holdings.ids_at, [1, 2])) == [FIRST, SECOND]
    for table in (holdings.BODIES, holdings.BODY_KEYS):
        with database.read() as connection:
            assert connection.execute(sa.select(table.c.position)).scalars().all() == [2]


def test_labels_are_changed_by_position(database):
    hold(database, holding(), holding(SECOND))
    database.write(lambda c: holdings.set_own_label(c, [2], 7))
    assert [each.own_label for each in read(database, holdings.sealed, [1, 2])] == [1, 7]


def test_a_recall_is_remembered_for_its_source_whether_or_not_its_object_came(database):
    for at in (NOW, NOW + timedelta(days=1)):
        database.write(lambda c, at=at: holdings.bury(c, "JPN", [FIRST, SECOND, FIRST], at))
    assert read(database, holdings.tombstoned, "JPN", [FIRST, THIRD]) == {FIRST}
    assert read(database, holdings.tombstoned, "GBR", [FIRST]) == set()
    with database.read() as connection:
        moments = connection.execute(sa.select(holdings.TOMBSTONES.c.at)).scalars().all()
    assert moments == [to_micros(NOW)] * 2


def test_handling_bases_are_numbered_once(database):
    bodies = ["{}", '{"purpose":"サイバー防衛"}', "{}"]
    numbers = [database.write(lambda c, body=body: holdings.handling_number(c, body)) for body in bodies]
    assert numbers[0] == numbers[2] != numbers[1]
    assert read(database, holdings.handling_bodies, numbers) == dict(zip(numbers, bodies, strict=True))


def test_what_is_past_its_day_is_due_until_it_is_gone(database):
    due, later, never = (
        orjson.dumps({"dispose_by": day}).decode() for day in ("2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z", None)
    )
    hold(database, holding(handling=due), holding(SECOND, handling=later), holding(THIRD, handling=never))
    assert read(database, holdings.expired, "2026-03-02T00:00:00Z", 9) == [1]
    database.write(lambda c: holdings.set_state(c, "local", [FIRST], State.RECALLED))
    assert read(database, holdings.expired, "2026-03-02T00:00:00Z", 9) == [1]
    database.write(lambda c: holdings.shred(c, [1]))
    assert read(database, holdings.expired, "2026-03-02T00:00:00Z", 9) == []


def aside(**changes) -> dict[str, object]:
    return {
        "source": "JPN",
        "place": "/objects/0",
        "stix_id": FIRST,
        "code": "holdings.unreadable",
        "params": "{}",
        "digest": b"\x00" * 32,
        "ciphertext": b"\x00\xff",
        "wrapped": b"\xff\x00",
        "at": to_micros(NOW),
        **changes,
    }


def test_quarantine_keeps_pieces_newest_first_and_counts_them(database):
    spilled = {"stix_id": None, "ciphertext": None, "wrapped": None}
    database.write(lambda c: holdings.set_aside(c, [aside(), aside(**spilled)]))
    database.write(lambda c: holdings.set_aside(c, []))
    rows = read(database, holdings.quarantined, 9)
    assert [(row.stix_id, row.ciphertext) for row in rows] == [(None, None), (FIRST, b"\x00\xff")]
    assert len(read(database, holdings.quarantined, 1)) == 1
    assert read(database, holdings.quarantine_count) == 2


def test_a_nul_in_what_strangers_wrote_fails_nothing(database):
    strange = "indicator--\x00"
    database.write(lambda c: holdings.set_aside(c, [aside(stix_id=strange, place="/objects/\x00")]))
    (row,) = read(database, holdings.quarantined, 9)
    assert row.stix_id.startswith("indicator--")
    database.write(lambda c: holdings.bury(c, "JPN", [strange], NOW))
    assert len(read(database, holdings.tombstoned, "JPN", [strange])) == 1
    assert database.write(lambda c: holdings.identify(c, [strange])) == {strange: 1}
    assert read(database, holdings.latest, [strange]) == []
