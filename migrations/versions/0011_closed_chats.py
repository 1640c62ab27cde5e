"""Keep which chats take nothing from us, and when a notice was given up."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0009"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0011_closed_chats.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_table("closed_chats")
    op.drop_column("outbox", "failed_at")
