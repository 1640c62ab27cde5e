"""Let a report find what came into a live wallet from outside, and what left it."""

from pathlib import Path

from alembic import op

revision = "0032"
down_revision = "0033"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0032_outside_flows.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_index("ix_transfers_outside", "transfers")
