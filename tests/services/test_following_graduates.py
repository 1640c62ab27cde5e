"""Tokens whose pool is over are looked for, ever more seldom, and their holders told once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.domain.errors import Unavailable
from bot.domain.graduations import Graduation
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.tokens import MintReading
from bot.ports.chain import PoolPlace, TokenFound
from bot.ports.graduations import Tell
from bot.services.graduations import Graduations
from bot.services.price_board import PriceBoard
from tests.builders.desks import SOL, pool, token
from tests.fakes.hand_clock import HandClock

HOLDER = 7
CURVE = replace(
    pool(sol_reserve=80 * SOL), address="curve", kind=PoolKind.PUMPFUN_CURVE, halt="complete"
)
EMPTIED = replace(
    pool(sol_reserve=0), address="curve", kind=PoolKind.PUMPFUN_CURVE, halt="complete"
)
NEW_POOL = replace(pool(sol_reserve=85 * SOL), address="new", kind=PoolKind.PUMPSWAP)


@dataclass(slots=True)
class Scene:
    """One token on the board, and a chain that knows what the test says."""

    found: Sequence[PoolReading] = ()
    failure: Exception | None = None
    asked_at: list[float] = field(default_factory=list)
    told: list[Graduation] = field(default_factory=list)
    taken: list[TokenFound] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)
    board: PriceBoard = field(default_factory=PriceBoard)

    def show(self, *readings: PoolReading) -> None:
        places = tuple(
            PoolPlace(address=each.address, kind=each.kind, source="shelf") for each in readings
        )
        self.board.track(token(), places)
        self.board.set_price(1, readings, self.clock.now())

    def graduations(self) -> Graduations:
        return Graduations(
            board=self.board,
            find=self.find,
            take_up=self.take_up,
            book=self,
            clock=self.clock,
            notices=self,
        )

    async def find(self, mint: str) -> TokenFound | None:
        self.asked_at.append(self.clock.monotonic())
        if self.failure is not None:
            raise self.failure
        reading = MintReading(
            mint=mint,
            program="",
            decimals=6,
            supply=10**15,
            mint_authority=None,
            freeze_authority=None,
            extensions=(),
            transfer_fee_bps=0,
            transfer_fee_maximum=0,
            risks=(),
            name=None,
            symbol=None,
        )
        return TokenFound(mint=reading, name="", symbol="", pools=tuple(self.found), places=())

    async def take_up(self, found: TokenFound) -> Token:
        self.taken.append(found)
        self.show(*found.pools)
        return token()

    async def note(self, graduation: Graduation, tell: Tell) -> bool:
        if any(known.to_pool == graduation.to_pool for known in self.told):
            return False
        self.told.append(graduation)
        tell(HOLDER)
        return True

    def moved(self, user_id: int, moved: Token, graduation: Graduation) -> Sequence[Notice]:
        assert (user_id, moved.token_id) == (HOLDER, graduation.token_id)
        return ()


async def watch(scene: Scene, seconds: int) -> None:
    graduations = scene.graduations()
    for _ in range(seconds):
        await graduations.follow([1])
        scene.clock.advance(1)


async def test_a_complete_curve_is_left_for_its_pool_and_that_is_told_once() -> None:
    scene = Scene(found=[NEW_POOL])
    scene.show(CURVE)
    await watch(scene, 5)
    (told,) = scene.told
    assert (told.from_kind, told.to_kind) == (PoolKind.PUMPFUN_CURVE, PoolKind.PUMPSWAP)
    assert (told.from_pool, told.to_pool) == ("curve", "new")
    assert (len(scene.taken), len(scene.asked_at)) == (1, 1)


async def test_an_emptied_curve_that_gives_no_price_is_left_too() -> None:
    scene = Scene(found=[NEW_POOL])
    scene.show(EMPTIED)
    assert scene.board.priced(1) is None
    await watch(scene, 1)
    assert len(scene.told) == 1
    priced = scene.board.priced(1)
    assert priced is not None
    assert priced.best.address == "new"


async def test_a_pool_that_is_not_there_yet_is_asked_for_ever_more_seldom() -> None:
    scene = Scene(found=[CURVE])
    scene.show(CURVE)
    begun = scene.clock.monotonic()
    await watch(scene, 3_000)
    waits = [round(at - begun) for at in scene.asked_at]
    assert waits == [0, 2, 6, 14, 30, 62, 126, 254, 510, 1_022, 1_622, 2_222, 2_822]
    assert (scene.told, scene.taken) == ([], [])


async def test_a_search_begins_anew_when_the_next_pool_ends() -> None:
    scene = Scene(found=[CURVE])
    scene.show(CURVE)
    graduations = scene.graduations()
    await graduations.follow([1])
    scene.clock.advance(2)
    scene.found = [NEW_POOL]
    await graduations.follow([1])
    await graduations.follow([1])
    next_pool = replace(NEW_POOL, address="next", kind=PoolKind.RAYDIUM_CPMM)
    scene.show(replace(NEW_POOL, halt="swaps off", slot=NEW_POOL.slot + 1))
    scene.found = [next_pool]
    await graduations.follow([1])
    assert [told.to_pool for told in scene.told] == ["new", "next"]


async def test_a_dead_launch_beside_a_living_pool_is_dropped_and_a_dead_pool_is_not() -> None:
    scene = Scene(found=[NEW_POOL])
    scene.show(CURVE, replace(NEW_POOL, address="other", kind=PoolKind.RAYDIUM_CPMM))
    await watch(scene, 1)
    assert len(scene.taken) == 1
    calm = Scene(found=[NEW_POOL])
    calm.show(NEW_POOL, replace(NEW_POOL, address="shut", kind=PoolKind.ORCA_WHIRLPOOL, halt="off"))
    await watch(calm, 10)
    assert calm.asked_at == []


async def test_what_anybody_opens_meanwhile_prices_the_token_but_is_not_its_pool() -> None:
    meanwhile = replace(NEW_POOL, address="meanwhile", kind=PoolKind.RAYDIUM_CPMM)
    scene = Scene(found=[CURVE, meanwhile])
    scene.show(CURVE)
    await watch(scene, 30)
    assert (scene.told, len(scene.taken)) == ([], 1)
    priced = scene.board.priced(1)
    assert priced is not None
    assert priced.best.address == "meanwhile"
    scene.found = [NEW_POOL, meanwhile]
    await watch(scene, 1)
    assert [told.to_pool for told in scene.told] == ["new"]


async def test_a_chain_that_does_not_answer_is_asked_again() -> None:
    scene = Scene(found=[NEW_POOL], failure=Unavailable("Solana RPC", "down"))
    scene.show(CURVE)
    graduations = scene.graduations()
    await graduations.follow([1])
    assert scene.told == []
    scene.failure = None
    scene.clock.advance(2)
    await graduations.follow([1])
    assert len(scene.told) == 1


async def test_a_move_that_was_told_before_a_crash_is_taken_up_and_not_told_again() -> None:
    scene = Scene(found=[NEW_POOL])
    scene.show(CURVE)
    await watch(scene, 1)
    scene.show(CURVE)  # the crash came before the new pool was kept
    await watch(scene, 1)
    assert (len(scene.told), len(scene.taken)) == (1, 2)


async def test_living_tokens_cost_no_question() -> None:
    scene = Scene()
    scene.show(NEW_POOL)
    await watch(scene, 10)
    assert scene.asked_at == []
