"""The tables of wallets that are only looked at, and of keys that are unfit for use."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Table,
    Text,
)

from bot.adapters.database.schema_basis import MOMENT, metadata

wallet_links = Table(
    "wallet_links",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
)

watched_wallets = Table(
    "watched_wallets",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("linked_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("number > 0", name="number_sound"),
    Index("uq_watched_wallets_address", "user_id", "address", unique=True),
)

live_key_faults = Table(
    "live_key_faults",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("fault", Text, nullable=False),
    Column("found_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint(
        "fault IN ('malformed', 'does_not_open', 'other_address', 'no_master_key')",
        name="fault_known",
    ),
)
