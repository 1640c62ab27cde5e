"""Keep what moved in live wallets without us, and the closing of their empty token accounts."""

from pathlib import Path

from alembic import op

revision = "0035"
down_revision = "0034"

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = (
    "end_cleanup",
    "commit_cleanup",
    "plan_cleanup",
    "follow_live_wallet",
    "adopt_live_tokens",
    "book_live_movement",
    "post_live_changes",
    "movement_desk",
    "note_live_places",
    "unbooked_signatures",
    "is_booked_elsewhere",
)
KINDS = (
    "'cash', 'margin', 'holding', 'rent', 'fees', 'market', 'faucet', 'debt', 'insurance',"
    " 'external'"
)


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0035_live_movements.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("live_cleanups", "live_movements", "live_watches", "live_places"):
        op.drop_table(table)
    op.execute("DROP FUNCTION live_cleanups_go_forward")
    op.execute(
        "ALTER TABLE accounts DROP CONSTRAINT ck_accounts_kind_known,"
        f" ADD CONSTRAINT ck_accounts_kind_known CHECK (kind IN ({KINDS}))"
    )
