"""Let groups be set up, and remember who called a token there first."""

from pathlib import Path

from alembic import op

revision = "0024"
down_revision = "0025"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0024_groups.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP FUNCTION send_to_everybody")
    op.execute("DROP FUNCTION broadcast_receivers")
    op.execute("DROP FUNCTION move_group")
    for table in ("group_calls", "group_people", "group_moves", "groups"):
        op.drop_table(table)
