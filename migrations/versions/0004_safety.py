"""Keep what each token's mint lets somebody do, and who wants dangerous tokens blocked."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0004_safety.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP FUNCTION set_blocks_danger")
    op.drop_column("users", "blocks_danger")
    op.drop_column("solana_tokens", "rules")
