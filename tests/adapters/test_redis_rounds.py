"""A round told through Redis stands on another's board as on the board of who read it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from bot.adapters.redis.readings import read as made_again
from bot.adapters.redis.readings import spell
from bot.adapters.redis.rounds import RedisRounds
from bot.domain.errors import Unavailable
from bot.domain.pools.concentrated import ConcentratedPool
from bot.domain.pools.glanced import GlancedPool
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.ports.rounds import RoundTold
from bot.services.price_board import PriceBoard
from bot.services.round_telling import RoundHearing, RoundTelling
from tests.adapters.test_decoders_against_sandbox import POOLS, read
from tests.builders.desks import SOL, pool, token
from tests.fakes.hand_clock import HandClock
from tests.faults.redis_lines import open_line, until
from tests.faults.redis_server import redis_server
from tests.services.test_refresh_in_columns import OTHER, Scene, place

_COLUMNS = ("prices", "liquidities", "slots", "kinds", "received", "is_halted")


def passed_on(reading: PoolReading) -> PoolReading:
    made = made_again(orjson.loads(orjson.dumps(spell(reading))))
    assert isinstance(made, PoolReading)
    return made


def test_a_reading_of_every_venue_is_made_again_to_the_last_bit() -> None:
    readings = [read(one) for one in POOLS]
    assert {one.kind for one in readings} == set(PoolKind)
    assert [passed_on(one) for one in readings] == readings


def test_a_pool_that_was_only_glanced_at_prices_and_swaps_as_it_did() -> None:
    whole = next(one for one in map(read, POOLS) if isinstance(_inner(one), ConcentratedPool))
    inner = _inner(whole)
    assert isinstance(inner, ConcentratedPool)
    assert isinstance(whole.curve, OrientedCurve)
    seen = GlancedPool(
        sqrt_price=inner.sqrt_price, liquidity=inner.liquidity, most=(1, 2), whole=lambda: inner
    )
    glanced = replace(whole, curve=replace(whole.curve, pool=seen))
    again = passed_on(glanced)
    assert again.price == glanced.price == whole.price
    there = _inner(again)
    assert isinstance(there, GlancedPool)
    assert there.whole() == inner


def _inner(reading: PoolReading) -> object:
    return reading.curve.pool if isinstance(reading.curve, OrientedCurve) else None


@pytest.mark.parametrize(
    "forged", [{"t": ["Popen", "x"]}, {"t": ["FeeRate"]}, {"c": "eval"}, {"x": 1}, {"i": "a"}, {}]
)
def test_what_nobody_spelt_makes_nothing(forged: object) -> None:
    with pytest.raises(ValueError, match="no reading"):
        made_again(forged)


class Reader:
    """A process that reads the market, with what its board is to look like elsewhere."""

    def __init__(self, rounds: RedisRounds) -> None:
        self.scene = Scene()
        self.telling = RoundTelling(board=self.scene.board, out=rounds, clock=self.scene.clock)

    async def round(self) -> None:
        self.scene.clock.advance(5)
        await self.telling.tell(await self.scene.refresh.round(self.scene.board.tokens, 5.0))


class Other:
    """A process that only hears."""

    def __init__(self, rounds: RedisRounds) -> None:
        self.board = PriceBoard()
        self.board.track(token(2, mint=OTHER, symbol="B"), (place("lone"),))
        self.board.track(token(1), (place("deep"), place("shallow")))
        self.hearing = RoundHearing(board=self.board, rounds=rounds, clock=HandClock())

    async def hear_until(self, slot: int) -> None:
        async with asyncio.timeout(30):
            while True:
                with suppress(Unavailable):
                    await self.hearing.hear()
                priced = self.board.priced(1)
                if priced is not None and priced.best.slot == slot:
                    return
                await asyncio.sleep(0.01)


def same(one: PriceBoard, other: PriceBoard, token_ids: Sequence[int] = (1, 2)) -> bool:
    rows, others = one.columns.rows(token_ids), other.columns.rows(token_ids)
    return all(one.priced(each) == other.priced(each) for each in token_ids) and all(
        (getattr(one.columns, name)[rows] == getattr(other.columns, name)[others]).all()
        for name in _COLUMNS
    )


async def test_what_one_process_read_others_have_to_the_last_bit_through_a_restart(
    tmp_path: Path,
) -> None:
    async with (
        redis_server(tmp_path) as redis,
        open_line(redis.url) as here,
        open_line(redis.url) as there,
    ):
        reader, other = Reader(RedisRounds(here)), Other(RedisRounds(there))
        for slot in (101, 102):
            reader.scene.put(slot=slot, deep=900 + slot, shallow=90, lone=slot)
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(other.hear_until(slot))
                while not hearing.done():
                    await reader.round()
                    await asyncio.sleep(0.02)
            await reader.round()
            await other.hearing.hear()
        assert other.hearing.is_heard_within(1)
        assert same(reader.scene.board, other.board)
        await redis.kill()
        await reader.round()
        with pytest.raises(Unavailable):
            await other.hearing.hear()
        await redis.start()
        await until(here, is_up=True)
        await until(there, is_up=True)
        reader.scene.put(slot=103, deep=770)
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(other.hear_until(103))
            while not hearing.done():
                await reader.round()
                await asyncio.sleep(0.02)


class Kept:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.told: list[RoundTold] = []

    async def tell(self, told: RoundTold) -> None:
        self.told.append(told)

    async def heard(self) -> Sequence[RoundTold]:
        told, self.told = self.told, []
        return told


async def test_of_many_tokens_only_the_prices_are_told_and_nothing_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.services.round_telling._FEW", 1)
    kept, scene = Kept(), Scene()
    telling = RoundTelling(board=scene.board, out=kept, clock=scene.clock)
    scene.chain.whole = {"lone"}
    scene.chain.pools["lone"] = replace(pool(sol_reserve=50 * SOL), address="lone")
    await telling.tell(await scene.refresh.round(scene.board.tokens, 5.0))
    assert scene.chain.decoded == []
    (told,) = kept.told
    assert told.lines.token_ids.tolist() == [1]
    assert [one.token_id for one in told.pools] == [2]
    board = PriceBoard()
    board.track(token(1), (place("deep"), place("shallow")))
    hearing = RoundHearing(board=board, rounds=kept, clock=scene.clock)
    assert await hearing.hear() == scene.clock.now()
    assert await hearing.hear() is None
    assert board.columns.glimpse(1) == scene.board.columns.glimpse(1)
    assert board.priced(1) is None, "what nobody looked at is read when somebody does"
