"""The table of what people watch."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, Table

from bot.adapters.database.schema_basis import MOMENT, NOW, metadata

watchlist = Table(
    "watchlist",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("added_at", MOMENT, nullable=False, server_default=NOW),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    ForeignKeyConstraint(["token_id"], ["solana_tokens.token_id"]),
)
