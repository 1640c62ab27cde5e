"""Two bot processes, double presses, resets and liquidations at once: the books still balance."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import PostgresInbox
from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Side
from bot.domain.requests import Request
from bot.domain.users import Mode, User
from bot.ports.mail import StoredUpdate
from tests.builders.books import meet
from tests.builders.chance import seeded
from tests.builders.desks import SOL
from tests.builders.houses import House, house

USERS, HANDS, PRESSES_EACH = 5, 12, 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Hands that press at random through either of two processes."""

    houses: tuple[House, House]
    users: list[User]
    inbox: PostgresInbox
    chance: random.Random
    answers: Counter[str] = field(default_factory=Counter)

    async def press(self, update_id: int) -> None:
        """Send one request, often twice at the same moment."""
        update = StoredUpdate(update_id=update_id, lane=1, raw={}, received_at=SystemClock().now())
        await self.inbox.store([update])
        asked = Request(
            user=self.chance.choice(self.users),
            request_id=f"tg:{update_id}",
            received_at=update.received_at,
            update_id=update_id,
        )
        what, amount = self.chance.random(), self.chance.randint(SOL // 100, 20 * SOL)
        times = self.chance.choice((1, 1, 2, 3))
        await asyncio.gather(*(self._once(asked, what, amount) for _ in range(times)))

    async def _once(self, asked: Request, what: float, amount: int) -> None:
        at = self.chance.choice(self.houses)
        try:
            await self._do(at, asked, what, amount)
        except Refusal as refusal:
            self.answers[refusal.code] += 1
        else:
            self.answers["done"] += 1

    async def _do(self, at: House, asked: Request, what: float, amount: int) -> None:
        if what < 0.5:
            side = Side.LONG if amount % 2 else Side.SHORT
            leverage = 1 if side is Side.LONG else 1 + amount % 3
            intent = OpenIntent(
                token_id=at.kept.token_id, side=side, size_lamports=amount, leverage=leverage
            )
            await at.trading.open(asked, intent, lambda _: ())
        elif what < 0.85:
            desk = await at.books.desk(asked.user.user_id, Mode.PAPER, "")
            number = desk.positions[0].number if desk.positions else 1
            close = CloseIntent(number=number, percent=1 + amount % 100)
            await at.trading.close(asked, close, lambda _: ())
        elif what < 0.92:
            await at.wallets.reset(asked, lambda _: ())
        else:
            await at.tick(70 + amount % 90)


async def crowd(one: Pool, other: Pool, seed: int) -> Crowd:
    await one.execute("UPDATE role_limits SET value = 10000 WHERE name = 'orders_per_minute'")
    first = await house(one)
    return Crowd(
        houses=(first, await house(other, first.chain)),
        users=[await meet(first.books, 1001 + number) for number in range(USERS)],
        inbox=PostgresInbox(one),
        chance=seeded(seed),
    )


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_meets_the_books_balance(
    database: Pool, database_dsn: str, seed: int
) -> None:
    async with open_pool(database_dsn, size=8) as other:
        people = await crowd(database, other, seed)

        async def hand(number: int) -> None:
            for turn in range(PRESSES_EACH):
                await people.press(1 + number * PRESSES_EACH + turn)

        await asyncio.gather(*(hand(number) for number in range(HANDS)))
    assert people.answers["done"] > PRESSES_EACH
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()
    twice = "SELECT count(*) - count(DISTINCT (user_id, request_id)) FROM orders"
    assert await database.fetchval(twice) == 0
