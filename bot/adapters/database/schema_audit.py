"""The audit log (rows in chains, where these end, seals over them), and wishes to be deleted."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, NO_JSON, NOW, metadata

audit_log = Table(
    "audit_log",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("audit_id", BigInteger, Identity(always=True), nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=NO_JSON),
    Column("at", MOMENT, nullable=False, server_default=NOW),
    Column("number", BigInteger, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("user_id", "audit_id"),
    Index("uq_audit_log_number", "user_id", "number", unique=True),
    Index("ix_audit_log_newest", "audit_id"),
    Index("ix_audit_log_actor", "actor_id", "audit_id"),
    Index("ix_audit_log_action", "action", "audit_id"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("sealed_number", BigInteger, nullable=False, server_default="0"),
    Index("ix_audit_heads_unsealed", "user_id", postgresql_where=text("number > sealed_number")),
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("seal_number", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed_at", MOMENT, nullable=False),
    Column("made_with", Text, nullable=False),
    Column("heads", Text, nullable=False),
    Column("previous_mac", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

_OPEN = text("cancelled_at IS NULL AND done_at IS NULL")

deletion_requests = Table(
    "deletion_requests",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("asked_at", MOMENT, primary_key=True),
    Column("due_at", MOMENT, nullable=False),
    Column("cancelled_at", MOMENT),
    Column("done_at", MOMENT),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("cancelled_at IS NULL OR done_at IS NULL", name="one_end"),
    Index("uq_deletion_requests_open", "user_id", unique=True, postgresql_where=_OPEN),
    Index("ix_deletion_requests_due", "due_at", postgresql_where=_OPEN),
)
