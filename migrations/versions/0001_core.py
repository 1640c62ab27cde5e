"""Create the core: users, wallets, the ledger, tokens, positions, orders, inbox and outbox."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = (
    "book_settlements",
    "mark_repeated",
    "start_season",
    "read_desk",
    "meet_user",
    "close_updates",
    "post_grant",
    "post_transfers",
    "accounts_follow_transfers",
    "refuse_change",
    "transfers_move_balances",
)
TABLES = (
    "dialogs",
    "outbox",
    "inbox",
    "audit_log",
    "alerts",
    "orders",
    "positions",
    "token_metrics",
    "token_prices",
    "solana_tokens",
    "transfers",
    "accounts",
    "virtual_wallets",
    "role_limits",
    "users",
)


def _run(name: str) -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / name).read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def upgrade() -> None:
    for name in ("0001_tables.sql", "0001_ledger.sql", "0001_functions.sql"):
        _run(name)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
