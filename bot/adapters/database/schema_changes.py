"""The table by which processes hear what others changed."""

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text, text

from bot.adapters.database.schema_basis import MOMENT, metadata

_TRANSACTION = text("((pg_current_xact_id())::text)::bigint")

changes = Table(
    "changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("xid", BigInteger, nullable=False, server_default=_TRANSACTION),
    Column("kind", Text, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("at", MOMENT, nullable=False, server_default=text("clock_timestamp()")),
    Index("ix_changes_xid", "xid"),
    Index("ix_changes_at", "at"),
)
