"""The table of leases: which process of many does what."""

from sqlalchemy import BigInteger, Column, Table, Text, text

from bot.adapters.database.schema_basis import MOMENT, NOW, metadata

_LONG_AGO = text("'-infinity'")

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False, server_default=""),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("since", MOMENT, nullable=False, server_default=NOW),
    Column("until", MOMENT, nullable=False, server_default=_LONG_AGO),
)
