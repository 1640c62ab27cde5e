"""Keep wallets that hold real money, with their keys sealed by the vault."""

from pathlib import Path

from alembic import op

revision = "0030"
down_revision = "0029"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0030_live_wallets.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_table("live_wallets")
    op.execute("DROP FUNCTION keep_live_wallet()")
