"""Keep whose position an alert watches: one on paper, or one with real money."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.execute("ALTER TABLE alerts ADD COLUMN mode TEXT NOT NULL DEFAULT 'paper'")
    op.execute(
        "ALTER TABLE alerts ADD CONSTRAINT ck_alerts_mode_known CHECK (mode IN ('paper', 'live'))"
    )


def downgrade() -> None:
    op.execute("UPDATE alerts SET state = 'cancelled' WHERE mode = 'live' AND state = 'armed'")
    op.execute("ALTER TABLE alerts DROP COLUMN mode")
