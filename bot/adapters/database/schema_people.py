"""The tables of people: what gives them a role, what holds them, invitations and approvals."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, NOW, metadata

role_grants = Table(
    "role_grants",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("until", MOMENT),
    Column("granted_by", BigInteger, nullable=False),
    Column("granted_at", MOMENT, nullable=False, server_default=NOW),
    PrimaryKeyConstraint("user_id", "role", "source"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("role IN ('premium', 'admin')", name="role_known"),
    CheckConstraint(
        "source IN ('command', 'invitation', 'password', 'stars')", name="source_known"
    ),
    Index("ix_role_grants_until", "until", postgresql_where=text("until IS NOT NULL")),
)

account_holds = Table(
    "account_holds",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("set_by", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("set_at", MOMENT, nullable=False, server_default=NOW),
    PrimaryKeyConstraint("user_id", "kind"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("kind IN ('ban', 'admin')", name="kind_known"),
)

admissions = Table(
    "admissions",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("asked_at", MOMENT, nullable=False),
    Column("decided_by", BigInteger),
    Column("decided_at", MOMENT),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("state IN ('open', 'approved', 'rejected', 'blocked')", name="state_known"),
    CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided_by_somebody"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("invitation_id", BigInteger, Identity(always=False), nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("used_by", BigInteger),
    Column("used_at", MOMENT),
    Column("revoked_by", BigInteger),
    Column("revoked_at", MOMENT),
    PrimaryKeyConstraint("user_id", "invitation_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    UniqueConstraint("invitation_id", name="uq_invitations_invitation_id"),
    UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    CheckConstraint("role IN ('basic', 'premium', 'admin')", name="role_known"),
    CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used_by_somebody"),
)

password_attempts = Table(
    "password_attempts",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("failures", Integer, nullable=False),
    Column("last_at", MOMENT, nullable=False),
    Column("locked_until", MOMENT),
)

feedback = Table(
    "feedback",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("feedback_id", BigInteger, Identity(always=False), nullable=False),
    Column("words", Text, nullable=False),
    Column("sent_at", MOMENT, nullable=False),
    Column("answer", Text),
    Column("answered_by", BigInteger),
    Column("answered_at", MOMENT),
    PrimaryKeyConstraint("user_id", "feedback_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    UniqueConstraint("feedback_id", name="uq_feedback_feedback_id"),
    CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="answered_by_somebody"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("approval_id", BigInteger, Identity(always=False), nullable=False),
    Column("request_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("asked_by", BigInteger, nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("decided_by", BigInteger),
    Column("decided_at", MOMENT),
    Column("is_sole", Boolean, nullable=False, server_default=text("false")),
    Column("told_at", MOMENT),
    PrimaryKeyConstraint("user_id", "approval_id"),
    UniqueConstraint("approval_id", name="uq_approvals_approval_id"),
    UniqueConstraint("asked_by", "request_id", name="uq_approvals_request"),
    CheckConstraint(
        "kind IN ('promote', 'demote', 'correct', 'limit', 'invite', 'gate')", name="kind_known"
    ),
    CheckConstraint("state IN ('open', 'approved', 'refused', 'void')", name="state_known"),
    CheckConstraint(
        "(state IN ('approved', 'refused')) = (decided_by IS NOT NULL)",
        name="decided_by_somebody",
    ),
    CheckConstraint(
        "state <> 'approved' OR decided_by <> asked_by OR is_sole", name="not_by_the_asker"
    ),
    Index("ix_approvals_open", "approval_id", postgresql_where=text("state = 'open'")),
    Index(
        "ix_approvals_untold",
        "approval_id",
        postgresql_where=text("state = 'void' AND told_at IS NULL"),
    ),
)
