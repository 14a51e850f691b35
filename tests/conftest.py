# SPDX-License-Identifier: MIT
"""Fixtures every test may use: where the shared material lies, and a database of each kind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("TASUKI_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")).resolve()


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of shared material, or skip the test where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no shared material at {DATA}: set TASUKI_DATA to run this test")
    return DATA
