"""Keep wallets that are only looked at, and which keys a check found unfit for use."""

from pathlib import Path

from alembic import op

revision = "0038"
down_revision = "0039"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0038_wallets_linked.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP TRIGGER forget_watched_wallets ON deletion_requests")
    for function in ("forget_watched_wallets", "note_key_fault"):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("live_key_faults", "watched_wallets", "wallet_links"):
        op.drop_table(table)
