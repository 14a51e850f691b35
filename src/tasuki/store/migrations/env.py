# SPDX-License-Identifier: MIT
"""How Alembic runs the revisions: on a connection it is handed, in the transaction that is open there."""

from __future__ import annotations

from alembic import context

# SQLite's changes of the schema are transactional too, when nobody commits between them.
context.configure(
    connection=context.config.attributes["connection"], transactional_ddl=True, transaction_per_migration=False
)
context.run_migrations()
