"""Book in fewer statements, guard accounts by conditions, and keep each wallet's sums."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parent.parent / "sql"
# Made anew by the scripts of 0001; CASCADE takes the triggers along.
FUNCTIONS = (
    "read_desks",
    "book_settlements",
    "start_season",
    "read_desk",
    "meet_user",
    "close_updates",
    "post_grant",
    "post_transfers",
    "accounts_follow_transfers",
    "refuse_change",
    "transfers_move_balances",
)


def _run(name: str) -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / name).read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def upgrade() -> None:
    _run("0002_fast_booking.sql")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function} CASCADE")
    _run("0001_ledger.sql")
    _run("0001_functions.sql")
    for column in ("realised_pnl_lamports", "fees_lamports"):
        op.drop_column("virtual_wallets", column)
    for table in ("accounts", "virtual_wallets"):
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    for side in ("debit", "credit"):
        op.create_index(f"ix_transfers_{side}", "transfers", ["user_id", f"{side}_account"])
        op.create_foreign_key(
            f"fk_transfers_user_id_{side}_account",
            "transfers",
            "accounts",
            ["user_id", f"{side}_account"],
            ["user_id", "account_id"],
        )
