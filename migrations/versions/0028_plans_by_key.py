"""Look updates up by their key wherever they are closed, however empty the tables were."""

from alembic import op

revision = "0028"
down_revision = "0031"

# Planned while the tables were empty, both went through the index of open updates, by a bitmap: for
# each update all that were open, and all that had been until the next vacuum. It was 40 % of the
# database's time for a command on a young database.
FUNCTIONS = ("book_settlements(jsonb)", "close_updates(jsonb)")


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} SET enable_bitmapscan = off")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} RESET enable_bitmapscan")
