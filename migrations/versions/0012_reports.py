"""Add up fills without their receipts, and keep what wallets were worth."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0012_reports.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_table("leaderboard_members")
    op.drop_table("daily_reports")
    op.drop_table("equity_points")
    op.drop_index("ix_orders_outcomes")
    for column in ("pool_fee_lamports", "network_fee_lamports", "realised_pnl_lamports"):
        op.drop_column("orders", column)
