"""Keep the orders that wait, and let a fill end them, repeat them or place more, in its commit."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"

FUNCTIONS = (
    "apply_order_effects",
    "insert_resting_orders",
    "positions_end_their_exits",
    "seasons_end_their_orders",
)
SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0009_resting_orders.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP TRIGGER positions_end_their_exits ON positions")
    op.execute("DROP TRIGGER seasons_end_their_orders ON virtual_wallets")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("resting_orders")
    op.drop_column("orders", "reason")
    before = (SQL / "0002_fast_booking.sql").read_text("utf-8")
    began = before.index("CREATE OR REPLACE FUNCTION book_settlements")
    op.execute(before[began : before.index("DROP FUNCTION mark_repeated")])
