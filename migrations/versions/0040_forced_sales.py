"""Let exits that wait and emergency stops sell live for whoever is frozen."""

from pathlib import Path

from alembic import op

revision = "0040"
down_revision = "0038"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    _run("0040_forced_sales.sql")


def downgrade() -> None:
    _run("0040_forced_sales_down.sql")
    op.execute("ALTER TABLE live_intents DROP COLUMN is_forced")


def _run(script: str) -> None:
    # The driver itself runs a script of many statements at once.
    text = (SQL / script).read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(text))
