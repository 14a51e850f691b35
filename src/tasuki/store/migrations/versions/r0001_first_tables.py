# SPDX-License-Identifier: MIT
"""The first tables: holdings, gate, channel, ledger, and the index of words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tasuki.store.migrations import bundles

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make everything."""
    _holdings()
    _release()
    _channel()
    _trust()
    _ledger()
    _persons()
    _consent()
    _tearline()
    _recovery()
    bundles.make()
    _search()


def _holdings() -> None:
    op.create_table(
        "ids",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("stix_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ids"),
    )
    op.create_index("ix_ids_key", "ids", ["key"])
    op.create_table(
        "holdings",
        sa.Column("position", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("originator", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("spec_version", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("handling", sa.Integer, nullable=False),
        sa.Column("own_label", sa.Integer, nullable=False),
        sa.Column("flags", sa.Text, nullable=False),
        sa.Column("addressed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_holdings"),
    )
    op.create_index("holdings_type", "holdings", ["type", "position"])
    op.create_index("ix_holdings_id", "holdings", ["id"])
    op.create_table(
        "bodies",
        sa.Column("position", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_bodies"),
    )
    op.create_table(
        "body_keys",
        sa.Column("position", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_body_keys"),
    )
    op.create_table(
        "handling",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handling"),
        sa.UniqueConstraint("body", name="uq_handling_body"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("stix_id", sa.Text, nullable=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_table(
        "tombstones",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("stix_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", "stix_id", name="pk_tombstones"),
    )
    op.create_table(
        "departures",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_departures"),
    )


def _release() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.UniqueConstraint("body", name="uq_labels_body"),
    )
    op.create_table(
        "subjects",
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("own", sa.Integer, nullable=False),
        sa.Column("closure", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
    )
    op.create_table(
        "subject_references",
        sa.Column("source", sa.BigInteger, nullable=False),
        sa.Column("target", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", "target", name="pk_subject_references"),
        sqlite_with_rowid=False,
    )
    op.create_index("subject_references_back", "subject_references", ["target", "source"])
    op.create_table(
        "marks",
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("label", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_marks"),
    )
    op.create_table(
        "source_marks",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("label", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_source_marks"),
    )
    op.create_table(
        "stopped",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("usable_from", sa.BigInteger, nullable=False),
        sa.Column("noticed", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("source", "id", name="pk_stopped"),
    )
    op.create_table(
        "sent",
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("audience", "position", name="pk_sent"),
        sqlite_with_rowid=False,
    )


def _trust() -> None:
    op.create_table(
        "own_trust",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("chain", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_trust"),
    )
    op.create_table(
        "own_keys",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("algorithm", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=True),
        sa.Column("revoked_at", sa.BigInteger, nullable=True),
        sa.Column("destroyed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_own_keys"),
    )
    op.create_table(
        "held_trust",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("root", sa.BigInteger, nullable=False),
        sa.Column("keys", sa.BigInteger, nullable=False),
        sa.Column("peers", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", name="pk_held_trust"),
    )
    op.create_table(
        "confirmed",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", "env_id", name="pk_confirmed"),
    )


def _channel() -> None:
    op.create_table(
        "partners",
        sa.Column("participant", sa.Text, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("anchor", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("compared_by", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("participant", name="pk_partners"),
    )
    op.create_table(
        "lanes",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("next_seq", sa.BigInteger, nullable=False),
        sa.Column("prev", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("partner", "lane", "direction", name="pk_lanes"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_waiting", "outbox", ["partner", "lane", "state", "id"])
    op.create_table(
        "envelopes_out",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("objects", sa.Integer, nullable=False),
        sa.Column("sealed_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=True),
        sa.Column("receipt_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_envelopes_out"),
        sa.UniqueConstraint("partner", "lane", "epoch", "seq", name="envelopes_out_seq"),
        sa.UniqueConstraint("env_id", name="uq_envelopes_out_env_id"),
    )
    op.create_index("envelopes_out_state", "envelopes_out", ["partner", "lane", "state", "epoch", "seq"])
    op.create_table(
        "envelopes_in",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
        sa.Column("held", sa.LargeBinary, nullable=True),
        sa.Column("sig_key", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_envelopes_in"),
        sa.UniqueConstraint("partner", "env_id", name="envelopes_in_env_id"),
        sa.UniqueConstraint("partner", "lane", "epoch", "seq", name="envelopes_in_seq"),
    )
    op.create_index(
        "envelopes_in_held",
        "envelopes_in",
        ["partner"],
        sqlite_where=sa.text("held IS NOT NULL"),
        postgresql_where=sa.text("held IS NOT NULL"),
    )
    op.create_table(
        "messages_in",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("in_reply_to", sa.Text, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages_in"),
        sa.UniqueConstraint("partner", "env_id", name="messages_in_env_id"),
    )
    op.create_table(
        "equivocations",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("first_hash", sa.Text, nullable=False),
        sa.Column("second_hash", sa.Text, nullable=False),
        sa.Column("second", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_equivocations"),
        sa.UniqueConstraint("partner", "first_hash", "second_hash", name="equivocations_pair"),
    )
    _reconciliation()


def _reconciliation() -> None:
    op.create_table(
        "statements",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("stated_at", sa.BigInteger, nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("before", sa.LargeBinary, nullable=True),
        sa.Column("fell", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("partner", "direction", name="pk_statements"),
    )
    op.create_table(
        "reconciliations",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("skew", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("partner", name="pk_reconciliations"),
    )
    op.create_table(
        "findings",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("params", sa.LargeBinary, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("rounds", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("partner", "number", name="pk_findings"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("decisions_env_id", "decisions", ["env_id"])
    op.create_table(
        "brought",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("partner", "digest", name="pk_brought"),
    )
    op.create_table(
        "usages",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("objects", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", name="pk_usages"),
    )
    op.create_table(
        "promises",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("log_index", sa.BigInteger, nullable=False),
        sa.Column("receipt_hash", sa.Text, nullable=False),
        sa.Column("held_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", "env_id", name="pk_promises"),
    )


def _ledger() -> None:
    op.create_table(
        "log_leaves",
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("leaf_index", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("log", "leaf_index", name="pk_log_leaves"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "log_leaves_env_id",
        "log_leaves",
        ["env_id"],
        sqlite_where=sa.text("env_id IS NOT NULL"),
        postgresql_where=sa.text("env_id IS NOT NULL"),
    )
    op.create_table(
        "logs",
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("log", "start", name="pk_logs"),
    )
    op.create_table(
        "log_subtrees",
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("log", "start", "level", "position", name="pk_log_subtrees"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("cosignature", sa.LargeBinary, nullable=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("log", "start", "size", name="pk_checkpoints"),
    )
    _witness()


def _witness() -> None:
    op.create_table(
        "witnessed",
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_witnessed"),
    )
    op.create_table(
        "mirror_unseen",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("leaf_index", sa.BigInteger, nullable=False),
        sa.Column("mirrored_at", sa.BigInteger, nullable=False),
        sa.Column("cosigned_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("partner", "leaf_index", name="pk_mirror_unseen"),
    )
    op.create_table(
        "log_forks",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("cosigned", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", "size", "root", name="pk_log_forks"),
    )
    op.create_table(
        "mirror_contradictions",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("leaf_index", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", "leaf_index", name="pk_mirror_contradictions"),
    )


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=True),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_persons"),
        sa.UniqueConstraint("digest", name="uq_persons_digest"),
    )


def _consent() -> None:
    op.create_table(
        "grants",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=True),
        sa.Column("stix_id", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("under", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_digest", "grants", ["digest"])
    op.create_index("ix_grants_under", "grants", ["under"])
    op.create_table(
        "consent_requests",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.Text, nullable=True),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_consent_requests"),
        sa.UniqueConstraint("asker", "request", name="consent_requests_asker"),
    )
    op.create_table(
        "consent_said",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("flag", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_consent_said"),
    )
    op.create_index("ix_consent_said_request", "consent_said", ["request"])
    op.create_table(
        "agreements",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stix_id", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_agreements"),
    )
    op.create_table(
        "relied",
        sa.Column("grant", sa.BigInteger, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("grant", "audience", "position", name="pk_relied"),
        sqlite_with_rowid=False,
    )


def _tearline() -> None:
    op.create_table(
        "tearlines",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("stix_id", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=True),
        sa.Column("terms", sa.LargeBinary, nullable=False),
        sa.Column("drafted_by", sa.Text, nullable=False),
        sa.Column("drafted_at", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.Column("decided_why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_tearlines"),
    )
    op.create_table(
        "derived_from",
        sa.Column("tearline", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("stix_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tearline", "position", name="pk_derived_from"),
        sqlite_with_rowid=False,
    )


def _recovery() -> None:
    op.create_table(
        "journal",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_journal"),
    )
    op.create_table(
        "closures",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=True),
        sa.Column("opened_at", sa.BigInteger, nullable=True),
        sa.Column("opened_by", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_closures"),
    )
    op.create_table(
        "recoveries",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", name="pk_recoveries"),
    )
    op.create_table(
        "given_back",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("env_id", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("receipt", sa.LargeBinary, nullable=False),
        sa.Column("lost", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("partner", "direction", "env_id", name="pk_given_back"),
    )
    op.create_table(
        "remembered",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name="pk_remembered"),
    )
    op.create_table(
        "copies",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("next", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("partner", "direction", name="pk_copies"),
    )
    op.create_table(
        "holds",
        sa.Column("position", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_at", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_holds"),
    )


def _search() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5("
            "words, content='', contentless_delete=1, detail=none, tokenize='ascii')"
        )
    else:
        op.execute("CREATE TABLE search_words (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX search_words_gin ON search_words USING gin (words)")
