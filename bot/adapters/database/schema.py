"""The tables, for Alembic and for the test that holds them against the database.

Every table that belongs to a user leads with `user_id`, so that it can be distributed by it.
Amounts are base units in NUMERIC(38,0), lamports too; NaN is refused by CHECK, and Infinity
does not fit the type. The functions and triggers that guard them live in `migrations/sql`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UNITS = Numeric(38, 0)
PRICE = Numeric()
MOMENT = DateTime(timezone=True)
NOW = text("now()")
NO_JSON = text("'{}'::jsonb")


def _not_nan(column: str, sign: str = ">= 0") -> CheckConstraint:
    return CheckConstraint(f"{column} {sign} AND {column} <> 'NaN'", name=f"{column}_sound")


def _finite(column: str) -> CheckConstraint:
    return CheckConstraint(
        f"{column} >= 0 AND {column} < 'Infinity' AND {column} <> 'NaN'", name=f"{column}_finite"
    )


users = Table(
    "users",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False, server_default="basic"),
    Column("role_from", Text, nullable=False, server_default="default"),
    Column("status", Text, nullable=False, server_default="active"),
    Column("first_name", Text, nullable=False),
    Column("username", Text),
    Column("language", Text),
    Column("settings", JSONB, nullable=False, server_default=NO_JSON),
    Column("created_at", MOMENT, nullable=False, server_default=NOW),
    CheckConstraint("role IN ('basic', 'premium', 'admin')", name="role_known"),
    CheckConstraint("role_from IN ('default', 'settings', 'command')", name="role_from_known"),
    CheckConstraint("status IN ('active', 'frozen', 'banned')", name="status_known"),
)

role_limits = Table(
    "role_limits",
    metadata,
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", UNITS, nullable=True),
    PrimaryKeyConstraint("role", "name"),
    CheckConstraint("role IN ('basic', 'premium', 'admin')", name="role_known"),
    CheckConstraint("value IS NULL OR (value >= 0 AND value <> 'NaN')", name="value_sound"),
    CheckConstraint(
        "name <> 'starting_grant_lamports' OR coalesce(value, 0) > 0", name="grant_something"
    ),
)

virtual_wallets = Table(
    "virtual_wallets",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("season", Integer, nullable=False),
    Column("is_current", Boolean, nullable=False, server_default=text("true")),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("grant_lamports", UNITS, nullable=False),
    Column("last_position", Integer, nullable=False, server_default="0"),
    Column("last_order", Integer, nullable=False, server_default="0"),
    Column("started_at", MOMENT, nullable=False, server_default=NOW),
    Column("ended_at", MOMENT),
    PrimaryKeyConstraint("user_id", "mode", "season"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("mode IN ('paper', 'live')", name="mode_known"),
    _not_nan("grant_lamports"),
    Index(
        "uq_virtual_wallets_current",
        "user_id",
        "mode",
        unique=True,
        postgresql_where=text("is_current"),
    ),
)

accounts = Table(
    "accounts",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, Identity(always=True), nullable=False),
    Column("mode", Text, nullable=False),
    Column("season", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("position_number", Integer, nullable=False, server_default="0"),
    Column("balance", UNITS, nullable=False, server_default="0"),
    Column("held", UNITS, nullable=False, server_default="0"),
    PrimaryKeyConstraint("user_id", "account_id"),
    UniqueConstraint(
        "user_id", "mode", "season", "kind", "asset", "position_number", name="uq_accounts_key"
    ),
    ForeignKeyConstraint(
        ["user_id", "mode", "season"],
        ["virtual_wallets.user_id", "virtual_wallets.mode", "virtual_wallets.season"],
    ),
    CheckConstraint(
        "kind IN ('cash', 'margin', 'holding', 'rent', 'fees', 'market', 'faucet', 'debt',"
        " 'insurance')",
        name="kind_known",
    ),
    CheckConstraint("balance <> 'NaN'", name="balance_sound"),
    _not_nan("held"),
    CheckConstraint(
        "kind IN ('market', 'faucet', 'debt', 'insurance') OR balance - held >= 0",
        name="never_negative",
    ),
)

transfers = Table(
    "transfers",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("transfer_id", BigInteger, Identity(always=True), nullable=False),
    Column("request_id", Text, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("debit_account", BigInteger, nullable=False),
    Column("credit_account", BigInteger, nullable=False),
    Column("amount", UNITS, nullable=False),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="post"),
    Column("hold_id", BigInteger),
    Column("order_number", Integer),
    Column("at", MOMENT, nullable=False, server_default=NOW),
    PrimaryKeyConstraint("user_id", "transfer_id"),
    UniqueConstraint("user_id", "request_id", "step"),
    ForeignKeyConstraint(["user_id", "debit_account"], ["accounts.user_id", "accounts.account_id"]),
    ForeignKeyConstraint(
        ["user_id", "credit_account"], ["accounts.user_id", "accounts.account_id"]
    ),
    ForeignKeyConstraint(["user_id", "hold_id"], ["transfers.user_id", "transfers.transfer_id"]),
    _not_nan("amount", "> 0"),
    CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    CheckConstraint("kind IN ('post', 'hold', 'settle', 'void')", name="kind_known"),
    CheckConstraint("(kind IN ('settle', 'void')) = (hold_id IS NOT NULL)", name="hold_named"),
    Index("ix_transfers_debit", "user_id", "debit_account"),
    Index("ix_transfers_credit", "user_id", "credit_account"),
    Index(
        "uq_transfers_hold",
        "user_id",
        "hold_id",
        unique=True,
        postgresql_where=text("hold_id IS NOT NULL"),
    ),
)

solana_tokens = Table(
    "solana_tokens",
    metadata,
    Column("token_id", Integer, Identity(always=True), primary_key=True),
    Column("mint", Text, nullable=False, unique=True),
    Column("symbol", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("decimals", SmallInteger, nullable=False),
    Column("program", Text, nullable=False),
    Column("supply", UNITS, nullable=False),
    Column("mint_authority", Text),
    Column("freeze_authority", Text),
    Column("risks", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("symbol_warning", Text, nullable=False, server_default=""),
    Column("pools", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("tracked_at", MOMENT, nullable=False, server_default=NOW),
    CheckConstraint("decimals BETWEEN 0 AND 255", name="decimals_sound"),
    _not_nan("supply"),
    Index("ix_solana_tokens_symbol", text("lower(symbol)")),
)

token_prices = Table(
    "token_prices",
    metadata,
    Column("token_id", Integer, nullable=False),
    Column("received_at", MOMENT, nullable=False),
    Column("price", PRICE, nullable=False),
    Column("usd", PRICE),
    Column("liquidity_lamports", UNITS, nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    _finite("price"),
    CheckConstraint(
        "usd IS NULL OR (usd >= 0 AND usd < 'Infinity' AND usd <> 'NaN')", name="usd_finite"
    ),
    Index("ix_token_prices_token", "token_id", "received_at"),
    postgresql_partition_by="RANGE (received_at)",
)

token_metrics = Table(
    "token_metrics",
    metadata,
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("change_24h", PRICE),
    Column("high_24h", PRICE),
    Column("low_24h", PRICE),
    Column("computed_at", MOMENT, nullable=False, server_default=NOW),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
)

positions = Table(
    "positions",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("season", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("token_units", UNITS, nullable=False),
    Column("cost_lamports", UNITS, nullable=False),
    Column("margin_lamports", UNITS, nullable=False),
    Column("proceeds_lamports", UNITS, nullable=False),
    Column("rent_lamports", UNITS, nullable=False),
    Column("leverage", SmallInteger, nullable=False),
    Column("realised_pnl_lamports", UNITS, nullable=False),
    Column("fees_lamports", UNITS, nullable=False),
    Column("entry_price", PRICE, nullable=False),
    Column("opened_at", MOMENT, nullable=False),
    Column("closed_at", MOMENT),
    PrimaryKeyConstraint("user_id", "mode", "season", "number"),
    ForeignKeyConstraint(
        ["user_id", "mode", "season"],
        ["virtual_wallets.user_id", "virtual_wallets.mode", "virtual_wallets.season"],
    ),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
    CheckConstraint("side IN ('long', 'short')", name="side_known"),
    CheckConstraint("state IN ('open', 'closed', 'liquidated')", name="state_known"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when_closed"),
    CheckConstraint("(state = 'open') = (token_units > 0)", name="open_holds_something"),
    CheckConstraint("realised_pnl_lamports <> 'NaN'", name="realised_pnl_sound"),
    _not_nan("token_units"),
    _not_nan("cost_lamports"),
    _not_nan("margin_lamports"),
    _not_nan("proceeds_lamports"),
    _not_nan("rent_lamports"),
    _not_nan("fees_lamports"),
    _finite("entry_price"),
    Index(
        "uq_positions_open",
        "user_id",
        "mode",
        "season",
        "token_id",
        unique=True,
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_positions_open_token", "token_id", postgresql_where=text("state = 'open'")),
    Index(
        "ix_positions_open_short",
        "token_id",
        "token_units",
        postgresql_where=text("state = 'open' AND side = 'short'"),
    ),
)

orders = Table(
    "orders",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("season", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("position_number", Integer, nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sol_lamports", UNITS, nullable=False),
    Column("token_units", UNITS, nullable=False),
    Column("receipt", JSONB, nullable=False),
    Column("source_at", MOMENT),
    Column("received_at", MOMENT, nullable=False),
    Column("decided_at", MOMENT, nullable=False),
    Column("filled_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("user_id", "mode", "season", "number"),
    UniqueConstraint("user_id", "request_id"),
    ForeignKeyConstraint(
        ["user_id", "mode", "season", "position_number"],
        ["positions.user_id", "positions.mode", "positions.season", "positions.number"],
    ),
    CheckConstraint("action IN ('open', 'close', 'liquidate')", name="action_known"),
    CheckConstraint("state IN ('filled', 'rejected')", name="state_known"),
    _not_nan("sol_lamports"),
    _not_nan("token_units"),
    Index("ix_orders_filled_at", "user_id", "filled_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("alert_id", BigInteger, Identity(always=True), nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("level", PRICE, nullable=False),
    Column("state", Text, nullable=False, server_default="armed"),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("created_at", MOMENT, nullable=False, server_default=NOW),
    Column("fired_at", MOMENT),
    PrimaryKeyConstraint("user_id", "alert_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
    CheckConstraint("side IN ('above', 'below')", name="side_known"),
    CheckConstraint("state IN ('armed', 'fired', 'cancelled')", name="state_known"),
    _finite("level"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("audit_id", BigInteger, Identity(always=True), nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=NO_JSON),
    Column("at", MOMENT, nullable=False, server_default=NOW),
    PrimaryKeyConstraint("user_id", "audit_id"),
)

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
    Index("ix_inbox_open", "arrival", postgresql_where=text("closed_at IS NULL")),
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
    CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="state_known"),
    Index(
        "ix_outbox_waiting",
        "priority",
        "notice_id",
        postgresql_where=text("state = 'waiting'"),
    ),
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
