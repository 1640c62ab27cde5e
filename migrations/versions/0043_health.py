"""Keep what the bot knows of its own health: proofs, alarms, the day's sums, reports told."""

from pathlib import Path

from alembic import op

revision = "0043"
down_revision = "0042"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    _run((SQL / "0043_health.sql").read_text("utf-8"))


def downgrade() -> None:
    _run((SQL / "0043_health_down.sql").read_text("utf-8"))


def _run(script: str) -> None:
    # The driver itself runs a script of many statements at once.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))
