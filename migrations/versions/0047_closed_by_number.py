"""Close updates by their number, however few were open when that was planned."""

from pathlib import Path

from alembic import op

revision = "0047"
down_revision = "0046"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.execute((SQL / "0047_closed_by_number.sql").read_text("utf-8"))


def downgrade() -> None:
    op.execute((SQL / "0047_closed_by_number_down.sql").read_text("utf-8"))
