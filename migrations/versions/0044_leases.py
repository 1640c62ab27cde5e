"""Leases: which process of many does what, and an index by which workers find their updates."""

from pathlib import Path

from alembic import op

revision = "0044"
down_revision = "0045"

CONCURRENTLY = (
    (
        "ix_inbox_shard",
        "CREATE INDEX ON inbox ((lane & 63), arrival) WHERE closed_at IS NULL",
    ),
)
SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    script = (SQL / "0044_leases.sql").read_text("utf-8")
    # The driver itself runs a script of many statements at once.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_index("ix_inbox_shard", "inbox")
    for function in (
        "leave_leases(text)",
        "keep_leases(text, text, text[], text[], boolean, double precision)",
        "bury_lapsed()",
        "join_leases(text, double precision)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("leases")
    op.drop_table("typed_secrets")
