"""Remember the language that a person chose, beside the one that Telegram tells of them."""

from alembic import op

revision = "0026"
down_revision = "0023"


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN chosen_language text")
    op.execute(
        "ALTER TABLE users ADD CONSTRAINT ck_users_chosen_language_spoken "
        "CHECK (chosen_language IN ('en', 'es', 'ru', 'zh'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN chosen_language")
