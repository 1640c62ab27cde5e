"""Many hands on few wallets, while reports are read: Jepsen's bank, mapped onto paper trading.

There are no transfers between users here, so the bank's accounts are the ledger's: every booking
moves SOL and tokens among one wallet's accounts and the market's. Sixteen people at sixteen
devices share eight wallets, so that each wallet's row is fought for. The constant total is zero
for each asset, and for each wallet: grant + gains = cash + rent + what its positions cost.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import asyncpg

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Side
from bot.domain.users import Mode, Role, User
from bot.ports.books import BookingConflict, Desk, LedgerProof, Settlement
from tests.builders.books import ENGINE, books_on, known_token, meet
from tests.builders.desks import NOON, SOL, market, request

HANDS, WALLETS, DESKS = 16, 8, 4
"""Hands 0 and 1 fight for the first wallet, and so on; every fourth hand shares its desk's books,
so that bookings which are written in batches meet in batches."""
_LARGEST_LAMPORTS = 40 * SOL
_ORDERS = "SELECT user_id, request_id FROM orders"
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_KINDS = "SELECT DISTINCT kind FROM accounts"
_SUM_OF_KIND = "SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = $1 AND asset = $2"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the hands did and what the reports showed; everything from `wrong_totals` on is bad."""

    booked: list[tuple[int, str]] = field(default_factory=list)
    conflicts: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    reports: int = 0
    desks_read: int = 0
    seconds: float = 0.0
    least_cash_lamports: int = 100 * SOL
    wrong_totals: int = 0
    wrong_wallets: int = 0
    negative_balances: int = 0
    deadlocks: int = 0
    lost_orders: int = 0
    unknown_orders: int = 0
    differences: tuple[str, ...] = ()
    torn_reads: int = 0
    torn_totals: int = 0

    def faults(self) -> dict[str, int]:
        """Give every count that must be none."""
        return {
            "wrong totals": self.wrong_totals,
            "wrong wallets": self.wrong_wallets,
            "negative balances": self.negative_balances,
            "deadlocks": self.deadlocks,
            "lost orders": self.lost_orders,
            "orders nobody was told of": self.unknown_orders,
            "differences in the books": len(self.differences),
        }

    def check(self) -> None:
        """Fail unless every report was right and every order is there."""
        faults = {name: count for name, count in self.faults().items() if count}
        assert not faults, (faults, self.differences)
        assert self.booked, "nothing was booked, so nothing was proved"
        assert self.reports, "nothing was reported, so nothing was proved"


async def bank(dsn: str, *, seconds: float, seed: int) -> Tally:
    """Let the hands trade and the reports be read for so long; the books are proved at the end."""
    tally = Tally()
    async with (
        open_pool(dsn, size=HANDS + 2) as pool,
        open_pool(dsn, size=2) as readers,
        open_pool(dsn, size=2) as torn_readers,
    ):
        token = await known_token(pool)
        desks = [books_on(pool) for _ in range(DESKS)]
        people = [await meet(desks[0], 8001 + n, Role.BASIC) for n in range(WALLETS)]
        until = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(HANDS):
                chance = random.Random(seed * HANDS + number)  # noqa: S311 (a seeded chance)
                books = desks[number % DESKS]
                hand = _Hand(books, tally, token, people[number // 2], chance, number)
                group.create_task(hand.trade(until))
            group.create_task(_audit(readers, tally, until))
            group.create_task(_look_at_wallets(readers, tally, people, until))
            group.create_task(_read_in_pieces(torn_readers, tally, token, until))
        await _settle_up(pool, tally, token)
    tally.seconds = seconds
    return tally


@dataclass(slots=True)
class _Hand:
    books: PostgresBooks
    tally: Tally
    token: Token
    user: User
    chance: random.Random
    number: int
    turn: int = 0

    async def trade(self, until: float) -> None:
        while asyncio.get_running_loop().time() < until:
            self.turn += 1
            await self._order(f"tg:{self.number}-{self.turn}")

    async def _order(self, request_id: str) -> None:
        """Order once; a conflict decides again on fresh figures under the same key."""
        asked = request(request_id, of=self.user)
        while True:
            desk = await self.books.desk(self.user.user_id, Mode.PAPER, request_id)
            try:
                await self.books.book(asked, self._decide(desk, request_id), [])
            except BookingConflict:
                self.tally.conflicts += 1
                continue
            except Refusal as refusal:
                self.tally.refusals[refusal.code] += 1
            except asyncpg.DeadlockDetectedError:
                self.tally.deadlocks += 1
            else:
                self.tally.booked.append((self.user.user_id, request_id))
            return

    def _decide(self, desk: Desk, request_id: str) -> Settlement:
        asked, at = request(request_id, of=self.user), market(of=self.token)
        # The pace of a person is not what is tried here.
        desk = unhurried(desk)
        if desk.positions and self.chance.random() < 0.5:
            number = self.chance.choice(desk.positions).number
            intent = CloseIntent(number=number, percent=self.chance.choice([10, 25, 50, 100]))
            return ENGINE.close(desk, intent, at, asked, NOON)
        opening = OpenIntent(
            token_id=self.token.token_id,
            side=self.chance.choice([Side.LONG, Side.LONG, Side.SHORT]),
            size_lamports=self.chance.randrange(SOL // 10, _LARGEST_LAMPORTS),
        )
        return ENGINE.open(desk, opening, at, asked, NOON)


def unhurried(desk: Desk) -> Desk:
    """Give a desk at which nobody has ordered lately."""
    return replace(desk, orders_last_minute=0)


async def _audit(pool: Pool, tally: Tally, until: float) -> None:
    audit = PostgresLedgerAudit(pool, SystemClock())
    while asyncio.get_running_loop().time() < until:
        for proof in (await audit.balance_sheet(), await audit.prove()):
            tally.reports += 1
            tally.wrong_totals += not _is_zero(proof)
            tally.negative_balances += sum(each.kind == "negative" for each in proof.differences)


def _is_zero(proof: LedgerProof) -> bool:
    return proof.is_balanced and all(asset.total == 0 for asset in proof.assets)


async def _look_at_wallets(pool: Pool, tally: Tally, people: Sequence[User], until: float) -> None:
    books = books_on(pool)
    while asyncio.get_running_loop().time() < until:
        for user in people:
            desk = await books.desk(user.user_id, Mode.PAPER, "")
            tally.desks_read += 1
            tally.wrong_wallets += not adds_up(desk)
            cash = desk.wallet.cash_lamports
            tally.negative_balances += cash < 0
            tally.least_cash_lamports = min(tally.least_cash_lamports, cash)


def adds_up(desk: Desk) -> bool:
    """Tell whether the portfolio's parts are of one moment: what came in is what is there."""
    tied = sum(each.cost_lamports + each.margin_lamports for each in desk.positions)
    wallet = desk.wallet
    came_in = wallet.grant_lamports + desk.realised_pnl_lamports
    return came_in == wallet.cash_lamports + wallet.rent_lamports + tied


async def _read_in_pieces(pool: Pool, tally: Tally, token: Token, until: float) -> None:
    """The control: a report that sums account by account, each in a snapshot of its own."""
    while asyncio.get_running_loop().time() < until:
        tally.torn_reads += 1
        tally.torn_totals += await _total_in_pieces(pool, token) != 0


async def _total_in_pieces(pool: Pool, token: Token) -> int:
    kinds = [row[0] for row in await pool.fetch(_KINDS)]
    return sum([int(await pool.fetchval(_SUM_OF_KIND, kind, token.mint)) for kind in kinds])


async def _settle_up(pool: Pool, tally: Tally, token: Token) -> None:
    # Once it is quiet, the pieces fit: it was the reading that was wrong, not the books.
    tally.wrong_totals += await _total_in_pieces(pool, token) != 0
    rows = Counter((row[0], row[1]) for row in await pool.fetch(_ORDERS))
    told = Counter(tally.booked)
    tally.lost_orders = sum((told - rows).values())
    tally.unknown_orders = sum((rows - told).values())
    tally.deadlocks += int(await pool.fetchval(_DEADLOCKS))
    proof = await PostgresLedgerAudit(pool, SystemClock()).prove()
    tally.differences = tuple(str(difference) for difference in proof.differences)
