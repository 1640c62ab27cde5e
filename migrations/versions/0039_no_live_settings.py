"""Take away a table that nothing reads: how people trade live is in the settings of their row."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0036"


def upgrade() -> None:
    op.drop_table("live_settings")


def downgrade() -> None:
    op.create_table(
        "live_settings",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("is_one_tap", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("slippage_bps", sa.Integer, nullable=False, server_default=sa.text("100")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"]),
        sa.CheckConstraint(
            "slippage_bps BETWEEN 1 AND 10000", name="ck_live_settings_slippage_sound"
        ),
    )
