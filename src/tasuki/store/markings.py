# SPDX-License-Identifier: MIT
"""Marks that people put on ids by hand; they outlive every version, so that no import widens what was narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from tasuki.store.database import METADATA, parts

MARKS: Final = sa.Table(
    "marks",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("label", sa.Integer, nullable=False),
)
"""For each id that was marked here, the number of the meet of all its marks."""


def marks(connection: sa.Connection, id_numbers: Iterable[int]) -> dict[int, int]:
    """Return the label numbers of the marks on ids; ids nobody marked are left out."""
    found: dict[int, int] = {}
    for part in parts(list(id_numbers)):
        rows = connection.execute(sa.select(MARKS).where(MARKS.c.id.in_(part)))
        found.update({row.id: row.label for row in rows})
    return found


def set_marks(connection: sa.Connection, labels: Mapping[int, int]) -> None:
    """Put label numbers on ids, in place of what was there."""
    for part in parts(list(labels)):
        connection.execute(MARKS.delete().where(MARKS.c.id.in_(part)))
        connection.execute(MARKS.insert(), [{"id": each, "label": labels[each]} for each in part])
