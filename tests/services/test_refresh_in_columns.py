"""A round costs no reading for what nobody asks, and gives the exact one to who does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import cast

import numpy as np
import pytest

from bot.domain.pools.reading import PoolKind, PoolReading
from bot.ports.books import TokenShelf
from bot.ports.chain import Chain, PoolPlace
from bot.ports.price_columns import KINDS, PoolColumns, PoolsRead
from bot.ports.price_rows import PriceRows
from bot.services.price_board import PriceBoard
from bot.services.refresh import Refresh
from tests.builders.desks import SOL, pool, token
from tests.fakes.hand_clock import HandClock

OTHER = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"


@dataclass(slots=True)
class PoolsByAddress:
    """A chain that gives some pools in columns and the others as readings."""

    pools: dict[str, PoolReading] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    decoded: list[str] = field(default_factory=list)

    async def read_round(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float
    ) -> PoolsRead:
        assert deadline_seconds > 0
        known = [
            (n, self.pools[p.address]) for n, p in enumerate(places) if p.address in self.pools
        ]
        columns = [(n, each) for n, each in known if each.address not in self.whole]
        readings = {each.address: each for _, each in known if each.address in self.whole}
        return PoolsRead(columns=_columns(columns), readings=readings, reading_of=self.reading_of)

    def reading_of(self, address: str) -> PoolReading | None:
        self.decoded.append(address)
        return self.pools.get(address)


def _columns(rows: Sequence[tuple[int, PoolReading]]) -> PoolColumns:
    return PoolColumns(
        positions=np.array([n for n, _ in rows], np.intp),
        prices=np.array([float(each.price) for _, each in rows]),
        depths=np.array([float(each.curve.depth_quote_units()) for _, each in rows]),
        slots=np.array([each.slot for _, each in rows], np.int64),
        kinds=np.array([KINDS.index(each.kind) for _, each in rows], np.int16),
    )


@dataclass(slots=True)
class Recorded:
    """A shelf that keeps what it was given."""

    rows: list[PriceRows] = field(default_factory=list)

    async def record(self, rows: PriceRows) -> None:
        self.rows.append(rows)


class Scene:
    """Two tokens: the first of two pools, the second of one."""

    def __init__(self) -> None:
        self.board, self.chain, self.shelf = PriceBoard(), PoolsByAddress(), Recorded()
        self.clock = HandClock()
        self.refresh = Refresh(
            board=self.board,
            chain=cast("Chain", self.chain),
            shelf=cast("TokenShelf", self.shelf),
            clock=self.clock,
        )
        self.board.track(token(1), (place("deep"), place("shallow")))
        self.board.track(token(2, mint=OTHER, symbol="B"), (place("lone"),))
        self.put(deep=900, shallow=90, lone=50)

    def put(self, slot: int = 100, **depths: int) -> None:
        for address, depth in depths.items():
            made = pool(sol_reserve=depth * SOL, token_reserve=10**9, slot=slot)
            self.chain.pools[address] = replace(made, address=address)

    async def round(self) -> Mapping[int, float]:
        self.clock.advance(5)
        fresh = await self.refresh.round(self.board.tokens, 5.0)
        return dict(zip(fresh.token_ids.tolist(), fresh.prices.tolist(), strict=True))


def place(address: str) -> PoolPlace:
    return PoolPlace(address=address, kind=PoolKind.RAYDIUM_AMM_V4, source="shelf")


async def test_a_round_decodes_nothing_until_somebody_asks() -> None:
    scene = Scene()
    prices = await scene.round()
    assert scene.chain.decoded == []
    assert prices == {1: pytest.approx(0.9), 2: pytest.approx(0.05)}
    priced = scene.board.priced(1)
    assert priced is not None
    assert scene.chain.decoded == ["deep", "shallow"]
    assert priced.best == scene.chain.pools["deep"]
    assert priced.received_at == scene.clock.now()
    assert scene.board.priced(1) is priced, "it is decoded once"
    assert len(scene.chain.decoded) == 2


async def test_a_glimpse_is_the_price_to_fifteen_digits_and_decodes_nothing() -> None:
    scene = Scene()
    await scene.round()
    seen = scene.board.columns.glimpse(1)
    assert seen is not None
    assert seen.price == Decimal("0.9")
    assert (seen.liquidity_lamports, seen.slot, seen.kind) == (
        990 * SOL,
        100,
        PoolKind.RAYDIUM_AMM_V4,
    )
    assert scene.chain.decoded == []


async def test_the_history_is_written_for_all_of_a_round_at_once() -> None:
    scene = Scene()
    await scene.round()
    (rows,) = scene.shelf.rows
    assert rows.token_ids.tolist() == [1, 2]
    assert rows.prices.tolist() == pytest.approx([0.9, 0.05])
    assert rows.liquidities.tolist() == [990 * SOL, 50 * SOL]
    assert rows.usd is None
    assert {rows.sources[number] for number in rows.source_of} == {"raydium_amm_v4"}


async def test_a_token_with_one_pool_that_is_read_whole_is_set_from_readings() -> None:
    scene = Scene()
    scene.chain.whole = {"shallow"}
    scene.put(shallow=2_000)
    prices = await scene.round()
    assert prices == {2: pytest.approx(0.05), 1: pytest.approx(2.0)}
    assert scene.chain.decoded == ["deep"]
    assert scene.board.columns.is_lazy.tolist()[:2] == [False, True]


async def test_a_halted_pool_shows_and_comes_back() -> None:
    scene = Scene()
    await scene.round()
    scene.chain.whole = {"lone"}
    scene.put(lone=40, slot=101)
    scene.chain.pools["lone"] = replace(scene.chain.pools["lone"], halt="swaps off")
    await scene.round()
    assert scene.board.halted([1, 2]) == {2}
    assert scene.board.columns.is_halted.tolist()[:2] == [False, True]
    scene.chain.whole = set()
    scene.put(lone=41, slot=102)
    await scene.round()
    assert scene.board.halted([1, 2]) == set()


async def test_what_was_not_read_keeps_its_price_and_its_age() -> None:
    scene = Scene()
    await scene.round()
    at = scene.clock.now()
    lone = scene.chain.pools.pop("lone")
    assert set(await scene.round()) == {1}
    scene.chain.pools["lone"] = lone
    priced = scene.board.priced(2)
    assert priced is not None
    assert priced.received_at == at


async def test_columns_of_an_older_slot_are_not_used() -> None:
    scene = Scene()
    await scene.round()
    scene.put(lone=70, slot=99)
    assert 2 not in await scene.round()
    seen = scene.board.columns.glimpse(2)
    assert seen is not None
    assert seen.price == Decimal("0.05")


async def test_a_price_that_was_read_alone_counts_until_the_next_round() -> None:
    scene = Scene()
    await scene.round()
    scene.put(lone=80, slot=105)
    scene.board.set_price(2, [scene.chain.pools["lone"]], scene.clock.now())
    seen = scene.board.columns.glimpse(2)
    assert seen is not None
    assert (seen.price, seen.slot) == (Decimal("0.08"), 105)
    scene.put(lone=90, slot=106)
    assert (await scene.round())[2] == pytest.approx(0.09)


async def test_a_new_token_joins_the_next_round() -> None:
    scene = Scene()
    await scene.round()
    scene.board.track(token(3, mint="x" * 32, symbol="C"), (place("third"),))
    scene.put(third=10)
    assert set(await scene.round()) == {1, 2, 3}
