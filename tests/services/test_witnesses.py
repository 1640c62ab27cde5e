"""What sources say: asked together, remembered for a moment, and weighed in their own dollars."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT
from bot.domain.price_trust import TrustRules
from bot.ports.chain import PoolPlace, SourceState
from bot.ports.token_sources import SourceFigure
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.witnesses import Witnesses
from tests.builders.desks import MINT, pool, token
from tests.fakes.hand_clock import HandClock
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory

TRUE_USD = Decimal("2.763")


@dataclass
class Source:
    """A source whose prices the test sets; it can be down."""

    clock: HandClock
    name: str
    prices: dict[str, Decimal]
    most_mints: int = 2
    is_down: bool = False
    age_seconds: float = 0.0
    asked: list[Sequence[str]] = field(default_factory=list)

    async def places(self, mint: str) -> list[PoolPlace]:
        raise AssertionError(mint)

    async def figures(self, mints: Sequence[str]) -> list[SourceFigure]:
        self.asked.append(mints)
        if self.is_down:
            raise Unavailable(self.name)
        now = self.clock.now()
        return [
            SourceFigure(
                source=self.name,
                mint=mint,
                name="",
                symbol="",
                usd=self.prices[mint],
                liquidity_usd=Decimal(10**7),
                source_at=now - timedelta(seconds=self.age_seconds),
                received_at=now,
            )
            for mint in mints
            if mint in self.prices
        ]

    def state(self) -> SourceState:
        raise AssertionError


class Scene:
    """One token, priced by one pool, and two sources that know it."""

    def __init__(self) -> None:
        self.clock, self.board = HandClock(), PriceBoard()
        self.board.track(token(), ())
        self.slot = 100
        self.sources = [
            Source(self.clock, name, {SOL_MINT: Decimal(150), MINT: TRUE_USD})
            for name in ("one", "two")
        ]
        self.suspicions = Suspicions(
            board=self.board,
            book=SuspicionsInMemory(),
            clock=self.clock,
            rules=TrustRules(),
            notices=PlainWarnings(),
        )
        self.witnesses = Witnesses(
            sources=self.sources,
            board=self.board,
            suspicions=self.suspicions,
            clock=self.clock,
        )

    async def round(self) -> bool:
        """Let the sources be asked once; tells whether the price is doubted."""
        self.slot += 1
        self.board.set_price(1, [pool(slot=self.slot)], self.clock.now())
        await self.witnesses.check([1])
        return self.suspicions.of(1) is not None

    def say(self, usd: str, *names: str) -> None:
        for source in self.sources:
            if source.name in names:
                source.prices[MINT] = Decimal(usd)


async def test_sources_that_agree_with_the_chain_raise_no_doubt() -> None:
    assert pool().price * 150 == TRUE_USD
    scene = Scene()
    assert not await scene.round()
    scene.say("9999", "one")
    assert not await scene.round(), "one against one is no majority"
    scene.say("9999", "two")
    assert await scene.round()


async def test_a_source_counts_in_its_own_dollars() -> None:
    scene = Scene()
    for source in scene.sources:
        # All of its dollars are half as much worth: nothing is wrong with the token.
        source.prices = {SOL_MINT: Decimal(300), MINT: TRUE_USD * 2}
    assert not await scene.round()


async def test_an_old_figure_and_a_source_that_is_down_have_no_say() -> None:
    scene = Scene()
    scene.say("9999", "one", "two")
    scene.sources[0].age_seconds = 121
    scene.sources[1].is_down = True
    assert not await scene.round()
    scene.sources[0].age_seconds = 119
    assert await scene.round()


async def test_what_was_said_is_remembered_for_a_moment_and_asked_in_pieces() -> None:
    scene = Scene()
    assert [figure.source for figure in await scene.witnesses.of(MINT)] == ["one", "two"]
    scene.clock.advance(9)
    await scene.witnesses.of(MINT)
    assert len(scene.sources[0].asked) == 1
    scene.clock.advance(2)
    scene.sources[0].is_down = True
    assert [figure.source for figure in await scene.witnesses.of(MINT)] == ["two"]


async def test_many_tokens_are_asked_about_in_turn() -> None:
    scene = Scene()
    for token_id in range(2, 102):
        scene.board.track(token(token_id, mint=f"mint {token_id}"), ())
        own = pool(slot=100, mint=f"mint {token_id}")
        scene.board.set_price(token_id, [own], scene.clock.now())
    seen: set[str] = set()
    for _ in range(2):
        await scene.witnesses.check(range(1, 102))
        seen |= {mint for mints in scene.sources[0].asked for mint in mints}
        assert max(map(len, scene.sources[0].asked)) <= 2
    assert len(seen) >= 100
