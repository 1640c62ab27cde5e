"""The market watch: what stops entries, what frees them again, and who hears of it once."""

from dataclasses import replace
from decimal import Decimal

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.stops import PostgresStops
from bot.domain.price_trust import TrustRules
from bot.domain.risk import StopRule
from bot.domain.users import Role
from bot.engine.market_rules import BreakerRules, MarketSeen, MarketWatch
from bot.engine.token_falls import TokenFalls
from bot.services.breaker import Breaker
from bot.services.stops import Stops
from bot.services.suspicions import Suspicions
from tests.builders.books import meet
from tests.builders.desks import SOL
from tests.builders.houses import house
from tests.builders.views import an_outside
from tests.fakes.hand_clock import HandClock
from tests.fakes.stop_news import PlainStopNews
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory


def seen(at: float, sol_usd: str = "100", **parts: float) -> MarketSeen:
    return replace(
        MarketSeen(
            now_seconds=at, silent_seconds=0, sol_usd=Decimal(sol_usd), tokens=10, disputed=0
        ),
        **parts,
    )


def test_a_slow_fall_of_sol_stops_entries_until_it_lies_higher_by_a_margin() -> None:
    watch, met = MarketWatch(BreakerRules()), frozenset({StopRule.SOL_MOVED})
    for minute in range(31):
        assert watch.causes(seen(60.0 * minute, str(100 - minute * 0.6))) == {}
    fallen = watch.causes(seen(1_900, "79"))
    assert fallen == {StopRule.SOL_MOVED: "SOL fell 21% within 60 minutes"}
    assert watch.causes(seen(2_600, "82")) == {}, "18 % alone stop nothing"
    assert watch.causes(seen(2_610, "82"), met) == {
        StopRule.SOL_MOVED: "SOL fell 18% within 60 minutes"
    }
    assert watch.causes(seen(3_400, "85"), met) == {}


def test_a_price_that_swings_is_stopped_though_it_goes_nowhere() -> None:
    watch, causes = MarketWatch(BreakerRules()), {}
    for minute in range(10):
        causes = watch.causes(seen(60.0 * minute, "100" if minute % 2 else "107"))
    assert causes == {StopRule.SOL_MOVED: "SOL swung 61% within 10 minutes"}


def test_lost_endpoints_stop_entries_before_the_chain_counts_as_silent() -> None:
    watch = MarketWatch(BreakerRules())
    assert watch.causes(seen(0, rpc_lost_seconds=60.0)) == {}
    assert watch.causes(seen(1, rpc_lost_seconds=61.0)) == {
        StopRule.CHAIN_SILENT: "no RPC endpoint answers for 61 s"
    }


def test_a_token_that_falls_is_told_with_its_figure_and_stands_again_by_a_margin() -> None:
    falls, met = TokenFalls(BreakerRules()), frozenset({7})
    assert falls.fallen(0, {7: 1.0, 8: 1.0}) == {}
    assert falls.fallen(40, {7: 0.35, 8: 1.0}) == {7: "its price fell 65% within 10 minutes"}
    assert list(falls.fallen(50, {7: 0.45, 8: 1.0}, met)) == [7]
    assert falls.fallen(60, {7: 0.6, 8: 1.0}, met) == {}
    assert falls.fallen(700, {7: 0.35, 8: 1.0}) == {}, "the window has passed"
    assert TokenFalls(BreakerRules(token_fall=Decimal(0))).fallen(0, {7: 1.0}) == {}


async def test_holders_of_a_fallen_token_hear_of_it_once_and_of_its_end(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 2, Role.BASIC)
    await meet(built.books, 2, Role.BASIC)
    news, clock, token_id = PlainStopNews(), HandClock(), built.kept.token_id
    stops = Stops(
        book=PostgresStops(database, on_outbox=lambda _queued: None),
        board=built.board,
        books=built.books,
        clock=SystemClock(),
        notices=news,
    )
    breaker = Breaker(
        board=built.board,
        suspicions=Suspicions(
            board=built.board, book=SuspicionsInMemory(), clock=clock, rules=TrustRules(),
            notices=PlainWarnings(),
        ),
        stops=stops,
        clock=clock,
        rules=BreakerRules(silent_seconds=1e9),
        endpoints=lambda: an_outside().endpoints,
    )  # fmt: skip
    breaker.followed = lambda: [token_id]
    row = built.board.columns.row_of[token_id]
    price = float(built.board.columns.prices[row])
    for factor, seconds in ((1.0, 40), (0.3, 5), (0.3, 5), (0.9, 5), (0.9, 61), (0.9, 5)):
        built.board.columns.prices[row] = factor * price
        await breaker.check()
        clock.advance(seconds)
        if factor < 1 and seconds == 5 and news.told:
            is_held = stops.of(2, token_id) is not None
            assert is_held == ("over: sol_moved" not in news.told)
            assert stops.of(2, token_id + 1) is None
    assert news.told == [
        "sol_moved", "holder 1: sol_moved", "over: sol_moved", "holder 1 over: sol_moved",
    ]  # fmt: skip
    told = await database.fetch("SELECT payload ->> 'text' AS text, chat_id FROM outbox")
    assert [tuple(row) for row in told] == [("stopped", 1), ("free", 1)]
