"""The tables of people and of what is theirs: wallets, ledger, positions, orders, alerts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import (
    MOMENT,
    NO_JSON,
    NOW,
    PRICE,
    UNITS,
    finite,
    metadata,
    not_nan,
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
    Column("blocks_danger", Boolean, nullable=False, server_default=text("true")),
    Column("risk_limits", JSONB, nullable=False, server_default=NO_JSON),
    Column("froze_self", Boolean, nullable=False, server_default=text("false")),
    Column("chosen_language", Text),
    CheckConstraint("chosen_language IN ('en', 'es', 'ru', 'zh')", name="chosen_language_spoken"),
    Column("role_by_settings", Text),
    Column("is_ban_answered", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint(
        "role_by_settings IN ('basic', 'premium', 'admin')", name="role_by_settings_known"
    ),
    CheckConstraint("role IN ('basic', 'premium', 'admin')", name="role_known"),
    CheckConstraint("role_from IN ('default', 'settings', 'command')", name="role_from_known"),
    CheckConstraint("status IN ('pending', 'active', 'frozen', 'banned')", name="status_known"),
    Index("ix_users_username", text("lower(username)")),
    Index("ix_users_admins", "user_id", postgresql_where=text("role = 'admin'")),
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
    Column("realised_pnl_lamports", UNITS, nullable=False, server_default="0"),
    Column("fees_lamports", UNITS, nullable=False, server_default="0"),
    Column("started_at", MOMENT, nullable=False, server_default=NOW),
    Column("ended_at", MOMENT),
    Column("peak_lamports", UNITS),
    Column("day_on", Date),
    Column("day_lamports", UNITS),
    PrimaryKeyConstraint("user_id", "mode", "season"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("mode IN ('paper', 'live')", name="mode_known"),
    not_nan("grant_lamports"),
    CheckConstraint("realised_pnl_lamports <> 'NaN'", name="realised_pnl_sound"),
    not_nan("fees_lamports"),
    not_nan("peak_lamports"),
    not_nan("day_lamports"),
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
        " 'insurance', 'external')",
        name="kind_known",
    ),
    CheckConstraint("balance <> 'NaN'", name="balance_sound"),
    not_nan("held"),
    CheckConstraint(
        "kind IN ('market', 'faucet', 'debt', 'insurance', 'external') OR balance - held >= 0",
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
    # That both accounts and the hold exist is checked by the trigger which moves their balances.
    not_nan("amount", "> 0"),
    CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    CheckConstraint("kind IN ('post', 'hold', 'settle', 'void')", name="kind_known"),
    CheckConstraint("(kind IN ('settle', 'void')) = (hold_id IS NOT NULL)", name="hold_named"),
    Index(
        "uq_transfers_hold",
        "user_id",
        "hold_id",
        unique=True,
        postgresql_where=text("hold_id IS NOT NULL"),
    ),
    Index(
        "ix_transfers_funding",
        "user_id",
        "at",
        postgresql_include=["debit_account", "amount"],
        postgresql_where=text("code = 'funding'"),
    ),
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
    Column("funding_lamports", UNITS, nullable=False, server_default="0"),
    Column("funded_hours", Integer, nullable=False, server_default="0"),
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
    not_nan("token_units"),
    not_nan("cost_lamports"),
    not_nan("margin_lamports"),
    not_nan("proceeds_lamports"),
    not_nan("rent_lamports"),
    not_nan("fees_lamports"),
    not_nan("funding_lamports"),
    finite("entry_price"),
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
        postgresql_where=text("state = 'open' AND side = 'short'"),
    ),
)

_REALISED = "CASE WHEN action <> 'open' THEN (receipt ->> 'realised_pnl_lamports')::numeric END"
_NETWORK_FEE = "(receipt -> 'fill' ->> 'network_fee_lamports')::numeric"
_POOL_FEE = """
    CASE WHEN (receipt -> 'fill' ->> 'pool_fee_in_sol')::boolean
           THEN (receipt -> 'fill' ->> 'pool_fee_units')::numeric
         WHEN token_units > 0
           THEN div((receipt -> 'fill' ->> 'pool_fee_units')::numeric * sol_lamports, token_units)
         ELSE 0 END
"""

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
    Column("reason", Text, nullable=False, server_default="manual"),
    # The database itself takes these from the receipt.
    Column("realised_pnl_lamports", UNITS, Computed(_REALISED, persisted=True)),
    Column("network_fee_lamports", UNITS, Computed(_NETWORK_FEE, persisted=True)),
    Column("pool_fee_lamports", UNITS, Computed(_POOL_FEE, persisted=True)),
    PrimaryKeyConstraint("user_id", "mode", "season", "number"),
    UniqueConstraint("user_id", "request_id"),
    ForeignKeyConstraint(
        ["user_id", "mode", "season", "position_number"],
        ["positions.user_id", "positions.mode", "positions.season", "positions.number"],
    ),
    CheckConstraint("action IN ('open', 'close', 'liquidate')", name="action_known"),
    CheckConstraint("state IN ('filled', 'rejected')", name="state_known"),
    CheckConstraint("realised_pnl_lamports <> 'NaN'", name="realised_pnl_sound"),
    CheckConstraint("network_fee_lamports <> 'NaN'", name="network_fee_sound"),
    CheckConstraint("pool_fee_lamports <> 'NaN'", name="pool_fee_sound"),
    CheckConstraint(
        "reason IN ('manual', 'limit', 'stop', 'take_profit', 'trailing', 'break_even', 'time',"
        " 'dca', 'reverse', 'liquidation', 'emergency')",
        name="reason_known",
    ),
    not_nan("sol_lamports"),
    not_nan("token_units"),
    Index("ix_orders_filled_at", "user_id", "filled_at"),
    Index(
        "ix_orders_outcomes",
        "user_id",
        "mode",
        "season",
        "filled_at",
        postgresql_include=[
            "action",
            "reason",
            "token_id",
            "position_number",
            "realised_pnl_lamports",
            "network_fee_lamports",
            "pool_fee_lamports",
        ],
        postgresql_where=text("state = 'filled'"),
    ),
)
