"""What one process changes another has in memory within a second, whatever it is."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.groups import PostgresGroups
from bot.adapters.database.mail import PostgresOutbox
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.database.suspicions import PostgresSuspicions
from bot.domain.alerts import AlertKind, AlertSide, Condition
from bot.domain.groups import GroupSettings
from bot.domain.instruments import Token
from bot.domain.languages import Language
from bot.domain.levels import Level, LevelUnit
from bot.domain.orders import OpenIntent
from bot.domain.positions import Side
from bot.domain.price_trust import Suspicion, SuspicionCause
from bot.domain.requests import Request
from bot.domain.resting_plans import Entry, EntryPlan, Size, SizeUnit
from bot.domain.triggers import Gauge
from bot.domain.users import User
from tests.builders.books import ANN, books_on, known_token, meet
from tests.builders.desks import SOL, pool, request, token
from tests.builders.wired_twice import Process, process

GROUP = -100_500
NOW = SystemClock().now
_numbers = itertools.count(1)
OTHER_MINT = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"


class Town:
    """A worker and the market process, and what was known to both before."""

    def __init__(self, worker: Process, market: Process, kept: Token, ann: User) -> None:
        self.worker, self.market, self.kept, self.ann = worker, market, kept, ann

    def request(self) -> Request:
        return request(f"t:{next(_numbers)}", of=self.ann)

    def price(self) -> None:
        """Give the token a price on both boards, as rounds would."""
        for one in (self.worker, self.market):
            board = one.services.prices._board
            reading = replace(pool(), address="pool")
            board.set_price(self.kept.token_id, [reading], NOW())

    async def choose_russian(self) -> None:
        await self.worker.services.languages.choose(self.ann, Language.RUSSIAN)

    async def freeze(self) -> None:
        await self.market.services.access.identify(ANN)
        await self.worker.pool.execute("UPDATE users SET status = 'frozen'")

    async def pause(self) -> None:
        stops = self.worker.services.guards.stops
        await stops.pull_own(self.request(), closes=False, place=None, answer=lambda _: ())

    async def dispute(self) -> None:
        book = PostgresSuspicions(self.market.pool, on_outbox=lambda _: None)
        doubt = Suspicion(
            token_id=self.kept.token_id,
            cause=SuspicionCause.POOLS,
            one="a",
            other="b",
            gap=Decimal("0.2"),
            began_at=NOW(),
        )
        await book.begin(doubt, lambda _: ())

    async def believe(self) -> None:
        book = PostgresSuspicions(self.market.pool, on_outbox=lambda _: None)
        await book.end(self.kept.token_id, NOW(), lambda _: ())

    async def set_up_group(self) -> None:
        book = PostgresGroups(self.worker.pool, on_outbox=lambda _: None)
        await book.keep(self.request(), GroupSettings(chat_id=GROUP, is_set_up=True), ())

    async def track(self) -> None:
        shelf = PostgresShelf(self.worker.pool)
        await shelf.keep(token(mint=OTHER_MINT, symbol="JUP"), [("other", "raydium_amm_v4")])

    async def close_chat(self) -> None:
        outbox = PostgresOutbox(self.worker.pool)
        await outbox.close_chat(ANN.user_id, reason="blocked", at=NOW())

    async def look(self) -> None:
        await self.worker.services.prices.quote(self.ann, self.kept.token_id)

    async def set_alert(self) -> None:
        condition = Condition(kind=AlertKind.PRICE, side=AlertSide.ABOVE, level=Decimal(1))
        alerts = self.worker.services.alerts
        await alerts.place(self.request(), self.kept.token_id, condition, lambda _: ())

    async def place_order(self) -> None:
        size = Size(unit=SizeUnit.LAMPORTS, value=Decimal(SOL))
        entry = Entry(token_id=self.kept.token_id, side=Side.LONG, size=size)
        level = Level(value=Decimal("-0.1"), unit=LevelUnit.PERCENT)
        plan = EntryPlan(entry=entry, level=level)
        await self.worker.services.resting.place(self.request(), plan, lambda _: ())

    async def go_short(self) -> None:
        wish = OpenIntent(token_id=self.kept.token_id, side=Side.SHORT, size_lamports=SOL)
        await self.worker.services.trading.open(self.request(), wish, lambda _: ())

    async def end_season(self) -> None:
        await self.worker.services.wallets.reset(self.request(), lambda *_: ())

    def is_frozen(self) -> bool:
        return ANN.user_id not in self.market.services.access._known

    def has_group(self) -> bool:
        return self.market.services.rooms.groups.of(GROUP).is_set_up

    def has_token(self) -> bool:
        return self.market.services.prices._board.by_mint(OTHER_MINT) is not None

    def levels(self) -> int:
        return self.market.services.triggers.counts()[Gauge.PRICE_SOL]

    def has_short(self) -> bool:
        alarms = self.market.services.liquidations._alarms
        return bool(alarms.largest_units(self.kept.token_id))


@pytest.fixture
async def town(database: Pool, database_dsn: str) -> AsyncIterator[Town]:
    kept, ann = await known_token(database), await meet(books_on(database))
    async with (
        process(database_dsn) as worker,
        process(database_dsn, keeps_levels=True) as market,
    ):
        town = Town(worker, market, kept, ann)
        town.price()
        await market.services.access.identify(ANN)
        yield town


KINDS: dict[str, tuple[Callable[[Town], Awaitable[None]], Callable[[Town], bool]]] = {
    "language": (
        Town.choose_russian,
        lambda one: one.market.services.languages.of(ANN.user_id) is Language.RUSSIAN,
    ),
    "suspicion": (
        Town.dispute,
        lambda one: one.worker.services.suspicions.of(one.kept.token_id) is not None,
    ),
    "end of suspicion": (
        Town.believe,
        lambda one: one.worker.services.suspicions.of(one.kept.token_id) is None,
    ),
    "group": (Town.set_up_group, Town.has_group),
    "token": (Town.track, Town.has_token),
    "closed chat": (
        Town.close_chat,
        lambda one: one.market.reachability.is_closed(ANN.user_id),
    ),
    "looked at": (
        Town.look,
        lambda one: one.kept.token_id in one.market.services.prices.hot_tokens(),
    ),
    "alert": (Town.set_alert, lambda one: one.levels() == 1),
    "resting order": (Town.place_order, lambda one: one.levels() == 2),
    "short": (Town.go_short, Town.has_short),
    "season": (Town.end_season, lambda one: one.levels() == 1 and not one.has_short()),
    "stop": (
        Town.pause,
        lambda one: one.market.services.guards.stops.of(ANN.user_id, 1) is not None,
    ),
    "standing": (Town.freeze, Town.is_frozen),
}
"""What is done in the one process, and how the other shows that it knows."""


async def test_what_one_process_changes_the_other_has_within_a_second(town: Town) -> None:
    for kind, (change, is_heard) in KINDS.items():
        # Whoever was forgotten before is identified again within the change itself.
        assert kind == "standing" or not is_heard(town), kind
        await change(town)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while not is_heard(town):  # noqa: ASYNC110 (memory tells no events)
                    await asyncio.sleep(0.005)
        assert is_heard(town), kind
