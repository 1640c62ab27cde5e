"""Keep live orders: intents with their funds held, and every attempt to carry one out."""

from pathlib import Path

from alembic import op

revision = "0031"
down_revision = "0030"

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = (
    "pause_live",
    "book_external",
    "end_live",
    "fail_live_attempt",
    "settle_live",
    "move_live_attempt",
    "commit_live_attempt",
    "place_live",
    "open_live_books",
    "lock_live",
    "release_live",
    "hold_live",
    "live_account",
    "next_live_step",
)
OWN = "'cash', 'margin', 'holding', 'rent', 'fees'"
OTHERS = "'market', 'faucet', 'debt', 'insurance'"


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0031_live_orders.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("live_pauses", "live_attempts", "live_intents"):
        op.drop_table(table)
    for function in ("live_attempts_go_forward", "live_intents_go_forward"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(
        "ALTER TABLE accounts DROP CONSTRAINT ck_accounts_kind_known,"
        f" ADD CONSTRAINT ck_accounts_kind_known CHECK (kind IN ({OWN}, {OTHERS})),"
        " DROP CONSTRAINT ck_accounts_never_negative, ADD CONSTRAINT ck_accounts_never_negative"
        f" CHECK (kind IN ({OTHERS}) OR balance - held >= 0)"
    )
