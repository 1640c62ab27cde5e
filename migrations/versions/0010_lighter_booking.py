"""Book and read desks with less work for each row, and tell what a booked request was for."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0012"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0010_lighter_booking.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    before = (SQL / "0009_resting_orders.sql").read_text("utf-8")
    op.execute(before[before.index("CREATE OR REPLACE FUNCTION book_settlements") :])
    op.execute("DROP FUNCTION open_desks")
    op.execute("ALTER TABLE positions RESET (fillfactor)")
    op.execute("DROP INDEX ix_positions_open_short")
    op.execute(
        "CREATE INDEX ix_positions_open_short ON positions (token_id, token_units)"
        " WHERE state = 'open' AND side = 'short'"
    )
