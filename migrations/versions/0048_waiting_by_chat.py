"""Find what waits for a chat that takes nothing any more, however long a broadcast is."""

from alembic import op

revision = "0048"
down_revision = "0047"

# Without it, giving up what waits for one chat reads all that waits: half a second of 500,000.
CONCURRENTLY = (("ix_outbox_chat", "CREATE INDEX ON outbox (chat_id) WHERE state = 'waiting'"),)


def upgrade() -> None:
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_outbox_chat ON outbox (chat_id) WHERE state = 'waiting'"
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_chat", "outbox")
