"""The table of how far each person has come from paper to live."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Table, Text

from bot.adapters.database.schema_basis import MOMENT, UNITS, metadata

live_gates = Table(
    "live_gates",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("stage", Text, nullable=False, server_default="paper"),
    Column("since", MOMENT),
    Column("cooling_until", MOMENT),
    Column("open_result_lamports", UNITS, nullable=False, server_default="0"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("stage IN ('paper', 'small', 'proven', 'full')", name="stage_known"),
    CheckConstraint("open_result_lamports <> 'NaN'", name="open_result_lamports_sound"),
)
