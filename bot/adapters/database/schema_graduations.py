"""The table of tokens that moved from one pool to another."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, Table, Text

from bot.adapters.database.schema_basis import MOMENT, metadata

token_graduations = Table(
    "token_graduations",
    metadata,
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("to_pool", Text, primary_key=True),
    Column("from_pool", Text, nullable=False),
    Column("from_kind", Text, nullable=False),
    Column("to_kind", Text, nullable=False),
    Column("noticed_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
)
