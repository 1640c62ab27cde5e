"""The database itself refuses what would unbalance the books, whoever asks."""

import asyncpg
import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from tests.builders.books import books_on, decided_long, known_token, meet

SOL_ASSET = "So11111111111111111111111111111111111111112"
FORGED_ACCOUNT = (
    "INSERT INTO accounts (user_id, mode, season, kind, asset, balance)"
    " VALUES (1001, 'paper', 1, 'cash', 'X', 5)"
)


async def traded(database: Pool) -> None:
    books = books_on(database)
    ann = await meet(books)
    kept = await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
    await books.book(asked, settlement, [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfers SET amount = amount + 1",
        "DELETE FROM transfers",
        "TRUNCATE transfers",
        "UPDATE accounts SET balance = balance + 1 WHERE kind = 'cash'",
        "UPDATE accounts SET held = 1 WHERE kind = 'cash'",
        "UPDATE accounts SET asset = 'other' WHERE kind = 'fees'",
        "DELETE FROM accounts",
        FORGED_ACCOUNT,
        "DELETE FROM audit_log",
    ],
)
async def test_the_database_refuses_to_rewrite_the_books(database: Pool, statement: str) -> None:
    await traded(database)
    await database.execute(
        "INSERT INTO audit_log (user_id, actor_id, action) VALUES (1001, 1001, 'looked')"
    )
    with pytest.raises(asyncpg.PostgresError):
        await database.execute(statement)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "0", "-1", "1e39"])
async def test_no_transfer_can_be_of_a_strange_amount(database: Pool, amount: str) -> None:
    await traded(database)
    with pytest.raises(asyncpg.PostgresError):
        await database.execute(
            "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"
            " amount, code) SELECT 1001, 'x', 1, min(account_id), max(account_id),"
            " $2::text::numeric, 'grant' FROM accounts WHERE asset = $1",
            SOL_ASSET,
            amount,
        )


async def test_a_transfer_between_unlike_assets_is_refused(database: Pool) -> None:
    await traded(database)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await database.execute(
            "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"
            " amount, code) SELECT 1001, 'x', 1, c.account_id, h.account_id, 1, 'grant'"
            " FROM accounts c, accounts h WHERE c.kind = 'cash' AND h.kind = 'holding'"
        )


@pytest.mark.parametrize(("debit", "credit"), [(-1, -2), (None, -2), (-1, None)])
async def test_a_transfer_needs_both_its_accounts(
    database: Pool, debit: int | None, credit: int | None
) -> None:
    await traded(database)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await database.execute(
            "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"
            " amount, code) SELECT 1001, 'x', 1, coalesce($1::bigint, account_id),"
            " coalesce($2::bigint, account_id), 1, 'grant' FROM accounts WHERE kind = 'cash'",
            debit,
            credit,
        )


async def test_a_user_account_never_goes_below_zero(database: Pool) -> None:
    await traded(database)
    with pytest.raises(asyncpg.CheckViolationError, match="never_negative"):
        await database.execute(
            "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"
            " amount, code) SELECT 1001, 'x', 1, c.account_id, m.account_id, c.balance + 1, 'x'"
            " FROM accounts c, accounts m WHERE c.kind = 'cash' AND m.kind = 'market'"
            " AND m.asset = c.asset"
        )


async def hold(database: Pool, kind: str, amount: int, hold_id: int | None = None) -> int:
    found = await database.fetchval(
        "INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account,"
        " amount, code, kind, hold_id) SELECT 1001, $1, 1, c.account_id, m.account_id, $2, 'x',"
        " $3, $4 FROM accounts c, accounts m WHERE c.kind = 'cash' AND m.kind = 'market'"
        " AND m.asset = c.asset RETURNING transfer_id",
        f"{kind}:{amount}:{hold_id}",
        amount,
        kind,
        hold_id,
    )
    return int(found)


async def cash(database: Pool) -> tuple[int, int]:
    row = await database.fetchrow("SELECT balance, held FROM accounts WHERE kind = 'cash'")
    assert row is not None
    return int(row["balance"]), int(row["held"])


async def test_a_hold_is_posted_in_part_and_frees_the_rest(database: Pool) -> None:
    await traded(database)
    before, _ = await cash(database)
    held = await hold(database, "hold", 1_000)
    assert await cash(database) == (before, 1_000)
    await hold(database, "settle", 400, held)
    assert await cash(database) == (before - 400, 0)


async def test_a_hold_is_voided_once_only(database: Pool) -> None:
    await traded(database)
    before, _ = await cash(database)
    held = await hold(database, "hold", 1_000)
    await hold(database, "void", 1_000, held)
    assert await cash(database) == (before, 0)
    with pytest.raises(asyncpg.UniqueViolationError):
        await hold(database, "settle", 1_000, held)


async def test_a_hold_cannot_be_overdrawn(database: Pool) -> None:
    await traded(database)
    held = await hold(database, "hold", 1_000)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await hold(database, "settle", 1_001, held)


async def test_what_is_held_cannot_be_spent(database: Pool) -> None:
    await traded(database)
    balance, _ = await cash(database)
    await hold(database, "hold", balance)
    with pytest.raises(asyncpg.CheckViolationError):
        await hold(database, "post", 1)


async def test_the_proof_finds_balanced_books_balanced(database: Pool) -> None:
    await traded(database)
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()
    assert proof.counts["transfers"] == 5


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("balance", "UPDATE accounts SET balance = balance + 1 WHERE kind = 'cash'"),
        ("negative", "UPDATE accounts SET balance = -1 WHERE kind = 'cash'"),
        ("order_sol", "UPDATE orders SET sol_lamports = sol_lamports + 1"),
        ("order_tokens", "UPDATE orders SET token_units = token_units + 1"),
        ("holding", "UPDATE positions SET token_units = token_units + 1"),
        ("rent", "UPDATE positions SET rent_lamports = 1"),
        ("grant", "UPDATE virtual_wallets SET grant_lamports = 1"),
        ("gains", "UPDATE positions SET realised_pnl_lamports = 1"),
        ("gains", "UPDATE positions SET cost_lamports = cost_lamports - 1"),
        ("sums", "UPDATE virtual_wallets SET realised_pnl_lamports = 1"),
        ("sums", "UPDATE virtual_wallets SET fees_lamports = fees_lamports + 1"),
        ("transfer_without_cause", "UPDATE orders SET request_id = 'other'"),
        ("balance", "DELETE FROM transfers WHERE code = 'network_fee'"),
    ],
)
async def test_the_proof_names_what_was_tampered_with(
    database: Pool, kind: str, damage: str
) -> None:
    await traded(database)
    # As a thief who owns the tables would, behind the triggers' back.
    await database.execute(
        "ALTER TABLE accounts DROP CONSTRAINT ck_accounts_never_negative;"
        "ALTER TABLE accounts DISABLE TRIGGER USER; ALTER TABLE transfers DISABLE TRIGGER USER;"
        "GRANT DELETE ON transfers TO CURRENT_USER;" + damage
    )
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert kind in {difference.kind for difference in proof.differences}
