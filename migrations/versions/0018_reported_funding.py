"""Let a report find what shorts paid as funding."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0021"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0018_reported_funding.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_index("ix_transfers_funding", "transfers")
