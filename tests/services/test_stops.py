"""Emergency stops hold entries back, close what is open once, and survive a restart and a kill."""

from dataclasses import dataclass, replace

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.stops import PostgresStops
from bot.domain.errors import Refusal
from bot.domain.price_trust import TrustRules
from bot.domain.requests import Request
from bot.domain.risk import StopRule
from bot.domain.users import Role, User
from bot.engine.market_rules import BreakerRules
from bot.services.breaker import Breaker
from bot.services.price_board import PriceBoard
from bot.services.stops import Stops
from bot.services.suspicions import Suspicions
from tests.builders.books import meet
from tests.builders.desks import SOL, request, token
from tests.builders.houses import House, house
from tests.fakes.hand_clock import HandClock
from tests.fakes.stop_news import PlainStopNews
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory

ADMIN = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A house with some shorts, and the stops over it."""

    built: House
    stops: Stops
    news: PlainStopNews
    database: Pool

    async def restarted(self, dies_at: int = 0) -> "Scene":
        news = PlainStopNews(dies_at=dies_at)
        stops = Stops(
            book=PostgresStops(self.database, on_outbox=lambda _queued: None),
            board=self.built.board,
            books=self.built.books,
            clock=SystemClock(),
            notices=news,
        )
        await stops.load()
        return Scene(built=self.built, stops=stops, news=news, database=self.database)

    async def admin(self) -> User:
        return await meet(self.built.books, ADMIN, Role.ADMIN)

    async def halt(
        self, *, closes: bool, name: str = "cb:9:a", token_id: int | None = None, person: int = 0
    ) -> None:
        await self.stops.pull(
            await self.asked_by_admin(name),
            token_id,
            closes=closes,
            reason="drained",
            place=(ADMIN, 40),
            answer=lambda _line: (),
            person=person,
        )

    async def asked_by_admin(self, name: str) -> Request:
        return request(name, of=await self.admin())

    async def close(self) -> None:
        await self.stops.close_what_is_stopped(self.built.trading)


async def scene(database: Pool, dies_at: int = 0, shorts: int = 3) -> Scene:
    built = await house(database)
    for user_id in range(1, shorts + 1):
        await built.short(user_id, SOL, 2, Role.BASIC)
    news = PlainStopNews(dies_at=dies_at)
    stops = Stops(
        book=PostgresStops(database, on_outbox=lambda _queued: None),
        board=built.board,
        books=built.books,
        clock=SystemClock(),
        notices=news,
    )
    return Scene(built=built, stops=stops, news=news, database=database)


async def emergency_orders(database: Pool) -> list[int]:
    rows = await database.fetch(
        "SELECT user_id FROM orders WHERE reason = 'emergency' ORDER BY user_id"
    )
    return [row["user_id"] for row in rows]


async def test_a_stop_of_everybody_survives_a_restart_and_is_lifted_by_an_admin(
    database: Pool,
) -> None:
    at = await scene(database)
    await at.halt(closes=False)
    again = await at.restarted()
    stop = again.stops.of(1, at.built.kept.token_id)
    assert stop is not None
    assert (stop.actor_id, stop.reason, stop.rule) == (ADMIN, "drained", StopRule.HAND)
    assert [line.stop.stop_id for line in again.stops.standing()] == [stop.stop_id]
    await again.stops.lift(await at.asked_by_admin("cb:9:b"), None, "refilled", lambda _line: ())
    assert (await again.restarted()).stops.of(1, at.built.kept.token_id) is None
    rows = await database.fetch("SELECT action, actor_id, details FROM audit_log ORDER BY audit_id")
    assert [(row["action"], row["actor_id"]) for row in rows] == [
        ("trading_stopped", ADMIN), ("trading_resumed", ADMIN),
    ]  # fmt: skip
    assert rows[1]["details"]["reason"] == "refilled"
    with pytest.raises(Refusal, match="not_stopped"):
        await again.stops.lift(await at.asked_by_admin("cb:9:c"), None, "", lambda _line: ())


async def test_everything_is_closed_once_though_the_process_dies_between(database: Pool) -> None:
    at = await scene(database, dies_at=2)
    await at.halt(closes=True)
    with pytest.raises(RuntimeError, match="killed"):
        await at.close()
    assert await emergency_orders(database) == [1]
    again = await at.restarted()
    await again.close()
    await again.close()
    assert await emergency_orders(database) == [1, 2, 3]
    assert await at.built.still_short(1, 2, 3) == []
    assert again.news.left == [0]
    row = await database.fetchrow("SELECT planned, closed_at FROM trading_stops")
    assert row is not None
    assert row["closed_at"] is not None
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def test_what_cannot_be_closed_now_is_tried_again(database: Pool) -> None:
    at = await scene(database)
    await at.halt(closes=True)
    at.built.chain.is_away = True
    await at.close()
    await at.close()
    assert at.news.left == [3], "told once"
    at.built.chain.is_away = False
    await at.close()
    assert at.news.left == [3, 0]
    assert sorted(at.news.receipts) == [1, 2, 3]


async def test_a_person_stops_and_resumes_only_themselves(database: Pool) -> None:
    at = await scene(database)
    one = await meet(at.built.books, 1)
    token_id = at.built.kept.token_id
    assert (await at.stops.question(one)).positions == 1
    await at.stops.pull_own(
        request("cb:1:a", of=one), closes=True, place=None, answer=lambda _line: ()
    )
    assert at.stops.of(1, token_id) is not None
    assert at.stops.of(2, token_id) is None
    assert at.stops.standing() == [], "nobody else is told of it"
    await at.close()
    assert await emergency_orders(database) == [1]
    await at.stops.lift_own(request("tg:2", of=one), lambda _line: ())
    assert at.stops.of(1, token_id) is None


async def test_a_frozen_persons_positions_are_closed_too(database: Pool) -> None:
    at = await scene(database, shorts=1)
    await database.execute("UPDATE users SET status = 'frozen' WHERE user_id = 1")
    await at.halt(closes=True, token_id=at.built.kept.token_id)
    await at.close()
    assert await emergency_orders(database) == [1]


async def test_the_same_request_pulls_once_and_another_may_begin_to_close(database: Pool) -> None:
    at = await scene(database, shorts=1)
    await at.halt(closes=False)
    await at.halt(closes=True, name="cb:9:b")
    assert await database.fetchval("SELECT count(*) FROM trading_stops") == 1
    await at.close()
    assert await emergency_orders(database) == [1]
    await at.stops.lift(await at.asked_by_admin("cb:9:d"), None, "", lambda _line: ())
    with pytest.raises(Refusal, match="already_done"):
        await at.halt(closes=False)


@pytest.mark.parametrize("role", [Role.BASIC, Role.PREMIUM])
async def test_nobody_but_an_admin_stops_others(database: Pool, role: Role) -> None:
    at = await scene(database, shorts=0)
    ben = await meet(at.built.books, 5, role)
    with pytest.raises(Refusal, match="not_permitted"):
        await at.stops.pull(
            request("cb:5:a", of=ben),
            None,
            closes=True,
            reason="",
            place=None,
            answer=lambda _line: (),
        )
    with pytest.raises(Refusal, match="not_permitted"):
        await at.stops.lift(request("cb:5:b", of=ben), None, "", lambda _line: ())
    with pytest.raises(Refusal, match="not_permitted"):
        await at.stops.lift(request("cb:5:c", of=ben), None, "", lambda _line: (), person=5)
    with pytest.raises(Refusal, match="not_permitted"):
        await at.stops.question(ben, None, is_own=False)


async def test_an_admin_stops_one_person_who_is_told_and_cannot_lift_it(database: Pool) -> None:
    at = await scene(database)
    token_id, one = at.built.kept.token_id, await meet(at.built.books, 1)
    await at.stops.pull_own(
        request("cb:1:a", of=one), closes=False, place=None, answer=lambda _line: ()
    )
    assert (await at.stops.question(await at.admin(), is_own=False, person=1)).positions == 1
    await at.halt(closes=True, person=1)
    again = await at.restarted()
    assert again.stops.of(2, token_id) is None
    stop = again.stops.of(1, token_id)
    assert stop is not None
    assert (stop.rule, stop.actor_id, stop.reason) == (StopRule.ADMIN, ADMIN, "drained")
    assert at.news.told == ["halted: 1 drained"]
    await again.close()
    assert await emergency_orders(database) == [1]
    await again.stops.lift_own(request("tg:2", of=one), lambda _line: ())
    with pytest.raises(Refusal, match="halted_person"):
        await again.stops.lift_own(request("tg:3", of=one), lambda _line: ())
    asked = await at.asked_by_admin("cb:9:b")
    await again.stops.lift(asked, None, "calm", lambda _line: (), person=1)
    assert again.stops.of(1, token_id) is None
    assert again.news.told == ["released: 1"]
    assert (await again.restarted()).stops.of(1, token_id) is None
    rows = await database.fetch(
        "SELECT action, user_id, actor_id FROM audit_log"
        " WHERE details ->> 'rule' = 'admin' ORDER BY audit_id"
    )
    assert [tuple(row) for row in rows] == [
        ("trading_stopped", 1, ADMIN), ("trading_resumed", 1, ADMIN),
    ]  # fmt: skip
    assert await database.fetchval("SELECT count(*) FROM outbox WHERE chat_id = 1") >= 2


async def test_nobody_stops_whom_nobody_knows_or_lifts_what_does_not_stand(database: Pool) -> None:
    at = await scene(database, shorts=1)
    with pytest.raises(Refusal, match="unknown_user"):
        await at.halt(closes=False, person=777)
    one = await meet(at.built.books, 1)
    await at.stops.pull_own(
        request("cb:1:a", of=one), closes=False, place=None, answer=lambda _line: ()
    )
    with pytest.raises(Refusal, match="not_stopped"):
        await at.stops.lift(await at.asked_by_admin("c"), None, "", lambda _line: (), person=1)


async def test_the_breaker_trips_once_and_lifts_itself_after_a_calm_minute(database: Pool) -> None:
    at = await scene(database, shorts=0)
    clock, board = HandClock(), PriceBoard()
    board.track(token(), ())
    suspicions = Suspicions(
        board=board,
        book=SuspicionsInMemory(),
        clock=clock,
        rules=TrustRules(),
        notices=PlainWarnings(),
    )
    breaker = Breaker(
        board=board, suspicions=suspicions, stops=at.stops, clock=clock, rules=BreakerRules()
    )
    reading = replace(at.built.chain.reading, slot=500)
    board.set_price(1, [reading], clock.now())
    await breaker.check()
    assert at.news.told == []
    clock.advance(181)
    await breaker.check()
    await breaker.check()
    assert at.news.told == ["chain_silent"]
    assert at.stops.of(1, 1) is not None
    await at.stops.lift(await at.asked_by_admin("cb:9:a"), None, "", lambda _line: ())
    await breaker.check()
    assert at.stops.of(1, 1) is None, "lifted by hand: only a new cause trips it again"
    board.set_price(1, [replace(reading, slot=501)], clock.now())
    await breaker.check()
    clock.advance(61)
    board.set_price(1, [replace(reading, slot=502)], clock.now())
    await breaker.check()
    clock.advance(200)
    await breaker.check()
    board.set_price(1, [replace(reading, slot=503)], clock.now())
    await breaker.check()
    clock.advance(61)
    await breaker.check()
    assert at.news.told == ["chain_silent", "chain_silent", "over: chain_silent"]
