"""The tables of several bots: whose number is whose, and which bot serves a chat."""

from sqlalchemy import BigInteger, CheckConstraint, Column, SmallInteger, Table, UniqueConstraint

from bot.adapters.database.schema_basis import metadata

bots = Table(
    "bots",
    metadata,
    Column("bot", SmallInteger, primary_key=True, autoincrement=False),
    Column("telegram_id", BigInteger, nullable=False),
    UniqueConstraint("telegram_id"),
    CheckConstraint("bot BETWEEN 1 AND 999", name="bot_numbered"),
)

chat_bots = Table(
    "chat_bots",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("bot", SmallInteger, nullable=False),
    CheckConstraint("bot BETWEEN 0 AND 999", name="bot_numbered"),
)
