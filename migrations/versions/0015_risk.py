"""Keep what holds entries back: own limits, marks of equity, locks set by exits, and stops."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"

FUNCTIONS = (
    "exits_lock_entries",
    "lock_entries",
    "recent_exits",
    "set_risk_limit",
    "lift_lock",
    "pull_stop",
    "lift_stops",
)
LIMITS = (
    "'concentration_bps', 'position_heat_bps', 'portfolio_heat_bps', 'daily_loss_bps',"
    " 'drawdown_bps', 'risk_free_lamports', 'after_stop_seconds', 'close_cooldown_seconds'"
)
SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0015_risk.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP TRIGGER exits_lock_entries ON orders")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("trading_locks")
    op.drop_table("trading_stops")
    for column in ("peak_lamports", "day_on", "day_lamports"):
        op.drop_column("virtual_wallets", column)
    op.drop_column("users", "risk_limits")
    op.execute(
        f"DELETE FROM role_limits WHERE name IN ({LIMITS})"  # noqa: S608 (our own names)
        " OR name LIKE '%\\_guard\\_%'"
        " OR name LIKE 'low\\_profit\\_%'"
    )
    before = (SQL / "0010_lighter_booking.sql").read_text("utf-8")
    began = before.index("FUNCTION open_desks(")
    ended = before.index("END $$;", began) + len("END $$;")
    op.execute("CREATE OR REPLACE " + before[began:ended])
