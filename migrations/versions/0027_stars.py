"""Keep what was offered for Stars, what was paid and given back, and the premium that follows."""

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0022"

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = ("give_back_stars", "note_refund(star_charges, bigint)", "take_stars", "settle_stars")


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0027_stars.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("star_charges", "star_invoices"):
        op.drop_table(table)
