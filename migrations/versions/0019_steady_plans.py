"""Keep one plan for reading desks, and mark notices as sent by their index."""

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0026"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0019_steady_plans.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP FUNCTION mark_sent")
    op.execute("ALTER FUNCTION open_desks(bigint[], text[], text[]) RESET plan_cache_mode")
