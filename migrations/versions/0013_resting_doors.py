"""Place, change, cancel and expire orders that wait; limit how many each role may have."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0010"

FUNCTIONS = ("book_resting", "change_resting", "note_triggered")
SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0013_resting_doors.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DELETE FROM role_limits WHERE name = 'resting_orders'")
