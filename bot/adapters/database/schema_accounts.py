"""The tables of the web door: login links, sessions, second factors, freezes of one's own."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from bot.adapters.database.schema_basis import MOMENT, metadata

_STANDING = text("ended_at IS NULL")


def _of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["user_id"], ["users.user_id"])


login_links = Table(
    "login_links",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("link_id", BigInteger, Identity(always=True), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("used_at", MOMENT),
    PrimaryKeyConstraint("user_id", "link_id"),
    _of_user(),
    Index("ix_login_links_token_hash", "token_hash"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("session_id", BigInteger, Identity(always=True), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("device", Text, nullable=False),
    Column("began_at", MOMENT, nullable=False),
    Column("seen_at", MOMENT, nullable=False),
    Column("ends_at", MOMENT, nullable=False),
    Column("proved_at", MOMENT),
    Column("ended_at", MOMENT),
    PrimaryKeyConstraint("user_id", "session_id"),
    _of_user(),
    Index("ix_web_sessions_token_hash", "token_hash"),
)

user_factors = Table(
    "user_factors",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
    Column("confirmed_at", MOMENT),
    Column("last_purpose", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("user_id", "kind"),
    _of_user(),
    CheckConstraint("kind IN ('pin', 'totp', 'waiting')", name="kind_known"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("used_at", MOMENT),
    PrimaryKeyConstraint("user_id", "number"),
    _of_user(),
)

factor_tries = Table(
    "factor_tries",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("locks", SmallInteger, nullable=False, server_default="0"),
    Column("locked_until", MOMENT),
    _of_user(),
)

own_freezes = Table(
    "own_freezes",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("freeze_id", BigInteger, Identity(always=True), nullable=False),
    Column("frozen_at", MOMENT, nullable=False),
    Column("asked_at", MOMENT),
    Column("due_at", MOMENT),
    Column("ended_at", MOMENT),
    PrimaryKeyConstraint("user_id", "freeze_id"),
    _of_user(),
    CheckConstraint("(asked_at IS NULL) = (due_at IS NULL)", name="due_once_asked"),
    Index("uq_own_freezes_standing", "user_id", unique=True, postgresql_where=_STANDING),
    Index("ix_own_freezes_due_at", "due_at", postgresql_where=_STANDING),
)
