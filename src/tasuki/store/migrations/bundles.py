# SPDX-License-Identifier: MIT
"""The tables of the exchange by files, as the first revision makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def make() -> None:
    """Make them."""
    op.create_table(
        "bundles",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("envelopes", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("partner", "direction", "epoch", "number", "hash", name="pk_bundles"),
    )
    op.create_table(
        "bundle_ends",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("made_hash", sa.Text, nullable=True),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("taken", sa.BigInteger, nullable=False),
        sa.Column("taken_hash", sa.Text, nullable=True),
        sa.Column("log_start", sa.BigInteger, nullable=False),
        sa.Column("log_mirrored", sa.BigInteger, nullable=False),
        sa.Column("log_witnessed", sa.BigInteger, nullable=False),
        sa.Column("log_bundle", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", name="pk_bundle_ends"),
    )
    op.create_table(
        "bundle_answers",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("of", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("bundle", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bundle_answers"),
        sa.UniqueConstraint("partner", "kind", "of", name="bundle_answers_of"),
    )
    op.create_table(
        "bundle_envelopes",
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("bundle", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("env_id", name="pk_bundle_envelopes"),
    )
