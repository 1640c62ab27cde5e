"""A token's price is disputed when its pools or the sources say so, and until they agree again."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.price_trust import Opinion, SuspicionCause, TrustRules
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from tests.builders.desks import SOL, pool, token
from tests.fakes.hand_clock import HandClock
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory

DEEP = 1_000 * SOL


class Scene:
    """One token with pools that the test moves, and two holders."""

    def __init__(self, book: SuspicionsInMemory | None = None) -> None:
        self.clock, self.board = HandClock(), PriceBoard()
        self.board.track(token(), ())
        self.book = book or SuspicionsInMemory(holders=(7, 8))
        self.suspicions = Suspicions(
            board=self.board,
            book=self.book,
            clock=self.clock,
            rules=TrustRules(),
            notices=PlainWarnings(),
        )
        self.slot = 100

    async def tick(self, *pools: PoolReading) -> None:
        self.slot += 1
        self.clock.advance(1)
        read = [replace(each, slot=self.slot) for each in pools]
        self.board.set_price(1, read, self.clock.now())
        await self.suspicions.check({1})


def raydium(percent: int = 100, depth: int = DEEP) -> PoolReading:
    made = pool(sol_reserve=depth, token_reserve=depth * 100 // percent)
    return replace(made, address="raydium")


def orca(percent: int = 100, depth: int = DEEP // 2) -> PoolReading:
    return replace(raydium(percent, depth), address="orca", kind=PoolKind.ORCA_WHIRLPOOL)


async def test_a_dispute_pauses_at_once_and_is_told_when_it_stands() -> None:
    scene = Scene()
    await scene.tick(raydium(), orca())
    assert scene.suspicions.of(1) is None
    await scene.tick(raydium(), orca(110))
    found = scene.suspicions.of(1)
    assert found is not None
    assert (found.one, found.other) == ("raydium_amm_v4", "orca_whirlpool")
    assert (found.cause, round(found.gap, 3)) == (SuspicionCause.POOLS, Decimal("0.1"))
    assert scene.book.open == {}
    await scene.tick(raydium(), orca(110))
    await scene.tick(raydium(), orca(111))
    assert list(scene.book.open) == [1]
    assert [notice.chat_id for notice in scene.book.told] == [7, 8]


async def test_one_reading_that_disagrees_is_told_to_nobody() -> None:
    scene = Scene()
    for percent in (100, 130, 100, 130, 100):
        await scene.tick(raydium(), orca(percent))
    assert (scene.suspicions.of(1), scene.book.told) == (None, [])


async def test_it_ends_once_all_agreed_for_a_while_and_is_told_once() -> None:
    scene = Scene()
    for _ in range(3):
        await scene.tick(raydium(), orca(110))
    for _ in range(30):
        await scene.tick(raydium(), orca())
    await scene.tick(raydium(), orca(110))
    for _ in range(60):
        await scene.tick(raydium(), orca())
        assert scene.suspicions.of(1) is not None
    await scene.tick(raydium(), orca())
    assert scene.suspicions.of(1) is None
    assert [place for place, _ in scene.book.ended] == [1]
    words = [notice.payload["text"] for notice in scene.book.told]
    assert words.count("WIF ended") == 2
    assert len(words) == 4


async def test_a_dust_pool_disputes_nothing() -> None:
    scene = Scene()
    for _ in range(5):
        await scene.tick(raydium(), orca(300, depth=DEEP // 20))
    assert scene.suspicions.of(1) is None


async def test_a_neighbour_that_was_read_long_before_has_no_say() -> None:
    scene = Scene()
    await scene.tick(raydium(), orca())
    scene.slot += 100
    for _ in range(3):
        await scene.tick(raydium(150))
    assert scene.suspicions.of(1) is None


async def test_a_halted_pool_has_no_say() -> None:
    scene = Scene()
    for _ in range(3):
        await scene.tick(raydium(), replace(orca(150), halt="swaps are off"))
    assert scene.suspicions.of(1) is None


async def test_sources_that_contradict_the_pools_raise_a_dispute_and_clear_it() -> None:
    scene = Scene()
    await scene.tick(raydium())
    priced = scene.board.priced(1)
    assert priced is not None
    price = priced.best.price
    told = Opinion(name="DexScreener", price=price * 2, depth_lamports=DEEP)
    for _ in range(2):
        await scene.tick(raydium())
        await scene.suspicions.weigh(1, [told])
    found = scene.suspicions.of(1)
    assert found is not None
    assert (found.cause, found.other) == (SuspicionCause.SOURCES, "DexScreener")
    assert list(scene.book.open) == [1]
    # The pools agree with each other, which is no answer to what the source says.
    for _ in range(70):
        await scene.tick(raydium(), orca())
    assert scene.suspicions.of(1) is not None
    await scene.suspicions.weigh(1, [replace(told, price=price)])
    for _ in range(62):
        await scene.tick(raydium(), orca())
    assert scene.suspicions.of(1) is None


async def test_what_stood_before_a_restart_still_stands() -> None:
    scene = Scene()
    for _ in range(2):
        await scene.tick(raydium(), orca(110))
    again = Scene(scene.book)
    await again.suspicions.load()
    assert again.suspicions.of(1) == scene.suspicions.of(1)
    again.clock.advance(timedelta(hours=1).total_seconds())
    await again.tick(raydium(), orca())
    assert again.suspicions.of(1) is not None
    for _ in range(62):
        await again.tick(raydium(), orca())
    assert again.suspicions.of(1) is None
