"""Let the waiting in where the door is open, lock guessers alone, and delete all that may go."""

from pathlib import Path

from alembic import op

revision = "0029"
down_revision = "0027"

SQL = Path(__file__).parent.parent / "sql"
REPLACED = (
    ("0022_people.sql", "CREATE FUNCTION meet_user("),
    ("0022_people_doors.sql", "CREATE FUNCTION begin_password_attempt("),
    ("0022_people_doors.sql", "CREATE OR REPLACE FUNCTION carry_out_deletion("),
)
"""Functions that were there before, and where they were written."""


def _run(script: str) -> None:
    # The driver itself runs a script of many statements at once.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def upgrade() -> None:
    _run((SQL / "0029_people_again.sql").read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION begin_password_attempt(bigint, timestamptz)")
    for file, head in REPLACED:
        before = (SQL / file).read_text("utf-8")
        began = before.index(head)
        ended = before.index("END $$;", began) + len("END $$;")
        written = before[began:ended].replace("CREATE OR REPLACE", "CREATE")
        _run(written.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
