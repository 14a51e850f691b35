# SPDX-License-Identifier: MIT
"""Builds the schema of a later program: the revisions of this one, and one more."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

from tasuki.store.schema import PRESENT, Schema

ADD_NOTES = 'op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))'
ADD_NOTES_AND_BREAK = ADD_NOTES + '\nop.execute("DROP TABLE nothing_of_that_name")'

_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{head}"
down_revision = "{before}"


def upgrade():
{body}
"""


def later(folder: Path, body: str = ADD_NOTES) -> Schema:
    """Return the schema of a program whose next revision does `body`, its files in `folder`."""
    head = f"{int(PRESENT.head) + 1:04}"
    shutil.copytree(PRESENT.versions, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = _REVISION.format(head=head, before=PRESENT.head, body=textwrap.indent(body.strip(), "    "))
    (folder / f"r{head}_synthetic.py").write_text(text)
    return Schema(head=head, versions=folder)
