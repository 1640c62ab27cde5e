"""Let a person wait for an admin to let them in."""

from alembic import op

revision = "0021"
down_revision = "0017"

_KNOWN = "ALTER TABLE users ADD CONSTRAINT ck_users_status_known CHECK (status IN ({}))"


def upgrade() -> None:
    op.execute("ALTER TABLE users DROP CONSTRAINT ck_users_status_known")
    op.execute(_KNOWN.format("'pending', 'active', 'frozen', 'banned'"))


def downgrade() -> None:
    # The older code knows nobody who waits: whoever does is kept out.
    op.execute("UPDATE users SET status = 'frozen' WHERE status = 'pending'")
    op.execute("ALTER TABLE users DROP CONSTRAINT ck_users_status_known")
    op.execute(_KNOWN.format("'active', 'frozen', 'banned'"))
