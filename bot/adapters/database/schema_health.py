"""The tables of the bot's own health: proofs, alarms, sums of days, and days told to admins."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.adapters.database.schema_basis import MOMENT, NO_JSON, metadata

health_proofs = Table(
    "health_proofs",
    metadata,
    Column("proof", Text, primary_key=True),
    Column("checked_at", MOMENT, nullable=False),
    Column("took_ms", BigInteger, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("first_wrong", Text, nullable=False, server_default=""),
    Column("counts", JSONB, nullable=False, server_default=NO_JSON),
)

health_alarms = Table(
    "health_alarms",
    metadata,
    Column("check_name", Text, primary_key=True),
    Column("failing_since", MOMENT),
    Column("told_at", MOMENT),
    Column("silenced_until", MOMENT),
    Column("silenced_by", BigInteger),
    CheckConstraint("told_at IS NULL OR failing_since IS NOT NULL", name="told_while_failing"),
)

day_counts = Table(
    "day_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("slot", SmallInteger, primary_key=True, server_default="0", autoincrement=False),
    Column("count", BigInteger, nullable=False),
)

admin_reports = Table(
    "admin_reports",
    metadata,
    Column("day", Date, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("told_at", MOMENT, nullable=False),
    UniqueConstraint("request_id"),
)
