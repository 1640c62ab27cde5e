"""Give accounts a web door: login links, sessions, second factors, and freezes of one's own."""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0019"

SQL = Path(__file__).parent.parent / "sql"
TABLES = (
    "own_freezes",
    "factor_tries",
    "recovery_codes",
    "user_factors",
    "web_sessions",
    "login_links",
)


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0025_accounts.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP TRIGGER users_frozen_by_others ON users")
    op.execute("DROP FUNCTION frozen_by_others()")
    op.execute("ALTER TABLE users DROP COLUMN froze_self")
