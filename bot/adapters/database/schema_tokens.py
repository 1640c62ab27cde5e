"""The tables of tokens, their prices, candles and day's figures; no user owns them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, NOW, PRICE, UNITS, finite, metadata, not_nan

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
    Column("rules", JSONB),
    CheckConstraint("decimals BETWEEN 0 AND 255", name="decimals_sound"),
    not_nan("supply"),
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
    finite("price"),
    CheckConstraint(
        "usd IS NULL OR (usd >= 0 AND usd < 'Infinity' AND usd <> 'NaN')", name="usd_finite"
    ),
    Index("ix_token_prices_received_at", "received_at"),
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
    Column("change_1h", PRICE),
    Column("volatility_24h", PRICE),
    Column("liquidity_lamports", UNITS),
    Column("holders", BigInteger),
    Column("shape_24h", Text, nullable=False, server_default=""),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
)

candles = Table(
    "candles",
    metadata,
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("interval_seconds", Integer, primary_key=True, autoincrement=False),
    Column("opened_at", MOMENT, primary_key=True),
    Column("open", PRICE, nullable=False),
    Column("high", PRICE, nullable=False),
    Column("low", PRICE, nullable=False),
    Column("close", PRICE, nullable=False),
    Column("volume_sol", PRICE),
    Column("ticks", Integer, nullable=False),
    Column("source", Text, nullable=False),
    CheckConstraint(
        "interval_seconds IN (60, 300, 900, 3600, 14400, 86400)", name="interval_known"
    ),
    CheckConstraint("low >= 0 AND high < 'Infinity' AND high <> 'NaN'", name="prices_finite"),
    CheckConstraint(
        "low <= least(open, close) AND high >= greatest(open, close)", name="prices_ordered"
    ),
    CheckConstraint(
        "volume_sol IS NULL OR"
        " (volume_sol >= 0 AND volume_sol < 'Infinity' AND volume_sol <> 'NaN')",
        name="volume_finite",
    ),
    Index("ix_candles_opened_at", "interval_seconds", "opened_at"),
)

candle_progress = Table(
    "candle_progress",
    metadata,
    Column("interval_seconds", Integer, primary_key=True, autoincrement=False),
    Column("built_until", MOMENT, nullable=False),
)
