"""Shorts that no longer carry their margin go at the next tick, and only those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.errors import Refusal, Unavailable
from bot.domain.instruments import Token
from bot.domain.orders import OpenIntent
from bot.domain.pools.concentrated import ConcentratedPool, KnownTicks
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.positions import Side
from bot.domain.users import Mode, Role
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.chain import EndpointState, NetworkCosts, PoolPlace, TokenFound
from bot.services.liquidations import Liquidations
from bot.services.price_board import PriceBoard
from bot.services.trading import Trading
from bot.services.wallets import Wallets
from bot.services.whole_pools import WholePools
from tests.builders.books import books_on, known_token, meet
from tests.builders.desks import COSTS, SOL, pool, request

PRICE = 18_420 * SOL


@dataclass(slots=True)
class OnePool:
    """A chain with one pool: what the refresh sees of it, and what a full reading sees."""

    reading: PoolReading
    is_away: bool = False
    full_reads: list[str] = field(default_factory=list)

    async def read_pool(self, place: PoolPlace) -> PoolReading:
        if self.is_away:
            raise Unavailable("Solana RPC")
        self.full_reads.append(place.address)
        return self.reading

    async def read_pools(self, places: Sequence[PoolPlace]) -> Mapping[str, PoolReading]:
        return {place.address: self.reading for place in places}

    async def find_token(self, mint: str) -> TokenFound | None:
        raise AssertionError(mint)

    async def network_costs(self) -> NetworkCosts:
        return COSTS

    def endpoints(self) -> Sequence[EndpointState]:
        return ()

    def best_slot(self) -> int:
        return self.reading.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The services around one token."""

    chain: OnePool
    board: PriceBoard
    books: PostgresBooks
    trading: Trading
    wallets: Wallets
    liquidations: Liquidations
    kept: Token

    async def short(self, user_id: int, lamports: int, leverage: int, role: Role) -> None:
        seller = await meet(self.books, user_id, role)
        intent = OpenIntent(
            token_id=self.kept.token_id, side=Side.SHORT, size_lamports=lamports, leverage=leverage
        )
        await self.trading.open(request(f"tg:{user_id}", of=seller), intent, lambda _: ())

    async def tick(self, percent: int) -> None:
        """Let the pool stand at a percentage of the opening price, and look at the shorts."""
        moved = pool(sol_reserve=PRICE * percent // 100, slot=self.chain.reading.slot + 1)
        self.chain.reading = replace(moved, address="pool")
        self.board.set_price(self.kept.token_id, [self.chain.reading], SystemClock().now())
        await self.liquidations.check({self.kept.token_id})

    async def still_short(self, *user_ids: int) -> list[int]:
        desks = [await self.books.desk(user_id, Mode.PAPER, "") for user_id in user_ids]
        return [desk.user.user_id for desk in desks if desk.positions]


async def house(database: Pool) -> House:
    chain, board, clock = OnePool(replace(pool(), address="pool")), PriceBoard(), SystemClock()
    books, kept = books_on(database), await known_token(database)
    place = PoolPlace(address="pool", kind=PoolKind.RAYDIUM_AMM_V4, source="shelf", mint=kept.mint)
    board.track(kept, (place,))
    board.set_price(kept.token_id, [chain.reading], clock.now())
    risk = RiskSettings()
    trading = Trading(
        engine=TradingEngine(PaperVenue(), risk),
        risk=risk,
        books=books,
        board=board,
        chain=chain,
        clock=clock,
    )
    pools = WholePools(board=board, chain=chain, clock=clock)
    liquidations = Liquidations(
        board=board,
        pools=pools,
        trading=trading,
        books=books,
        clock=clock,
        liquidated=lambda _user, _filled: (),
    )
    return House(
        chain=chain,
        board=board,
        books=books,
        trading=trading,
        wallets=Wallets(books=books, board=board, pools=pools, clock=clock),
        liquidations=liquidations,
        kept=kept,
    )


async def test_only_the_shorts_that_are_used_up_go(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 20 * SOL, 1, Role.BASIC)
    await built.short(2, SOL, 3, Role.BASIC)
    await built.short(3, 5 * SOL, 3, Role.ADMIN)
    await built.tick(110)
    assert await built.still_short(1, 2, 3) == [1, 2, 3]
    await built.tick(135)
    assert await built.still_short(1, 2, 3) == [1]
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def test_a_banned_owner_and_a_frozen_one_are_liquidated_all_the_same(database: Pool) -> None:
    built = await house(database)
    await built.short(1, SOL, 3, Role.BASIC)
    await built.short(2, SOL, 3, Role.BASIC)
    await database.execute("UPDATE users SET status = 'banned' WHERE user_id = 1")
    await database.execute("UPDATE users SET status = 'frozen' WHERE user_id = 2")
    await built.tick(135)
    assert await built.still_short(1, 2) == []


async def test_nobody_trades_while_the_slots_of_all_nodes_stand_still(database: Pool) -> None:
    built = await house(database)
    long_ago = SystemClock().now() - timedelta(minutes=2)
    stuck = replace(built.chain.reading, slot=500)
    built.board.set_price(built.kept.token_id, [stuck], long_ago)
    built.chain.reading = stuck
    with pytest.raises(Refusal, match="stale_price"):
        await built.short(1, SOL, 1, Role.BASIC)
    built.chain.reading = replace(stuck, slot=501)
    await built.short(1, SOL, 1, Role.BASIC)
    assert await built.still_short(1) == [1]


async def test_healthy_shorts_cost_no_reading_however_many_they_are(database: Pool) -> None:
    built = await house(database)
    for user_id in range(1, 6):
        await built.short(user_id, SOL * user_id, 2, Role.BASIC)
    built.chain.full_reads.clear()
    await built.tick(105)
    assert built.chain.full_reads == []
    token_id = built.kept.token_id
    assert list(await built.books.largest_shorts(Mode.PAPER)) == [token_id]
    assert await built.books.shorts_at_risk(Mode.PAPER, {}) == []


async def test_a_reading_without_ticks_is_read_in_full_before_it_is_judged(database: Pool) -> None:
    built = await house(database)
    await built.short(1, 5 * SOL, 2, Role.BASIC)
    whole = replace(built.chain.reading, slot=200)
    price_tick = 98_200
    narrow = ConcentratedPool(
        sqrt_price=2**64 * 18_420 // 135,
        tick=price_tick,
        liquidity=10,
        fee_rate=3000,
        ticks=KnownTicks(lowest_tick=price_tick, highest_tick=price_tick + 1),
        first_payable=1,
        second_payable=10**30,
    )
    partial = replace(whole, slot=199, curve=OrientedCurve(pool=narrow, is_base_first=True))
    built.board.set_price(built.kept.token_id, [partial], SystemClock().now())
    built.chain.reading = whole
    built.chain.full_reads.clear()
    ann = (await built.books.desk(1, Mode.PAPER, "")).user
    portfolio = await built.wallets.portfolio(ann)
    assert portfolio.is_whole
    assert portfolio.equity_lamports > 99 * SOL
    built.chain.is_away = True
    built.board.set_price(built.kept.token_id, [replace(partial, slot=201)], SystemClock().now())
    assert not (await built.wallets.portfolio(ann)).is_whole
    await built.liquidations.check({built.kept.token_id})
    assert await built.still_short(1) == [1]
