"""Keep which of several bots serves a chat, and whose each bot's number is."""

from pathlib import Path

from alembic import op

revision = "0046"
down_revision = "0044"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0046_bots.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_table("chat_bots")
    op.drop_table("bots")
