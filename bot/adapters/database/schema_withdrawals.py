"""The tables of withdrawals: addresses that were listed, what was asked, codes, and payments."""

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
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, UNITS, metadata, not_nan

_OF_WITHDRAWAL = ["withdrawals.user_id", "withdrawals.number"]

withdrawal_addresses = Table(
    "withdrawal_addresses",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("added_at", MOMENT, nullable=False),
    Column("usable_at", MOMENT, nullable=False),
    Column("removed_at", MOMENT),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("usable_at >= added_at", name="waits"),
    Index(
        "uq_withdrawal_addresses_listed",
        "user_id",
        "address",
        unique=True,
        postgresql_where=text("removed_at IS NULL"),
    ),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("request_id", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("wallet_number", Integer, nullable=False),
    Column("wallet_address", Text, nullable=False),
    Column("address_number", Integer, nullable=False),
    Column("destination", Text, nullable=False),
    Column("mint", Text, nullable=False),
    Column("token_id", Integer),
    Column("token_program", Text, nullable=False),
    Column("amount", UNITS, nullable=False),
    Column("worth_lamports", UNITS, nullable=False),
    Column("most_fee_lamports", UNITS, nullable=False),
    Column("most_rent_lamports", UNITS, nullable=False),
    Column("most_attempts", SmallInteger, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("delay_seconds", Integer, nullable=False),
    Column("factor_wait_seconds", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default="asked"),
    Column("end_reason", Text, nullable=False, server_default=""),
    Column("lamports_hold", BigInteger),
    Column("units_hold", BigInteger),
    Column("received_at", MOMENT, nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("proved_at", MOMENT),
    Column("due_at", MOMENT),
    Column("stopped_at", MOMENT),
    Column("stop_reason", Text, nullable=False, server_default=""),
    Column("ended_at", MOMENT),
    UniqueConstraint("user_id", "request_id"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    ForeignKeyConstraint(
        ["user_id", "address_number"],
        ["withdrawal_addresses.user_id", "withdrawal_addresses.number"],
    ),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
    CheckConstraint(
        "state IN ('asked', 'waiting', 'sending', 'sent', 'failed', 'cancelled', 'lapsed')",
        name="state_known",
    ),
    CheckConstraint(
        "(state IN ('asked', 'waiting', 'sending')) = (ended_at IS NULL)",
        name="ended_when_ended",
    ),
    CheckConstraint(
        "state NOT IN ('waiting', 'sending', 'sent', 'failed') OR proved_at IS NOT NULL",
        name="proved_when_proved",
    ),
    CheckConstraint(
        "proved_at IS NULL OR due_at >= proved_at + make_interval(secs => delay_seconds)",
        name="delay_kept",
    ),
    CheckConstraint("(proved_at IS NULL) = (due_at IS NULL)", name="due_when_proved"),
    CheckConstraint(
        "(state IN ('waiting', 'sending')) <= (lamports_hold IS NOT NULL)", name="held_holds"
    ),
    not_nan("amount", "> 0"),
    not_nan("worth_lamports"),
    not_nan("most_fee_lamports", "> 0"),
    not_nan("most_rent_lamports"),
    CheckConstraint("most_attempts BETWEEN 1 AND 100", name="attempts_sound"),
    CheckConstraint("delay_seconds >= 0 AND factor_wait_seconds >= 0", name="waits_sound"),
    Index(
        "ix_withdrawals_open",
        "user_id",
        "number",
        postgresql_where=text("state IN ('asked', 'waiting', 'sending')"),
    ),
    Index(
        "ix_withdrawals_proved_at",
        "proved_at",
        postgresql_where=text("state IN ('waiting', 'sending', 'sent')"),
    ),
)

withdrawal_proofs = Table(
    "withdrawal_proofs",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("withdrawal_number", Integer, primary_key=True, autoincrement=False),
    Column("terms_hash", Text, nullable=False),
    Column("factor_version", Integer, nullable=False),
    Column("factor_step", BigInteger, nullable=False),
    Column("factor_set_at", MOMENT, nullable=False),
    Column("session_id", BigInteger, nullable=False),
    Column("proved_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "factor_version", "factor_step", name="uq_withdrawal_proofs_step"),
    ForeignKeyConstraint(["user_id", "withdrawal_number"], _OF_WITHDRAWAL),
)

withdrawal_attempts = Table(
    "withdrawal_attempts",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("withdrawal_number", Integer, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False, server_default="signed"),
    Column("signature", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("last_valid_block_height", BigInteger, nullable=False),
    Column("slot", BigInteger),
    Column("outcome", JSONB),
    Column("signed_at", MOMENT, nullable=False),
    Column("sent_at", MOMENT),
    Column("landed_at", MOMENT),
    Column("confirmed_at", MOMENT),
    Column("finalized_at", MOMENT),
    Column("ended_at", MOMENT),
    ForeignKeyConstraint(["user_id", "withdrawal_number"], _OF_WITHDRAWAL),
    CheckConstraint(
        "state IN ('signed', 'sent', 'landed', 'unknown', 'confirmed', 'finalized', 'failed',"
        " 'expired')",
        name="state_known",
    ),
    CheckConstraint("number > 0", name="number_sound"),
    CheckConstraint(
        "(state IN ('confirmed', 'finalized', 'failed')) = (outcome IS NOT NULL)",
        name="told_when_proven",
    ),
    Index("uq_withdrawal_attempts_signature", "signature", unique=True),
    Index(
        "uq_withdrawal_attempts_alive",
        "user_id",
        "withdrawal_number",
        unique=True,
        postgresql_where=text("state NOT IN ('failed', 'expired')"),
    ),
    Index(
        "ix_withdrawal_attempts_confirmed",
        "user_id",
        "withdrawal_number",
        postgresql_where=text("state = 'confirmed'"),
    ),
)
