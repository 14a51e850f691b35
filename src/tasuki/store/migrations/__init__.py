# SPDX-License-Identifier: MIT
"""Revisions of the schema, one file each in `versions`, applied in order by Alembic.

A change to a table brings a new file, named and numbered one higher, with the change written out for both
databases; `tasuki.store.schema.PRESENT` then names it. A published revision is never edited. The contract tests
compare what the revisions make with the tables as the code declares them, and name every difference.
"""
