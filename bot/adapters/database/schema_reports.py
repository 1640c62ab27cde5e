"""The tables of reports: the course of equity, when reports are due, who is on a leaderboard."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
)

from bot.adapters.database.schema_basis import MOMENT, NOW, UNITS, metadata, not_nan

equity_points = Table(
    "equity_points",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mode", Text, primary_key=True),
    Column("season", Integer, primary_key=True, autoincrement=False),
    Column("at", MOMENT, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("equity_lamports", UNITS, nullable=False),
    ForeignKeyConstraint(
        ["user_id", "mode", "season"],
        ["virtual_wallets.user_id", "virtual_wallets.mode", "virtual_wallets.season"],
    ),
    not_nan("equity_lamports"),
    Index("ix_equity_points_at", "at", postgresql_using="brin"),
)

daily_reports = Table(
    "daily_reports",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", SmallInteger, nullable=False),
    Column("offset_minutes", SmallInteger, nullable=False),
    Column("next_due_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("hour BETWEEN 0 AND 23", name="hour_sound"),
    CheckConstraint("offset_minutes BETWEEN -720 AND 840", name="offset_sound"),
    Index("ix_daily_reports_next_due_at", "next_due_at"),
)

leaderboard_members = Table(
    "leaderboard_members",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("joined_at", MOMENT, nullable=False, server_default=NOW),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    Index("ix_leaderboard_members_chat_id", "chat_id"),
)
