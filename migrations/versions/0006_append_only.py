"""Take the right to rewrite the ledger from its owner."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0006_append_only.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("GRANT UPDATE, DELETE, TRUNCATE ON transfers, audit_log TO CURRENT_USER")
    op.create_foreign_key(
        "fk_transfers_user_id_hold_id",
        "transfers",
        "transfers",
        ["user_id", "hold_id"],
        ["user_id", "transfer_id"],
    )
