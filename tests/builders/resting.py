"""Orders that wait around one token, on a real database and a chain of one pool."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.bootstrap.resting import Resting as RestingServices
from bot.bootstrap.resting import wire_resting
from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.levels import Level, LevelUnit
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.notices import Notice
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Position, Side
from bot.domain.requests import Request
from bot.domain.resting import Resting, RestingState
from bot.domain.resting_plans import Entry, Exit, ExitPlan, RestingPlan, Size, SizeUnit
from bot.domain.users import Mode, Role, User
from bot.services.resting_views import RestingView
from bot.services.triggers import Triggers
from bot.services.views import Filled
from tests.builders.books import meet
from tests.builders.desks import SOL, pool, request
from tests.builders.houses import PRICE, RULES, House, OnePool, house

_numbers = itertools.count(1)


@dataclass(slots=True)
class Told:
    """What owners were told, in the order of their telling: the word, and the order's number."""

    words: list[tuple[str, int]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    fills: list[Filled] = field(default_factory=list)
    last: Refusal = field(default_factory=lambda: Refusal("nothing"))

    def filled(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        note = filled.receipt.trigger
        self.fills.append(filled)
        return self._say(user_id, "filled", note.number if note else 0)

    def held_back(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        assert token.token_id == order.placed.token_id
        self.refusals.append(refusal.code)
        self.last = refusal
        return self._say(user_id, "held back", order.placed.number)

    def rejected(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        assert token.token_id == order.placed.token_id
        self.refusals.append(refusal.code)
        self.last = refusal
        return self._say(user_id, "rejected", order.placed.number)

    def expired(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        del token
        return self._say(user_id, "expired", order.placed.number)

    def expires_soon(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        del token
        return self._say(user_id, "expires soon", order.placed.number)

    def protected(
        self, user_id: int, order: Resting, token: Token, position: Position
    ) -> Sequence[Notice]:
        del token, position
        return self._say(user_id, "protected", order.placed.number)

    def _say(self, user_id: int, word: str, number: int) -> Sequence[Notice]:
        self.words.append((word, number))
        payload = {"chat_id": user_id, "text": f"{word} {number}"}
        return (Notice(chat_id=user_id, method="sendMessage", payload=payload),)


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A house whose token has a trigger book, and the orders that wait in it."""

    database: Pool
    house: House
    triggers: Triggers
    resting: RestingServices
    told: Told
    landing_seconds: float
    sol_reserve: int = PRICE
    who: int = 1001
    role: Role | None = None

    async def ann(self) -> User:
        return await meet(self.house.books, self.who, self.role)

    async def ask(self, key: str = "") -> Request:
        return request(key or f"t:{next(_numbers)}", of=await self.ann())

    async def buy(self, lamports: int = SOL, side: Side = Side.LONG) -> int:
        """Open a position; gives its number."""
        intent = OpenIntent(token_id=self.house.kept.token_id, side=side, size_lamports=lamports)
        await self.house.trading.open(await self.ask(), intent, lambda _: ())
        return (await self.positions())[-1].number

    async def sell(self, number: int, percent: int) -> None:
        intent = CloseIntent(number=number, percent=percent)
        await self.house.trading.close(await self.ask(), intent, lambda _: ())

    async def place(self, plan: RestingPlan, key: str = "") -> list[int]:
        """Place a plan; gives the numbers of its orders."""
        numbers: list[int] = []

        def answer(placed: object) -> Sequence[Notice]:
            numbers[:] = [order.number for order in placed.orders]  # type: ignore[attr-defined]
            return ()

        await self.resting.orders.place(await self.ask(key), plan, answer)
        return numbers

    async def guard(self, position: int, *exits: Exit, **more: object) -> list[int]:
        return await self.place(
            ExitPlan(position_number=position, exits=exits, **more)  # type: ignore[arg-type]
        )

    def entry(self, size: str = "1", side: Side = Side.LONG, **more: object) -> Entry:
        return Entry(
            token_id=self.house.kept.token_id,
            side=side,
            size=Size(unit=SizeUnit.LAMPORTS, value=Decimal(size) * LAMPORTS_PER_SOL),
            **more,  # type: ignore[arg-type]
        )

    async def cancel(self, number: int | None) -> int:
        cancelled: list[RestingView] = []

        def answer(views: Sequence[RestingView]) -> Sequence[Notice]:
            cancelled[:] = views
            return ()

        await self.resting.orders.cancel(await self.ask(), number, answer)
        return len(cancelled)

    async def positions(self) -> Sequence[Position]:
        await self.ann()
        return (await self.house.books.desk(self.who, Mode.PAPER, "")).positions

    async def working(self) -> list[int]:
        views = await self.resting.orders.working(await self.ann())
        return [view.order.placed.number for view in views]

    async def state(self, number: int) -> RestingState:
        found = await self.resting.orders.order(await self.ann(), number)
        assert isinstance(found, RestingView)
        return found.order.state

    def set_price(self, percent: float) -> None:
        moved = pool(
            sol_reserve=int(self.sol_reserve * percent // 100),
            slot=self.house.chain.reading.slot + 1,
        )
        self.house.chain.reading = replace(moved, address="pool")
        token_id = self.house.kept.token_id
        self.house.board.set_price(token_id, [self.house.chain.reading], SystemClock().now())

    async def tick(self, percent: float, *, settles: bool = True) -> None:
        """Let one reading come at a percentage of the opening price, and act on it."""
        self.set_price(percent)
        fresh = {self.house.kept.token_id}
        await self.house.liquidations.check(fresh)
        await self.resting.clock.follow(fresh)
        await self.triggers.check(fresh)
        if settles:
            await self.settle()

    async def ticks(self, percent: float) -> None:
        """Let as many readings come as it takes to be believed."""
        for _ in range(RULES.readings_deep):
            await self.tick(percent)

    async def settle(self) -> None:
        """Fill all that is ready."""
        clock = self.resting.clock
        while clock._ready:
            for firings in await clock.ready():
                await clock.carry_out(firings)
        await clock._watch.sync_changed()

    async def run_due(self) -> None:
        await self.resting.clock.run_due()
        await self.settle()

    async def let_pass(self, number: int, **columns: timedelta) -> None:
        """Bring an order's moments nearer, as if so much time had passed."""
        for column, by in columns.items():
            change = f"UPDATE resting_orders SET {column} = {column} - $2::interval"  # noqa: S608 (a column that the test names)
            await self.database.execute(f"{change} WHERE number = $1", number, by)

    async def restarted(self) -> "Waiting":
        """Forget everything that memory knows, as a crash does, and load it anew."""
        again = await waiting(self.database, self.house.chain, landing_seconds=self.landing_seconds)
        await again.triggers.load()
        again.who, again.role = self.who, self.role
        return again

    async def prove(self) -> None:
        proof = await PostgresLedgerAudit(self.database, SystemClock()).prove()
        assert proof.differences == ()


def percent(value: str) -> Level:
    return Level(unit=LevelUnit.PERCENT, value=Decimal(value))


async def waiting(
    database: Pool, chain: OnePool | None = None, *, landing_seconds: float = 0.0
) -> Waiting:
    """Build them; two on one chain and database are two lives of a bot."""
    built = await house(database, chain)
    # Stops follow each other here as they never may for a person: see docs/risk.md.
    await database.execute(
        "DELETE FROM role_limits WHERE name LIKE '%guard%' OR name = 'after_stop_seconds'"
    )
    clock = SystemClock()
    triggers = built.triggers
    told = Told()
    resting = wire_resting(
        pool=database,
        on_outbox=lambda _queued: None,
        books=built.books,
        board=built.board,
        trading=built.trading,
        triggers=triggers,
        suspicions=built.suspicions,
        rules=RULES,
        clock=clock,
        notices=told,
        landing_seconds=lambda: landing_seconds,
    )
    return Waiting(
        database=database,
        house=built,
        triggers=triggers,
        resting=resting,
        told=told,
        landing_seconds=landing_seconds,
    )
