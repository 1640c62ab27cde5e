"""Keep which message shows a live order, and how somebody wants to trade live."""

from pathlib import Path

from alembic import op

revision = "0033"
down_revision = "0028"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0033_live_messages.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_table("live_settings")
    op.drop_column("live_intents", "message_id")
