"""What live orders tell beside paper: gaps by token and size, and what paper takes for landing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.twins import PostgresTwins
from bot.domain.landing_model import (
    FEWEST_LANDINGS,
    LONGEST_SECONDS,
    MOST_FAILURES,
    MOST_TRIES,
    SHORTEST_SECONDS,
    LandingModel,
    Landings,
    measured,
)
from bot.domain.live_orders import IntentState, LiveWish
from bot.domain.orders import Fill, SwapVenueKind
from bot.domain.twins import SizeClass, Twins
from bot.jobs.gate import measure_landings
from bot.services.landing import LandingDelays
from bot.services.live_deciding import any_entry
from bot.services.live_orders import LiveOrders
from bot.services.twins import TwinFigures
from tests.builders.live_scenes import EAGER, OWNER, live_scene
from tests.builders.swap_worlds import SOL, swap_world

SET = LandingModel(delay_seconds=1.2)
seconds = st.lists(st.floats(min_value=0, max_value=1e6), max_size=60).map(tuple)


def paper_fill(wish: LiveWish, units: int) -> Fill:
    return Fill(
        bought=True,
        token_units=units,
        sol_lamports=wish.amount_in,
        decided_price=Decimal(1),
        fill_price=Decimal(1),
        impact=Decimal(0),
        pool_fee_units=0,
        pool_fee_in_sol=True,
        network_fee_lamports=0,
        pool_address="pool",
        pool_kind=SwapVenueKind.JUPITER,
        slot=1,
    )


async def test_the_haircut_is_read_from_what_was_booked_and_lands_in_the_model(
    database: Pool,
) -> None:
    async with swap_world(slot_ms=10) as world:
        scene = await live_scene(world, database)
        plain = await scene.done(scene.buying())
        got = scene.held()

        async def twin(wish: LiveWish) -> Fill:
            return paper_fill(wish, 2 * got)

        orders = LiveOrders(scene.means, twin=twin, check_entry=any_entry, gate=None)
        intent = await orders.place(scene.request(), scene.buying())
        assert intent.twin is not None
        done = await orders.carry_out((OWNER, intent.number))
        assert (plain.twin, done.twin, done.state) == (None, intent.twin, IntentState.FILLED)
        book = PostgresTwins(database)
        figures = TwinFigures(
            book=book, tokens=scene.means.tokens, clock=scene.means.clock, model=lambda: SET
        )
        view = await figures.view(scene.owner)
        assert view.whole is not None
        assert view.whole.orders == 1, "an order without a twin says nothing"
        # The second purchase moved the price a little further than the first.
        assert Decimal("0.50") < view.whole.median < Decimal("0.52")
        assert view.whole.lost_lamports == int(view.whole.mean * SOL)
        assert [(token.symbol, cut.orders) for token, cut in view.by_token] == [("WIF", 1)]
        assert [size for size, _ in view.by_size] == [SizeClass.MIDDLE]
        assert view.typical_latency is not None
        assert await figures.view(replace(scene.owner, user_id=77)) == replace(
            view, whole=None, by_token=(), by_size=(), typical_latency=None
        )
        since = scene.means.clock.now() - timedelta(days=1)
        landings = await book.landings(since=since, limit=100, limit_each=20)
        assert (len(landings.seconds), landings.failures) == (2, 0)
        assert all(0 < each < EAGER.patience_seconds for each in landings.seconds)
        assert len((await book.landings(since=since, limit=100, limit_each=1)).seconds) == 1


@dataclass(slots=True)
class ToldLandings:
    """Stands for the book: attempts as a test says."""

    said: Landings

    async def newest(self, _user: int, *, since: datetime, limit: int) -> Sequence[Twins]:
        raise AssertionError((since, limit))

    async def landings(self, *, since: datetime, limit: int, limit_each: int) -> Landings:
        assert (since < SystemClock().now(), limit > limit_each) == (True, True)
        return self.said


class EnoughError(Exception):
    """One look is enough."""


async def test_paper_follows_live_once_there_is_enough_of_it() -> None:
    async def stop(_seconds: float) -> None:
        raise EnoughError

    book = ToldLandings(Landings(seconds=(3.0,) * (FEWEST_LANDINGS - 1)))
    delays = LandingDelays(otherwise=SET, chance=lambda: 0.4, clock=SystemClock(), book=book)
    with pytest.raises(EnoughError):
        await measure_landings(delays, stop)
    assert (delays.model, delays.seconds()) == (SET, 1.2)
    book.said = Landings(seconds=(3.0,) * 15, failures=5)
    with pytest.raises(EnoughError):
        await measure_landings(delays, stop)
    wanted = LandingModel(delay_seconds=3.0, failure_share=Decimal("0.25"), orders=20)
    assert (delays.model, delays.seconds()) == (wanted, 3.0)


@given(seconds, st.integers(min_value=0, max_value=200))
def test_a_measured_model_keeps_to_its_bounds(found: tuple[float, ...], failures: int) -> None:
    model = measured(Landings(seconds=found, failures=failures), SET)
    if len(found) + failures < FEWEST_LANDINGS or not found:
        assert model == SET
        return
    assert SHORTEST_SECONDS <= model.delay_seconds <= LONGEST_SECONDS
    assert 0 <= model.failure_share <= MOST_FAILURES


@given(st.floats(min_value=0, max_value=1, exclude_max=True), st.integers(0, 50))
def test_a_fill_takes_at_least_one_try_and_never_more_than_some(chance: float, share: int) -> None:
    model = LandingModel(delay_seconds=2.0, failure_share=Decimal(share) / 100)
    tries = model.total_seconds(chance) / 2.0
    assert tries in range(1, MOST_TRIES + 1)
    assert share > 0 or tries == 1


def test_as_many_tries_fail_as_were_measured() -> None:
    model = LandingModel(delay_seconds=1.0, failure_share=Decimal("0.5"))
    even = [model.total_seconds((place + 0.5) / 1000) for place in range(1000)]
    assert [even.count(tries) for tries in (1.0, 2.0, 3.0, 4.0)] == [500, 250, 125, 125]
