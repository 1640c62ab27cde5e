"""Keep withdrawals: addresses that wait, codes bound to terms, delays, and payments sent once."""

from pathlib import Path

from alembic import op

revision = "0036"
down_revision = "0035"

SQL = Path(__file__).parent.parent / "sql"
TABLES = ("withdrawal_attempts", "withdrawal_proofs", "withdrawals", "withdrawal_addresses")
OF_ROWS = (
    "fail_withdrawal_attempt",
    "settle_withdrawal",
    "send_position_away",
    "move_withdrawal_attempt",
    "commit_withdrawal_attempt",
    "end_withdrawal",
    "prove_withdrawal",
    "ask_withdrawal",
    "withdrawal_afforded",
    "release_withdrawal",
    "hold_withdrawal",
    "withdrawal_request",
    "remove_withdrawal_address",
    "add_withdrawal_address",
    "withdrawal_missing",
    "withdrawal_is_held",
    "withdrawal_terms",
    "withdrawal_clock",
)
OF_TRIGGERS = (
    "withdrawal_attempts_go_forward",
    "withdrawal_attempts_need_all",
    "withdrawal_addresses_stand",
    "withdrawals_begin_asked",
    "withdrawals_go_forward",
)


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0036_withdrawals.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION is_booked_elsewhere(p_user_id bigint, p_signature text)"
        " RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM live_attempts a"
        " WHERE a.user_id = p_user_id AND a.signature = p_signature) $$"
    )
    op.execute("DROP TRIGGER users_halted_stop_withdrawals ON users")
    op.execute("DROP FUNCTION stop_withdrawals_of_halted")
    for function in OF_ROWS:
        op.execute(f"DROP FUNCTION {function}")
    for table in TABLES:
        op.drop_table(table)
    for function in OF_TRIGGERS:
        op.execute(f"DROP FUNCTION {function}")
