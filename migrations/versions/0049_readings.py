"""Read the mailboxes by functions of their own, which plan for what waits now."""

from pathlib import Path

from alembic import op

revision = "0049"
down_revision = "0048"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0049_readings.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP FUNCTION open_updates")
    op.execute("DROP FUNCTION waiting_notices")
