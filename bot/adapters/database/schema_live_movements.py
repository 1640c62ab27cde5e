"""The tables of what moved in live wallets without us, and of the closing of empty accounts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, UNITS, metadata, not_nan


def _of_either_sign(column: str) -> CheckConstraint:
    return CheckConstraint(
        f"{column} > '-Infinity' AND {column} < 'Infinity' AND {column} <> 'NaN'",
        name=f"{column}_sound",
    )


live_places = Table(
    "live_places",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("wallet_number", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, primary_key=True),
    Column("mint", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("slot", BigInteger, nullable=False, server_default="0"),
    Column("seen_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
)

live_watches = Table(
    "live_watches",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("wallet_number", Integer, primary_key=True, autoincrement=False),
    Column("slot", BigInteger, nullable=False, server_default="0"),
    Column("swept_at", MOMENT),
    Column("expected_until", MOMENT),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
)

live_movements = Table(
    "live_movements",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("signature", Text, primary_key=True),
    Column("wallet_number", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("lamports", UNITS, nullable=False),
    Column("rent_lamports", UNITS, nullable=False),
    Column("tokens", JSONB, nullable=False),
    Column("counterpart", Text),
    Column("is_dust", Boolean, nullable=False),
    Column("sent_at", MOMENT),
    Column("seen_at", MOMENT, nullable=False),
    Column("booked_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("cause IN ('external', 'cleanup')", name="cause_known"),
    _of_either_sign("lamports"),
    _of_either_sign("rent_lamports"),
    Index("ix_live_movements_slot", "user_id", "wallet_number", "slot"),
)

live_cleanups = Table(
    "live_cleanups",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("request_id", Text, nullable=False),
    Column("wallet_number", Integer, nullable=False),
    Column("wallet_address", Text, nullable=False),
    Column("places", JSONB, nullable=False),
    Column("most_fee_lamports", UNITS, nullable=False),
    Column("state", Text, nullable=False, server_default="planned"),
    Column("end_reason", Text, nullable=False, server_default=""),
    Column("signature", Text),
    Column("raw", LargeBinary),
    Column("last_valid_block_height", BigInteger),
    Column("decided_at", MOMENT, nullable=False),
    Column("signed_at", MOMENT),
    Column("ended_at", MOMENT),
    UniqueConstraint("user_id", "request_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint(
        "state IN ('planned', 'signed', 'done', 'failed', 'expired', 'refused')",
        name="state_known",
    ),
    CheckConstraint(
        "(state IN ('planned', 'refused')) = (signature IS NULL)"
        " AND (signature IS NULL) = (raw IS NULL)"
        " AND (signature IS NULL) = (last_valid_block_height IS NULL)",
        name="signed_is_kept",
    ),
    CheckConstraint(
        "(state IN ('planned', 'signed')) = (ended_at IS NULL)", name="ended_when_ended"
    ),
    not_nan("most_fee_lamports"),
    Index("uq_live_cleanups_signature", "signature", unique=True),
    Index(
        "uq_live_cleanups_open",
        "user_id",
        unique=True,
        postgresql_where=text("state IN ('planned', 'signed')"),
    ),
)
