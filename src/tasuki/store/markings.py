# SPDX-License-Identifier: MIT
"""Marks that people put on ids by hand; they outlive every version, so that no import widens what was narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from tasuki.core.markings.model import Tlp
from tasuki.store.database import METADATA, parts

MARKS: Final = sa.Table(
    "marks",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("label", sa.Integer, nullable=False),
    sa.Column("level", sa.Integer, nullable=True),
)
"""For each id that was marked here, the number of the meet of all its marks, and the narrowest TLP one of them gave.

A mark that gives no TLP has the label of CLEAR, which narrows nothing; what is unmarked must not get that level.
"""


def marks(connection: sa.Connection, id_numbers: Iterable[int]) -> dict[int, int]:
    """Return the label numbers of the marks on ids; ids nobody marked are left out."""
    found: dict[int, int] = {}
    for part in parts(list(id_numbers)):
        rows = connection.execute(sa.select(MARKS).where(MARKS.c.id.in_(part)))
        found.update({row.id: row.label for row in rows})
    return found


def levels(connection: sa.Connection, id_numbers: Iterable[int]) -> dict[int, Tlp]:
    """Return the TLP that people gave ids; ids to which nobody gave one are left out."""
    found: dict[int, Tlp] = {}
    for part in parts(list(id_numbers)):
        query = sa.select(MARKS.c.id, MARKS.c.level).where(MARKS.c.id.in_(part), MARKS.c.level.is_not(None))
        found.update({row.id: Tlp(row.level) for row in connection.execute(query)})
    return found


def set_marks(connection: sa.Connection, labels: Mapping[int, int], level: Tlp | None) -> None:
    """Put label numbers on ids, in place of what was there; a TLP that was given stays, or gives way to a narrower."""
    known = levels(connection, labels)
    for part in parts(list(labels)):
        connection.execute(MARKS.delete().where(MARKS.c.id.in_(part)))
        rows = [{"id": each, "label": labels[each], "level": _narrower(known.get(each), level)} for each in part]
        connection.execute(MARKS.insert(), rows)


def _narrower(one: Tlp | None, other: Tlp | None) -> Tlp | None:
    return max((each for each in (one, other) if each is not None), default=None)
