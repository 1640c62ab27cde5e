"""The tables of premium for Telegram Stars: what was offered, what was paid and given back."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    false,
    true,
)

from bot.adapters.database.schema_basis import MOMENT, metadata

star_invoices = Table(
    "star_invoices",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("invoice_id", Text, primary_key=True),
    Column("stars", Integer, nullable=False),
    Column("link", Text, nullable=False, server_default=""),
    Column("renewal", Text, nullable=False, server_default="active"),
    Column("made_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("stars > 0", name="stars_sound"),
    CheckConstraint("renewal IN ('active', 'canceled', 'failed')", name="renewal_known"),
    Index("uq_star_invoices_invoice_id", "invoice_id", unique=True),
)

star_charges = Table(
    "star_charges",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("charge_id", Text, primary_key=True),
    Column("invoice_id", Text, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("is_matched", Boolean, nullable=False, server_default=true()),
    Column("is_first", Boolean, nullable=False, server_default=false()),
    Column("paid_at", MOMENT),
    Column("until", MOMENT),
    Column("refunded_at", MOMENT),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("paid_at IS NOT NULL OR refunded_at IS NOT NULL", name="paid_or_refunded"),
    Index("uq_star_charges_charge_id", "charge_id", unique=True),
)
