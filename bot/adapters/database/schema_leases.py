"""The tables of many processes: which does what, and the secrets on their way between them."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text, text

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

typed_secrets = Table(
    "typed_secrets",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", MOMENT, nullable=False, server_default=NOW),
    prefixes=["UNLOGGED"],
)
