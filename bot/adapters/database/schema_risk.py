"""The tables of what holds entries back: locks set by exits, and emergency stops."""

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
    SmallInteger,
    Table,
    Text,
    text,
)

from bot.adapters.database.schema_basis import MOMENT, metadata

trading_locks = Table(
    "trading_locks",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("lock_id", BigInteger, Identity(always=True), nullable=False),
    Column("mode", Text, nullable=False),
    Column("season", Integer, nullable=False),
    Column("token_id", Integer),
    Column("rule", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("set_at", MOMENT, nullable=False),
    Column("until", MOMENT, nullable=False),
    Column("lifted_at", MOMENT),
    Column("lifted_by", BigInteger),
    PrimaryKeyConstraint("user_id", "lock_id"),
    ForeignKeyConstraint(
        ["user_id", "mode", "season"],
        ["virtual_wallets.user_id", "virtual_wallets.mode", "virtual_wallets.season"],
    ),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
    CheckConstraint(
        "rule IN ('stop_guard', 'stop_guard_token', 'drawdown_guard', 'low_profit', 'after_stop',"
        " 'after_close')",
        name="rule_known",
    ),
    CheckConstraint("until >= set_at", name="ends_after_it_begins"),
    CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
    Index(
        "ix_trading_locks_standing",
        "user_id",
        "until",
        postgresql_where=text("lifted_at IS NULL"),
    ),
)

trading_stops = Table(
    "trading_stops",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("stop_id", BigInteger, Identity(always=True), nullable=False),
    Column("request_id", Text, nullable=False),
    Column("token_id", Integer),
    Column("rule", Text, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("closes", Boolean, nullable=False),
    Column("began_at", MOMENT, nullable=False),
    Column("closed_at", MOMENT),
    Column("planned", Integer, nullable=False, server_default="0"),
    Column("lifted_at", MOMENT),
    Column("lifted_by", BigInteger),
    Column("lift_reason", Text, nullable=False, server_default=""),
    Column("chat_id", BigInteger),
    Column("message_id", BigInteger),
    PrimaryKeyConstraint("user_id", "stop_id"),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
    CheckConstraint(
        "rule IN ('hand', 'admin', 'chain_silent', 'sol_moved', 'tokens_disputed')",
        name="rule_known",
    ),
    CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
    CheckConstraint("user_id = 0 OR token_id IS NULL", name="one_scope"),
    Index(
        "uq_trading_stops_standing",
        "user_id",
        text("coalesce(token_id, 0)"),
        "rule",
        unique=True,
        postgresql_where=text("lifted_at IS NULL"),
    ),
    Index("uq_trading_stops_request", "user_id", "request_id", unique=True),
)

margin_warnings = Table(
    "margin_warnings",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("season", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("at", MOMENT, nullable=False),
    PrimaryKeyConstraint("user_id", "mode", "season", "number"),
    ForeignKeyConstraint(
        ["user_id", "mode", "season", "number"],
        ["positions.user_id", "positions.mode", "positions.season", "positions.number"],
        name="position",
    ),
)
