# SPDX-License-Identifier: MIT
"""Fixtures every test may use: where the shared material lies, and an empty database of each kind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from making_databases import OLDEST, Server, programs, running_server

DATA = Path(os.environ.get("TASUKI_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")).resolve()


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of shared material, or skip the test where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no shared material at {DATA}: set TASUKI_DATA to run this test")
    return DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give this worker's PostgreSQL server, started when the first test wants it, or skip where there is none."""
    found = programs()
    if found is None:
        pytest.skip(f"no PostgreSQL {OLDEST} or newer on this machine: run `sh requirements/packages.sh` as root")
    with running_server(found) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'node.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as name:
        yield server.url(name)
