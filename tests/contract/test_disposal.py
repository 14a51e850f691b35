# SPDX-License-Identifier: MIT
"""Disposal: what was destroyed is gone from the tables, the index of words, and with SQLite from every file."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from making_nodes import Hands, make_node
from tasuki.base.canonical import canonical
from tasuki.base.errors import WorldError
from tasuki.core.holdings.model import HandlingBasis, PersonalData
from tasuki.formats.json.pieces import Piece
from tasuki.services import holdings as services
from tasuki.services.intake import Terms, import_pieces
from tasuki.store import holdings
from tasuki.store.database import Database
from tasuki.store.reasons import TRACES_LEFT

CANARY = "kanarienvogel"
CANARY_ID = "identity--2f0a9b53-0d0f-5a53-9f61-7d6b2b1c0001"
BASIS = HandlingBasis(
    collection="open-source", purpose="cyber-defence", permitted_use=("detect",), personal_data=PersonalData.NO,
    dispose_by=None,
)  # fmt: skip
TERMS = Terms(source="local", originator="GBR", handling=BASIS, levels=("green",))


@pytest.fixture
def node(node_url, tmp_path):
    made = make_node(tmp_path / "node", "GBR/gbr-1", lambda *_: b"", url=node_url, hands=Hands())
    yield made
    made.database.close()


def obj(number: int, name: str) -> Piece:
    body = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--2f0a9b53-0d0f-5a53-9f61-7d6b2b1c{number:04}",
        "created": "2026-03-01T12:00:00.000Z",
        "modified": "2026-03-01T12:00:00.000Z",
        "name": name,
        "identity_class": "organization",
    }
    return Piece(place=str(number), raw=canonical(body), problem=None)


def fill(node) -> tuple[bytes, bytes]:
    """Hold the canary among others; return its sealed body and wrapped key."""
    others = [obj(number, f"organisation number {number}") for number in range(2, 300)]
    report = import_pieces(node, [obj(1, f"the {CANARY} organisation"), *others], TERMS)
    assert report.accepted == 299
    with node.database.read() as connection:
        (body,) = holdings.sealed(connection, [holdings.latest(connection, [CANARY_ID])[0].position])
    return body.ciphertext, body.wrapped


def test_what_is_disposed_of_is_not_shown_not_found_and_still_known_to_have_been(node):
    fill(node)
    assert [each["id"] for each in services.find(node, CANARY, 5)] == [CANARY_ID]
    assert services.dispose(node, [CANARY_ID]) == 1
    assert services.find(node, CANARY, 5) == []
    assert len(services.find(node, "organisation", 999)) == 298
    (shown,) = services.show(node, CANARY_ID)
    assert (shown.holding.state.value, shown.body) == ("disposed", None)
    with node.database.read() as connection:
        assert holdings.sealed(connection, [shown.holding.position]) == []
        for table in (holdings.BODIES, holdings.BODY_KEYS):
            query = sa.select(sa.func.count()).where(table.c.position == shown.holding.position)
            assert connection.execute(query).scalar_one() == 0
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 298


@pytest.mark.parametrize("node_url", ["sqlite"], indirect=True)
def test_no_byte_of_it_is_left_in_any_file_of_sqlite(node, tmp_path):
    traces = [CANARY.encode()[3:], *fill(node)]

    def left() -> list[bytes]:
        files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        return [trace for trace in traces if any(trace in file for file in files)]

    # The index keeps words by their difference from the word before: the first letters may be another word's.
    assert left() == traces
    services.dispose(node, [CANARY_ID])
    assert left() == []


@pytest.mark.parametrize("node_url", ["sqlite"], indirect=True)
def test_who_reads_an_old_state_while_it_is_disposed_of_is_told_of(node):
    fill(node)
    short_of_patience(node.database)
    with node.database.read() as connection:
        holdings.top(connection)
        with pytest.raises(WorldError) as caught:
            services.dispose(node, [CANARY_ID])
    assert caught.value.reason.code == TRACES_LEFT.code
    assert services.find(node, CANARY, 5) == []
    services.dispose_expired(node)


def short_of_patience(database: Database) -> None:
    """Let this database wait for nobody."""
    sa.event.listen(
        database.engine, "checkout", lambda connection, *_: connection.cursor().execute("PRAGMA busy_timeout=0")
    )


@pytest.mark.parametrize("node_url", ["postgresql"], indirect=True)
def test_postgresql_gives_up_the_dead_rows_of_it(node, postgres):
    name = node.database.engine.url.database
    available = postgres.run("SELECT 1 FROM pg_available_extensions WHERE name = 'pageinspect'", name)
    if not available:
        pytest.skip("this PostgreSQL comes without pageinspect: install its contrib modules to run this test")
    postgres.run("CREATE EXTENSION pageinspect", name)

    def rows(table: str) -> int:
        pages = f"generate_series(0, pg_relation_size('{table}') / 8192 - 1) page"
        items = f"heap_page_items(get_raw_page('{table}', page::int)) item"
        return postgres.run(f"SELECT count(*) FROM {pages}, {items} WHERE item.lp_flags = 1", name)[0][0]  # noqa: S608

    fill(node)
    assert {rows(table) for table in ("bodies", "body_keys", "search_words")} == {299}
    services.dispose(node, [CANARY_ID])
    assert {rows(table) for table in ("bodies", "body_keys", "search_words")} == {298}
