"""Live orders that wait: a live wallet on the sandbox's chain, and a price board set by hand."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.bootstrap.live_resting import LiveRestingParts, sequel_of, wire_live_resting
from bot.bootstrap.resting import Resting as RestingServices
from bot.bootstrap.resting import wire_resting
from bot.domain.instruments import Token
from bot.domain.levels import Level, LevelUnit
from bot.domain.live_questions import LiveRestingRules
from bot.domain.notices import Notice
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.positions import Position, Side
from bot.domain.requests import Request
from bot.domain.resting import Resting
from bot.domain.resting_plans import Entry, EntryPlan, Exit, ExitPlan, RestingPlan, Size, SizeUnit
from bot.domain.users import Mode
from bot.ports.chain import PoolPlace
from bot.services.live_deciding import any_entry
from bot.services.live_means import LiveMeans
from bot.services.live_orders import LiveOrders
from bot.services.live_resting import LiveResting
from bot.services.resting_views import Placed
from bot.services.triggers import Triggers
from bot.telegram.live_resting_news import LiveRestingNews
from bot.telegram.resting_news import RestingNews
from tests.builders.desks import pool
from tests.builders.houses import RULES, House, house
from tests.builders.live_scenes import OWNER, LiveScene, no_twin
from tests.builders.rpc_pools import seeded_chance
from tests.builders.swap_worlds import SOL

_numbers = itertools.count(1)
_TOKENS = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingParts:
    """A trigger book around one token, and the orders that wait in it."""

    house: House
    resting: RestingServices
    means: LiveMeans

    async def read(self, token: Token, price: Decimal, slot: int) -> None:
        """Let one reading of the price come, act on it, and carry out all that is ready."""
        self.set_price(token, price, slot)
        fresh = {token.token_id}
        await self.resting.clock.follow(fresh)
        await self.house.triggers.check(fresh)
        await self.settle()

    def set_price(self, token: Token, price: Decimal, slot: int) -> None:
        readings = [reading_at(token, price, slot)]
        self.house.board.set_price(token.token_id, readings, SystemClock().now())

    async def settle(self) -> None:
        """Carry out all that is ready."""
        clock = self.resting.clock
        while clock._ready:
            for firings in await clock.ready():
                await clock.carry_out(firings)
        await clock._watch.sync_changed()


@dataclass(slots=True, kw_only=True)
class LiveWaiting:
    """A live scene whose token has a trigger book, and the orders that wait in it."""

    scene: LiveScene
    parts: WaitingParts
    live: LiveResting
    orders: LiveOrders
    price: Decimal
    rules: LiveRestingRules
    slot: list[int] = field(default_factory=lambda: [1000])

    @property
    def resting(self) -> RestingServices:
        return self.parts.resting

    @property
    def triggers(self) -> Triggers:
        return self.parts.house.triggers

    @property
    def means(self) -> LiveMeans:
        return self.parts.means

    def ask(self, key: str = "") -> Request:
        return self.scene.request(key or f"lr:{next(_numbers)}")

    async def buy(self, lamports: int = SOL, *exits: Exit) -> int:
        """Open a position by a live order of hand; gives its number."""
        wish = replace(self.scene.buying(lamports), exits=exits)
        intent = await self.orders.place(self.ask(), wish)
        done = await self.orders.carry_out((OWNER, intent.number))
        assert done.state == "filled"
        return (await self.positions())[-1].number

    async def propose(self, plan: RestingPlan) -> list[int]:
        """Propose a plan; gives the numbers of its orders."""
        numbers: list[int] = []

        def answer(placed: Placed) -> Sequence[Notice]:
            numbers[:] = [order.number for order in placed.orders]
            return ()

        await self.live.propose(self.ask(), plan, answer)
        return numbers

    async def place(self, plan: RestingPlan) -> list[int]:
        """Propose a plan and confirm it."""
        numbers = await self.propose(plan)
        await self.live.confirm(self.ask(), numbers[0], len(numbers), lambda _placed: ())
        return numbers

    async def guard(self, position: int, *exits: Exit) -> list[int]:
        return await self.place(ExitPlan(position_number=position, exits=exits))

    def entry(self, lamports: int = SOL, **more: object) -> Entry:
        return Entry(
            token_id=self.scene.token.token_id,
            side=Side.LONG,
            size=Size(unit=SizeUnit.LAMPORTS, value=Decimal(lamports)),
            **more,  # type: ignore[arg-type]
        )

    def entry_at(self, level: Level, **more: object) -> EntryPlan:
        return EntryPlan(entry=self.entry(), level=level, **more)  # type: ignore[arg-type]

    async def positions(self) -> Sequence[Position]:
        return (await self.means.books.desk(OWNER, Mode.LIVE, "")).positions

    async def order(self, number: int) -> Resting:
        found = await self.resting.book.one(OWNER, Mode.LIVE, number)
        assert found is not None
        return found

    async def states(self) -> dict[int, str]:
        rows = await self.scene.rows("SELECT number, state FROM resting_orders ORDER BY number")
        return {row["number"]: row["state"] for row in rows}

    async def told(self) -> list[str]:
        rows = await self.scene.rows(
            "SELECT payload ->> 'text' AS t FROM outbox ORDER BY notice_id"
        )
        return [row["t"] for row in rows if row["t"]]

    async def intents(self) -> int:
        return int(str(await self.scene.value("SELECT count(*) FROM live_intents")))

    def set_price(self, percent: float) -> None:
        self.slot[0] += 1
        at = self.price * Decimal(percent) / 100
        self.parts.set_price(self.scene.token, at, self.slot[0])

    async def tick(self, percent: float, *, settles: bool = True) -> None:
        """Let one reading come at a percentage of what the venue asks, and act on it."""
        self.set_price(percent)
        fresh = {self.scene.token.token_id}
        await self.resting.clock.follow(fresh)
        await self.triggers.check(fresh)
        if settles:
            await self.parts.settle()

    async def ticks(self, percent: float) -> None:
        """Let as many readings come as it takes to be believed."""
        for _ in range(RULES.readings_deep):
            await self.tick(percent)

    async def run_due(self) -> None:
        await self.resting.clock.run_due()
        await self.parts.settle()

    async def let_pass(self, number: int, **columns: timedelta) -> None:
        """Bring an order's moments nearer, as if so much time had passed."""
        for column, by in columns.items():
            change = f"UPDATE resting_orders SET {column} = {column} - $2::interval"  # noqa: S608 (a column that the test names)
            await self.scene.database.execute(f"{change} WHERE number = $1", number, by)

    async def restarted(self, **more: object) -> "LiveWaiting":
        """Forget everything that memory knows, as a crash does, and load it anew."""
        again = await live_waiting(self.scene, rules=self.rules, slot=self.slot, **more)  # type: ignore[arg-type]
        await again.triggers.load()
        return again

    async def prove(self) -> None:
        await self.scene.prove()


def percent(value: str) -> Level:
    return Level(unit=LevelUnit.PERCENT, value=Decimal(value))


def reading_at(token: Token, price: Decimal, slot: int) -> PoolReading:
    lamports = price * Decimal(_TOKENS).scaleb(9 - token.decimals)
    reading = pool(token_reserve=_TOKENS, sol_reserve=int(lamports), slot=slot)
    return replace(
        reading,
        address=f"pool {token.symbol}",
        base_mint=token.mint,
        base_decimals=token.decimals,
    )


async def live_waiting(
    scene: LiveScene,
    *,
    rules: LiveRestingRules | None = None,
    slot: list[int] | None = None,
    is_on: bool = True,
    means: LiveMeans | None = None,
) -> LiveWaiting:
    """Build them; two on one scene are two lives of a bot."""
    rules = rules or LiveRestingRules()
    parts, orders, live = await wired_live(
        scene.database, scene.token, means or scene.means, rules, is_on=is_on
    )
    waiting = LiveWaiting(
        scene=scene,
        parts=parts,
        live=live,
        orders=orders,
        price=await price_of_venue(scene),
        rules=rules,
        **({} if slot is None else {"slot": slot}),
    )
    if slot is None:
        waiting.set_price(100)
    return waiting


async def wired_live(
    database: Pool,
    token: Token,
    means: LiveMeans,
    rules: LiveRestingRules,
    *,
    is_on: bool = True,
) -> tuple["WaitingParts", LiveOrders, LiveResting]:
    """Wire the orders that wait around one token, with whatever live orders are made with."""
    built, clock = await house(database), SystemClock()
    place = PoolPlace(
        address=f"pool {token.symbol}",
        kind=PoolKind.RAYDIUM_AMM_V4,
        source="shelf",
        mint=token.mint,
    )
    built.board.track(token, (place,))
    resting = _wired(database, built)
    parts = LiveRestingParts(
        resting=resting,
        board=built.board,
        clock=clock,
        notices=LiveRestingNews(clock=clock, chance=seeded_chance(), bot_name="kit"),
        rules=rules,
    )
    means = replace(means, sequel=sequel_of(parts), tokens=built.board.tokens)
    orders = LiveOrders(means, twin=no_twin, check_entry=any_entry, gate=None)
    live = wire_live_resting(parts, means, orders)
    if not is_on:
        resting = _wired(database, built)
    return WaitingParts(house=built, resting=resting, means=means), orders, live


def _wired(database: Pool, built: House) -> RestingServices:
    clock = SystemClock()
    return wire_resting(
        pool=database,
        on_outbox=lambda _queued: None,
        books=built.books,
        board=built.board,
        trading=built.trading,
        triggers=built.triggers,
        suspicions=built.suspicions,
        rules=RULES,
        clock=clock,
        notices=RestingNews(clock=clock, chance=seeded_chance(), bot_name="kit"),
        landing_seconds=lambda: 0.0,
    )


async def price_of_venue(scene: LiveScene) -> Decimal:
    """Give what the venue asks for a token, in SOL."""
    quote = await scene.means.venue.quote(
        replace(scene.world.buying(scene.token.symbol), taker=scene.address)
    )
    units = Decimal(quote.out_amount).scaleb(-scene.token.decimals)
    return Decimal(quote.amount_in).scaleb(-9) / units
