"""The bank as one writes it without thinking: read, compute, write back, in READ COMMITTED."""

import asyncio
import random
from dataclasses import dataclass

import asyncpg

from bot.adapters.database.connection import Pool, open_pool

_HANDS, _WALLETS, _TOTAL, _LARGEST = 16, 8, 96, 5
_TABLE = "CREATE TABLE naive_wallets (wallet_id integer PRIMARY KEY, balance integer NOT NULL)"
_FILL = "INSERT INTO naive_wallets SELECT n, $1 FROM generate_series(1, $2) n"
_READ = "SELECT balance FROM naive_wallets WHERE wallet_id = $1"
_WRITE = "UPDATE naive_wallets SET balance = $2 WHERE wallet_id = $1"
_SUM = "SELECT sum(balance) FROM naive_wallets"


@dataclass(slots=True, kw_only=True)
class NaiveTally:
    """When the first wrong total was seen, if it was, and what came before."""

    transfers: int = 0
    reports: int = 0
    wrong_after_seconds: float | None = None
    total: int = _TOTAL


async def naive_bank(dsn: str, *, seconds: float, seed: int) -> NaiveTally:
    """Move money between eight wallets by sixteen hands until a total is wrong, or so long."""
    tally, wrong = NaiveTally(), asyncio.Event()
    async with open_pool(dsn, size=_HANDS + 1) as pool:
        await pool.execute(_TABLE)
        await pool.execute(_FILL, _TOTAL // _WALLETS, _WALLETS)
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in range(_HANDS):
                chance = random.Random(seed * _HANDS + number)  # noqa: S311 (a seeded chance)
                group.create_task(_move(pool, tally, chance, wrong, began + seconds))
            while loop.time() < began + seconds and not wrong.is_set():
                tally.reports += 1
                tally.total = int(await pool.fetchval(_SUM))
                if tally.total != _TOTAL:
                    tally.wrong_after_seconds = loop.time() - began
                    wrong.set()
        await pool.execute("DROP TABLE naive_wallets")
    return tally


async def _move(
    pool: Pool, tally: NaiveTally, chance: random.Random, wrong: asyncio.Event, until: float
) -> None:
    while asyncio.get_running_loop().time() < until and not wrong.is_set():
        giver, taker = chance.sample(range(1, _WALLETS + 1), k=2)
        amount = chance.randint(1, _LARGEST)
        try:
            async with pool.acquire() as connection, connection.transaction():
                had = await connection.fetchval(_READ, giver)
                has = await connection.fetchval(_READ, taker)
                if had >= amount:
                    # In one order: waiting in a circle would only hide what is wrong here.
                    for wallet, left in sorted({giver: had - amount, taker: has + amount}.items()):
                        await connection.execute(_WRITE, wallet, left)
                    tally.transfers += 1
        except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
            continue
