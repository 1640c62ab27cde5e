"""The table of tokens whose price was not believed, and when."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from bot.adapters.database.schema_basis import MOMENT, PRICE, finite, metadata

price_suspicions = Table(
    "price_suspicions",
    metadata,
    Column("suspicion_id", BigInteger, Identity(always=True), primary_key=True),
    Column("token_id", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("one", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("gap", PRICE, nullable=False),
    Column("began_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
    CheckConstraint("cause IN ('pools', 'sources')", name="cause_known"),
    CheckConstraint("ended_at >= began_at", name="ends_after_it_begins"),
    finite("gap"),
    Index(
        "uq_price_suspicions_standing",
        "token_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
)
