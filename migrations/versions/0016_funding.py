"""Charge paper shorts by the hour, and remember who was warned of their margin."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0016_funding.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.drop_table("margin_warnings")
    op.execute("DROP FUNCTION charge_funding")
    before = (SQL / "0015_risk.sql").read_text("utf-8")
    began = before.index("FUNCTION open_desks(")
    ended = before.index("END $$;", began) + len("END $$;")
    op.execute("CREATE OR REPLACE " + before[began:ended])
    for column in ("funding_lamports", "funded_hours"):
        op.drop_column("positions", column)
