"""A level fires once it stood in enough readings, once, and never at a price that is disputed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from bot.domain.errors import Unavailable
from bot.domain.price_trust import TrustRules
from bot.domain.triggers import Crossing, Gauge, Owner, Reach, Trigger
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from tests.builders.desks import SOL, pool, token
from tests.fakes.hand_clock import HandClock
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory

DEEP, THIN = 2_000 * SOL, 10 * SOL


class Listener:
    """An owner that notes what it is told, or is away."""

    def __init__(self, kept: Sequence[Trigger] = ()) -> None:
        self.kept = kept
        self.told: list[Crossing] = []
        self.is_away = False

    async def armed(self) -> AsyncIterator[Sequence[Trigger]]:
        yield self.kept

    async def fire(self, crossings: Sequence[Crossing]) -> None:
        if self.is_away:
            raise Unavailable("database")
        self.told += crossings


class Scene:
    """One token whose price the test sets in percent of a start, with two owners."""

    def __init__(self, depth: int = DEEP, kept: Sequence[Trigger] = ()) -> None:
        self.clock, self.board, self.depth = HandClock(), PriceBoard(), depth
        self.board.track(token(), ())
        rules = TrustRules()
        self.suspicions = Suspicions(
            board=self.board,
            book=SuspicionsInMemory(holders=()),
            clock=self.clock,
            rules=rules,
            notices=PlainWarnings(),
        )
        self.alerts, self.orders = Listener(kept), Listener()
        self.triggers = Triggers(
            board=self.board,
            suspicions=self.suspicions,
            rules=rules,
            time_of=self.time_of,
            clock=self.clock,
        )
        self.triggers.tell(Owner.ALERT, self.alerts)
        self.triggers.tell(Owner.ORDER, self.orders)
        self.slot = 100
        self.start = pool(sol_reserve=depth, token_reserve=depth).price

    def time_of(self, _slot: int) -> datetime | None:
        return self.clock.now()

    def level(self, percent: int) -> Decimal:
        return self.start * percent / 100

    def trigger(self, percent: int, reach: Reach = Reach.ABOVE, **changes: object) -> Trigger:
        made = Trigger(
            owner=Owner.ALERT,
            number=1,
            token_id=1,
            gauge=Gauge.PRICE_SOL,
            reach=reach,
            level=self.level(percent),
        )
        return replace(made, **changes)  # type: ignore[arg-type]  # a test names what differs

    async def tick(self, percent: int, *, new_slot: bool = True, other: int = 0) -> None:
        self.slot += new_slot
        self.clock.advance(1)
        made = pool(sol_reserve=self.depth, token_reserve=self.depth * 100 // percent)
        read = [replace(made, slot=self.slot, address="one")]
        if other:
            tokens = self.depth * 100 // other // 2
            second = pool(sol_reserve=self.depth // 2, token_reserve=tokens)
            read.append(replace(second, slot=self.slot, address="other"))
        self.board.set_price(1, read, self.clock.now())
        await self.suspicions.check({1})
        await self.triggers.check({1})


async def test_a_level_fires_once_it_stood_in_two_readings_of_a_deep_pool() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(110))
    await scene.tick(109)
    await scene.tick(111)
    assert scene.alerts.told == []
    await scene.tick(112)
    (crossing,) = scene.alerts.told
    assert (crossing.first_value, crossing.value) > (scene.level(110), scene.level(111))
    assert crossing.confirmed_at > crossing.seen_at
    assert crossing.slot == 102
    await scene.tick(113)
    assert len(scene.alerts.told) == 1


async def test_a_thin_pool_has_to_say_it_four_times() -> None:
    scene = Scene(THIN)
    scene.triggers.arm(scene.trigger(90, Reach.BELOW))
    for _ in range(3):
        await scene.tick(80)
    assert scene.alerts.told == []
    await scene.tick(80)
    assert len(scene.alerts.told) == 1


async def test_a_single_outlier_fires_nothing_and_the_level_stays_armed() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(110))
    for percent in (100, 300, 100, 250, 105):
        await scene.tick(percent)
    assert scene.alerts.told == []
    for _ in range(2):
        await scene.tick(110)
    assert len(scene.alerts.told) == 1


async def test_the_same_slot_seen_again_is_no_second_reading() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(110))
    await scene.tick(120)
    for _ in range(5):
        await scene.tick(120, new_slot=False)
    assert scene.alerts.told == []


async def test_nothing_fires_while_the_price_is_disputed() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(110))
    for _ in range(6):
        await scene.tick(150, other=100)
    assert scene.alerts.told == []
    for _ in range(70):
        await scene.tick(150, other=150)
    assert len(scene.alerts.told) == 1


async def test_a_level_taken_back_while_it_waits_never_fires() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(110))
    await scene.tick(120)
    scene.triggers.disarm(Owner.ALERT, 1)
    for _ in range(3):
        await scene.tick(120)
    assert scene.alerts.told == []
    assert scene.triggers.tokens() == set()


async def test_a_level_armed_anew_takes_the_place_of_the_old_on_any_gauge() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(110))
    liquidity = scene.trigger(110, Reach.BELOW, gauge=Gauge.LIQUIDITY_SOL, level=Decimal(1_000))
    scene.triggers.arm(liquidity)
    for _ in range(3):
        await scene.tick(120)
    assert scene.alerts.told == []
    assert dict(scene.triggers.counts())[Gauge.LIQUIDITY_SOL] == 1


async def test_orders_are_told_before_alerts_and_an_absent_owner_costs_nobody_a_crossing() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(110))
    scene.triggers.arm(scene.trigger(110, owner=Owner.ORDER))
    scene.orders.is_away = True
    await scene.tick(120)
    with pytest.raises(Unavailable):
        await scene.tick(120)
    assert (len(scene.alerts.told), len(scene.orders.told)) == (1, 0)
    scene.orders.is_away = False
    for _ in range(2):
        await scene.tick(120)
    assert (len(scene.alerts.told), len(scene.orders.told)) == (1, 1)


async def test_a_days_volume_fires_as_sources_count_it() -> None:
    scene = Scene()
    scene.triggers.arm(scene.trigger(0, gauge=Gauge.VOLUME_USD, level=Decimal(50_000)))
    for volume in (None, Decimal(40_000), Decimal(50_000), Decimal(60_000)):
        if volume is not None:
            scene.board.volumes[1] = volume
        assert scene.alerts.told == []
        await scene.tick(100)
    assert [crossing.value for crossing in scene.alerts.told] == [Decimal(60_000)]


async def test_a_level_crossed_while_the_bot_was_down_fires_on_the_first_confirmed_price() -> None:
    first = Scene()
    again = Scene(kept=[first.trigger(110)])
    await again.triggers.load()
    assert again.triggers.tokens() == {1}
    for _ in range(2):
        await again.tick(150)
    assert len(again.alerts.told) == 1
