"""Let an admin stop one person's trading."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0017_halted_persons.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("ALTER TABLE trading_stops DROP CONSTRAINT ck_trading_stops_rule_known")
    # The older code knows only a person's own hand; what still stands is lifted, and kept.
    op.execute(
        "UPDATE trading_stops SET rule = 'hand', lifted_at = coalesce(lifted_at, now()),"
        " lifted_by = coalesce(lifted_by, 0) WHERE rule = 'admin'"
    )
    op.execute(
        "ALTER TABLE trading_stops ADD CONSTRAINT ck_trading_stops_rule_known CHECK ("
        "rule IN ('hand', 'chain_silent', 'sol_moved', 'tokens_disputed'))"
    )
