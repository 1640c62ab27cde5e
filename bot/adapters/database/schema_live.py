"""The table of wallets that hold real money."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from bot.adapters.database.schema_basis import MOMENT, metadata

live_wallets = Table(
    "live_wallets",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("chain", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("resealed_at", MOMENT),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("chain = 'solana'", name="chain_known"),
    CheckConstraint("number > 0", name="number_sound"),
    CheckConstraint("key_version > 0", name="key_version_sound"),
    Index("uq_live_wallets_address", "address", unique=True),
)
