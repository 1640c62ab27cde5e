"""What was booked stays as it was: refused by right, behind that by trigger, and by key."""

import asyncpg
import pytest

from bot.adapters.database.connection import Connection, Pool
from tests.builders.books import books_on, decided_long, known_token, meet

WRITTEN_ONCE = ("transfers", "audit_log")
CHANGES = {
    "UPDATE": "UPDATE {} SET user_id = user_id + 1",
    "DELETE": "DELETE FROM {}",
    "TRUNCATE": "TRUNCATE {}",
}
CASES = [(table, right) for table in WRITTEN_ONCE for right in CHANGES]


@pytest.fixture
async def books(database: Pool) -> Pool:
    """A database in which somebody has bought something and begun a season."""
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [])
    await database.execute(
        "INSERT INTO audit_log (user_id, actor_id, action) VALUES (1001, 1001, 'looked')"
    )
    return database


@pytest.mark.parametrize(("table", "right"), CASES)
async def test_the_bot_has_no_right_to_rewrite_the_ledger(
    books: Pool, table: str, right: str
) -> None:
    assert not await books.fetchval("SELECT has_table_privilege($1, $2)", table, right)
    await books.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await books.execute(CHANGES[right].format(table))


@pytest.mark.parametrize(("table", "right"), CASES)
async def test_a_trigger_stands_behind_the_right(books: Pool, table: str, right: str) -> None:
    await books.execute(f"GRANT {right} ON {table} TO CURRENT_USER")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await books.execute(CHANGES[right].format(table))


async def test_the_books_are_balanced_at_every_moment_of_a_transaction(books: Pool) -> None:
    # A transfer is one row with both its sides, so there is no half of one to wait for the other.
    async with books.acquire() as connection, connection.transaction():
        before = await cash(connection)
        for step in range(1, 4):
            await connection.execute(PAY, step)
            assert await sums(connection) == {0}
            assert await cash(connection) == before - step


async def test_a_transfer_to_or_from_nowhere_is_refused(books: Pool) -> None:
    for debit, credit in (("account_id", "account_id + 1000"), ("account_id + 1000", "account_id")):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await books.execute(
                "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"  # noqa: S608
                f" amount, code) SELECT user_id, 'x', 1, {debit}, {credit}, 1, 'x'"
                " FROM accounts WHERE kind = 'cash'"
            )


async def test_a_transfer_from_one_users_account_to_anothers_is_refused(books: Pool) -> None:
    await meet(books_on(books), 1002)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await books.execute(
            "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"
            " amount, code) SELECT a.user_id, 'x', 1, a.account_id, b.account_id, 1, 'x'"
            " FROM accounts a, accounts b WHERE a.kind = 'cash' AND b.kind = 'cash'"
            " AND a.user_id = 1001 AND b.user_id = 1002"
        )


async def test_a_settlement_without_its_hold_is_refused(books: Pool) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await books.execute(
            "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"
            " amount, code, kind, hold_id) SELECT 1001, 'x', 1, c.account_id, m.account_id, 1,"
            " 'x', 'settle', 999999 FROM accounts c JOIN accounts m USING (user_id, asset)"
            " WHERE c.kind = 'cash' AND m.kind = 'market'"
        )


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("transfers", "uq_transfers_user_id_request_id_step"),
        ("orders", "uq_orders_user_id_request_id"),
        ("accounts", "uq_accounts_key"),
        ("inbox", "pk_inbox"),
        ("virtual_wallets", "uq_virtual_wallets_current"),
        ("positions", "uq_positions_open"),
    ],
)
async def test_a_key_is_taken_once(books: Pool, table: str, key: str) -> None:
    is_unique = await books.fetchval(
        "SELECT indisunique AND indisvalid FROM pg_index WHERE indexrelid = $1::text::regclass", key
    )
    assert is_unique
    assert key.split("_", 1)[1].startswith(table)


async def test_a_step_of_a_request_is_booked_once(books: Pool) -> None:
    await books.execute(PAY, 1)
    with pytest.raises(asyncpg.UniqueViolationError, match="request_id_step"):
        await books.execute(PAY, 1)


PAY = """
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
    SELECT 1001, 'x', $1, c.account_id, m.account_id, 1, 'x'
    FROM accounts c JOIN accounts m USING (user_id, asset)
    WHERE c.kind = 'cash' AND m.kind = 'market'
"""


async def sums(connection: Connection) -> set[int]:
    """Give the totals of the assets, as sums of balances."""
    rows = await connection.fetch("SELECT sum(balance) FROM accounts GROUP BY asset")
    return {int(row[0]) for row in rows}


async def cash(connection: Connection) -> int:
    """Give what Ann has."""
    return int(await connection.fetchval("SELECT balance FROM accounts WHERE kind = 'cash'"))
