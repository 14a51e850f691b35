# SPDX-License-Identifier: MIT
"""A node's database of each kind, with the present schema, copied from one that was made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from making_databases import Server
from tasuki.store import schema
from tasuki.store.database import Database, open_engine


def migrated(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        schema.migrate(connection)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "node.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> Iterator[str]:
    with postgres.database() as name:
        migrated(postgres.url(name))
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def node_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database with the present schema and nothing in it, once of each kind."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'node.db')}"
        return
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
    with server.database(template) as name:
        yield server.url(name)


@pytest.fixture
def database(node_url: str) -> Iterator[Database]:
    made = Database(node_url)
    yield made
    made.close()


@pytest.fixture
def postgres_url(postgres: Server, postgres_template: str) -> Iterator[str]:
    """Give the URL of a PostgreSQL database with the present schema, for what only PostgreSQL promises."""
    with postgres.database(postgres_template) as name:
        yield postgres.url(name)
