"""Keep alerts of every kind, and each firing with its moments from the chain to the chat."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"

SQL = Path(__file__).parent.parent / "sql"
COLUMNS = (
    "kind",
    "in_usd",
    "gauge",
    "upper",
    "lower",
    "anchor",
    "move_bps",
    "is_recurring",
    "position_number",
    "season",
    "basis",
    "request_id",
    "snoozed_until",
    "ended_at",
)


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0014_alerts.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_table("alert_firings")
    op.execute("DELETE FROM role_limits WHERE name = 'alerts'")
    # What the older schema cannot hold goes: it had no alerts but one-sided ones on a price.
    op.execute("DELETE FROM alerts WHERE kind <> 'price' OR level IS NULL OR side = 'both'")
    for index in ("ix_alerts_armed", "ix_alerts_snoozed", "ix_alerts_followed"):
        op.execute(f"DROP INDEX {index}")
    op.execute("ALTER TABLE alerts DROP CONSTRAINT ck_alerts_token_unless_equity")
    for column in COLUMNS:
        op.drop_column("alerts", column)
    op.execute("ALTER TABLE alerts DROP CONSTRAINT ck_alerts_side_known")
    op.execute(
        "ALTER TABLE alerts ALTER COLUMN token_id SET NOT NULL, ALTER COLUMN level SET NOT NULL,"
        " ADD CONSTRAINT ck_alerts_side_known CHECK (side IN ('above', 'below'))"
    )
