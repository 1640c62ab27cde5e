"""Keep beside a used code what it was used for."""

from pathlib import Path

from alembic import op

revision = "0042"
down_revision = "0041"

SQL = Path(__file__).parent.parent / "sql"
BEGIN, END = "CREATE FUNCTION prove_withdrawal(", "END $$;"


def upgrade() -> None:
    _run((SQL / "0042_codes_for_one_thing.sql").read_text("utf-8"))


def downgrade() -> None:
    script = (SQL / "0036_withdrawals.sql").read_text("utf-8")
    former = script[script.index(BEGIN) :].partition(END)[0] + END
    _run(former.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
    op.drop_column("user_factors", "last_purpose")


def _run(script: str) -> None:
    # The driver itself runs a script of many statements at once.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))
