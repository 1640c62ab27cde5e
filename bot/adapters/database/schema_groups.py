"""The tables of groups: how each is set up, who uses the bot there, who called what first."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Table,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, NOW, metadata

groups = Table(
    "groups",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("settings", JSONB, nullable=False),
    Column("set_up_by", BigInteger, nullable=False),
    Column("updated_at", MOMENT, nullable=False, server_default=NOW),
)

group_moves = Table(
    "group_moves",
    metadata,
    Column("old_chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("new_chat_id", BigInteger, nullable=False),
    Column("moved_at", MOMENT, nullable=False, server_default=NOW),
)

group_people = Table(
    "group_people",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("met_at", MOMENT, nullable=False, server_default=NOW),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    Index("ix_group_people_chat_id", "chat_id"),
)

group_calls = Table(
    "group_calls",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, nullable=False),
    Column("price", Numeric, nullable=False),
    Column("called_at", MOMENT, nullable=False),
    Column("told_times", Integer, nullable=False, server_default="1"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
    CheckConstraint("price > 0 AND price < 'Infinity'", name="price_sound"),
)
