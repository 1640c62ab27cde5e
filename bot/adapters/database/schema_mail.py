"""The tables between Telegram and us: updates in, notices out, questions that wait."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, NOW, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, Identity(always=True), nullable=False),
    Column("lane", BigInteger, nullable=False),
    Column("raw", Text, nullable=False),
    Column("received_at", MOMENT, nullable=False),
    Column("closed_at", MOMENT),
    Column("failure", Text, nullable=False, server_default=""),
    Index(
        "ix_inbox_shard",
        text("(lane & 63)"),
        "arrival",
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_inbox_open", "arrival", postgresql_where=text("closed_at IS NULL")),
    Index("ix_inbox_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("notice_id", BigInteger, Identity(always=True), primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("update_id", BigInteger),
    Column("method", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failure", Text, nullable=False, server_default=""),
    Column("message_id", BigInteger),
    Column("created_at", MOMENT, nullable=False, server_default=NOW),
    Column("due_at", MOMENT, nullable=False, server_default=NOW),
    Column("sent_at", MOMENT),
    Column("failed_at", MOMENT),
    CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="state_known"),
    Index(
        "ix_outbox_waiting",
        "priority",
        "notice_id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_outbox_chat", "chat_id", postgresql_where=text("state = 'waiting'")),
    Index("ix_outbox_settled", "created_at", postgresql_where=text("state <> 'waiting'")),
)

closed_chats = Table(
    "closed_chats",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("closed_at", MOMENT, nullable=False),
)

dialogs = Table(
    "dialogs",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("user_id", "chat_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
)
