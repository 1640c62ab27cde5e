"""Whatever happens in whatever order, no leg is orphaned, nothing oversold, no money lost."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.adapters.database.connection import open_pool
from bot.domain.errors import Refusal
from bot.domain.levels import Level, LevelUnit
from bot.domain.positions import Side
from bot.domain.resting_plans import EntryPlan, SchedulePlan, Stop, TakeProfit, Trailing
from bot.domain.users import Role
from tests.builders.desks import SOL
from tests.builders.examples import examples
from tests.builders.resting import Waiting, percent, waiting
from tests.properties.resting_model import Fill, Model, ModelOrder

PRICES = st.sampled_from([50, 60, 70, 80, 85, 90, 95, 100, 105, 110, 120, 130, 150])
AWAY = st.sampled_from([4, 7, 13, 23])
SHARES = st.sampled_from([10, 25, 33, 50, 100])
_people = itertools.count(50_000)
_NEW_FILLS = """
    SELECT o.number, o.action, o.token_units, r.number AS resting, o.position_number
    FROM orders o LEFT JOIN resting_orders r ON r.user_id = o.user_id
      AND o.request_id LIKE 'rest:' || r.order_id || ':%'
    WHERE o.user_id = $1 AND o.number > $2 ORDER BY o.number
"""
_PLACED = """
    SELECT number, level, reach, token_units, kind FROM resting_orders
    WHERE user_id = $1 AND request_id = (
      SELECT request_id FROM orders WHERE user_id = $1 AND number = $2)
"""
_ORPHANS = """
    SELECT count(*) FROM resting_orders r WHERE r.user_id = $1 AND r.state = 'working'
      AND r.position_number IS NOT NULL AND NOT EXISTS (
        SELECT FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
        WHERE w.is_current AND p.user_id = r.user_id AND p.season = r.season
          AND p.number = r.position_number AND p.state = 'open')
"""
_FILLED_TWICE = """
    SELECT count(*) - count(DISTINCT request_id) FROM orders WHERE user_id = $1
"""


class RestingMachine(RuleBasedStateMachine):
    """One person, one token, one position at a time, and everything that may happen to orders."""

    run_async: Callable[[Coroutine[Any, Any, Any]], Any]
    make: Callable[[], Awaitable[Waiting]]

    @initialize()
    def begin(self) -> None:
        """Let a new person come, to a price of 100."""
        self.at: Waiting = self.run_async(type(self).make())
        self.at.who, self.at.role = next(_people), Role.ADMIN
        self.model, self.last_fill = Model(), 0
        self.percent = 100
        self.at.set_price(self.percent)
        self.run_async(self.at.ann())

    def price(self) -> Decimal:
        priced = self.at.house.board.priced(self.at.house.kept.token_id)
        assert priced is not None
        return priced.best.price

    def level(self, away: int) -> Level:
        return Level(unit=LevelUnit.SOL, value=self.price() * (100 + away) / 100)

    @rule(size=st.integers(1, 3))
    def buy(self, size: int) -> None:
        self.run_async(self.at.buy(size * SOL))
        self.follow()

    @precondition(lambda self: self.model.units)
    @rule(share=SHARES)
    def sell(self, share: int) -> None:
        self.run_async(self.at.sell(self.position(), share))
        self.follow()

    @precondition(lambda self: self.model.units)
    @rule(away=AWAY, share=SHARES)
    def protect(self, away: int, share: int) -> None:
        level = self.level(-away)
        (number,) = self.run_async(
            self.at.guard(self.position(), Stop(level=level, share_percent=share))
        )
        self.model.waiting[number] = ModelOrder(
            is_entry=False, level=level.value, units=self.part(share)
        )

    @precondition(lambda self: self.model.units)
    @rule(first=AWAY, second=AWAY, share=st.sampled_from([20, 50, 60]))
    def ladder(self, first: int, second: int, share: int) -> None:
        levels = [self.level(first), self.level(first + second)]
        shares = [share, 100 - share]
        steps = [
            TakeProfit(level=level, share_percent=part)
            for level, part in zip(levels, shares, strict=True)
        ]
        numbers = self.run_async(self.at.guard(self.position(), *steps))
        lower = self.part(share)
        assert lower is not None
        for number, level, units in zip(
            numbers, levels, [lower, self.model.units - lower], strict=True
        ):
            self.model.waiting[number] = ModelOrder(
                is_entry=False, level=level.value, is_below=False, units=units
            )

    @precondition(lambda self: self.model.units)
    @rule(away=AWAY)
    def trail(self, away: int) -> None:
        (number,) = self.run_async(self.at.guard(self.position(), Trailing(percent=Decimal(away))))
        self.model.waiting[number] = ModelOrder(
            is_entry=False, trail=Decimal(away) / 100, best=self.price()
        )

    @rule(away=AWAY, breakout=st.none() | AWAY)
    def enter_later(self, away: int, breakout: int | None) -> None:
        exits = (Stop(level=percent("-9")), TakeProfit(level=percent("31"), share_percent=40))
        entry = self.at.entry(exits=exits)
        limit = EntryPlan(entry=entry, level=self.level(-away))
        plan = limit
        if breakout is not None:
            plan = EntryPlan(
                entry=self.at.entry(), level=self.level(breakout), is_breakout=True, other=limit
            )
        numbers = self.run_async(self.at.place(plan))
        group = numbers[0] if len(numbers) > 1 else None
        self.model.waiting[numbers[-1]] = ModelOrder(
            is_entry=True, level=limit.level.value, sticks=False, group=group, exits=2
        )
        if breakout is not None:
            self.model.waiting[numbers[0]] = ModelOrder(
                is_entry=True, level=plan.level.value, is_below=False, group=group
            )

    @rule(times=st.integers(1, 3))
    def repeat_buys(self, times: int) -> None:
        plan = SchedulePlan(entry=self.at.entry(), every=timedelta(hours=1), times=times)
        (number,) = self.run_async(self.at.place(plan))
        self.model.waiting[number] = ModelOrder(is_entry=True, times=times)

    @rule()
    def let_an_hour_pass(self) -> None:
        for number, order in self.model.waiting.items():
            if order.level is None and order.trail is None:
                self.run_async(self.pass_hour(number))
                order.is_seen = True
        self.run_async(self.at.run_due())
        self.follow()

    @rule(to=PRICES, times=st.integers(1, 2), dies=st.booleans())
    def tick(self, to: int, times: int, *, dies: bool) -> None:
        self.percent = to
        for _ in range(times):
            self.run_async(self.at.tick(to, settles=not dies))
            self.model.tick(self.price())
            if not dies:
                self.follow()
        if dies:
            self.crash()

    @rule()
    def crash(self) -> None:
        """Drop all that memory knows; at the first prices after, what was seen is carried out."""
        self.at = self.run_async(self.at.restarted())
        self.model.crash()
        self.run_async(self.at.tick(self.percent))
        self.model.tick(self.price())
        self.follow()

    @precondition(lambda self: self.model.waiting)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.waiting)))
        self.run_async(self.at.cancel(number))
        del self.model.waiting[number]

    @precondition(lambda self: self.model.waiting)
    @rule()
    def cancel_all(self) -> None:
        assert self.run_async(self.at.cancel(None)) == len(self.model.waiting)
        self.model.waiting.clear()

    @rule()
    def ask_twice(self) -> None:
        plan = EntryPlan(entry=self.at.entry(), level=self.level(-50))
        key = f"twice:{next(_people)}"
        (number,) = self.run_async(self.at.place(plan, key))
        with pytest.raises(Refusal, match="already_done"):
            self.run_async(self.at.place(plan, key))
        self.model.waiting[number] = ModelOrder(is_entry=True, level=plan.level.value, sticks=False)

    @rule()
    def reset(self) -> None:
        async def start() -> None:
            await self.at.house.wallets.reset(await self.at.ask(), lambda _: ())
            self.at.resting.clock.note_season(self.at.who)
            await self.at.settle()

        self.run_async(start())
        self.model = Model()

    @invariant()
    def the_books_are_as_the_model_says(self) -> None:
        if not hasattr(self, "at"):
            return
        self.run_async(self.compare())

    def teardown(self) -> None:
        if hasattr(self, "at"):
            self.run_async(self.at.prove())
            self.reset()

    def position(self) -> int:
        (position,) = self.run_async(self.at.positions())
        return int(position.number)

    def part(self, share: int) -> int | None:
        return None if share == 100 else self.model.units * share // 100

    async def pass_hour(self, number: int) -> None:
        await self.at.database.execute(
            "UPDATE resting_orders SET due_at = due_at - interval '1 hour'"
            " WHERE user_id = $1 AND number = $2",
            self.at.who,
            number,
        )

    def follow(self) -> None:
        """Let memory hear, as it does beside the ticks, and replay in the model what was filled."""
        self.run_async(self.at.settle())
        for fill in self.run_async(self.at.database.fetch(_NEW_FILLS, self.at.who, self.last_fill)):
            self.last_fill = fill["number"]
            is_open = fill["action"] == "open"
            placed = self.run_async(self.at.database.fetch(_PLACED, self.at.who, fill["number"]))
            self.model.replay(
                Fill(order=fill["resting"] or 0, is_open=is_open, units=int(fill["token_units"])),
                {row["number"]: _of_row(row) for row in placed if is_open},
            )

    async def compare(self) -> None:
        working = await self.at.working()
        assert working == sorted(self.model.waiting)
        positions = await self.at.positions()
        held = sum(position.token_units for position in positions)
        assert held == self.model.units
        assert all(position.side is Side.LONG for position in positions)
        database, who = self.at.database, self.at.who
        assert await database.fetchval(_ORPHANS, who) == 0
        assert await database.fetchval(_FILLED_TWICE, who) == 0
        for number, order in self.model.waiting.items():
            assert not (order.is_seen and order.sticks and order.trail is None), (
                f"order {number} was seen and neither filled nor ended"
            )
        self.compare_memory()

    def compare_memory(self) -> None:
        """Every level that waits is armed or about to fire, and nothing else is."""
        levels = [one for one in self.model.waiting.values() if one.level or one.trail]
        triggers, watch = self.at.triggers, self.at.resting.clock._watch
        armed = sum(triggers.counts().values())
        reached = sum(len(waiting) for waiting in triggers._waiting.values())
        assert armed + reached + len(watch.pending) == len(levels)


def _of_row(row: Any) -> ModelOrder:
    units = row["token_units"]
    return ModelOrder(
        is_entry=False,
        level=row["level"],
        is_below=row["reach"] == "below",
        units=None if units is None else int(units),
    )


def test_any_sequence_leaves_orders_positions_and_money_right(database_dsn: str) -> None:
    loop = asyncio.new_event_loop()
    try:
        opened = open_pool(database_dsn, size=4)
        database = loop.run_until_complete(opened.__aenter__())
        RestingMachine.run_async = staticmethod(loop.run_until_complete)  # type: ignore[assignment]
        RestingMachine.make = staticmethod(lambda: waiting(database))  # type: ignore[assignment]
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            RestingMachine,
            settings=settings(
                max_examples=examples(5),
                stateful_step_count=30,
                deadline=None,
                phases=(Phase.generate,),  # shrinking would take minutes on a database
                suppress_health_check=list(HealthCheck),
            ),
        )
        loop.run_until_complete(opened.__aexit__(None, None, None))
    finally:
        loop.close()
