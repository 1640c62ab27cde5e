"""Columns lose nothing that matters: digits on their way to the history, and disputes."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.database.connection import Pool
from bot.adapters.database.numeric_columns import numerics
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.price_trust import Opinion, TrustRules, find_dispute
from bot.ports.price_columns import PoolColumns
from bot.services.pool_spans import PoolSpans
from bot.services.round_plan import TokenRound
from tests.builders.desks import NOON
from tests.builders.price_rows import PriceRow, columns_of

RULES = TrustRules()
KEPT = Decimal("1e-14")
numbers = st.floats(1e-280, 1e280) | st.floats(1e-12, 1e12) | st.integers(1, 2**70).map(float)


def decimal_of(row: np.void) -> Decimal:
    """Read a numeric as PostgreSQL does: digits to the base 10,000, cut at its decimal places."""
    digits = row["digits"][: row["count"]].tolist()
    value = sum(
        (Decimal(digit).scaleb(4 * (int(row["weight"]) - place)))
        for place, digit in enumerate(digits)
    )
    assert all(0 <= digit < 10_000 for digit in digits)
    assert row["places"] >= 0
    return Decimal(value)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_a_number_is_kept_to_fifteen_digits(values: list[float]) -> None:
    for value, row in zip(values, numerics(np.array(values)), strict=True):
        assert abs(decimal_of(row) / Decimal(value) - 1) < KEPT
        assert row["sign"] == 0


@given(st.integers(-280, 280))
def test_powers_of_ten_are_kept_as_they_are(power: int) -> None:
    (row,) = numerics(np.array([float(f"1e{power}")]))
    assert decimal_of(row) == Decimal(f"1e{power}")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e290])
def test_what_is_no_price_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="kept"):
        numerics(np.array([1.0, value]))


async def test_the_history_holds_what_was_recorded(database: Pool) -> None:
    rows = [
        PriceRow(
            received_at=NOON,
            token_id=number,
            price=Decimal(price),
            usd=Decimal(price) * 150,
            liquidity_lamports=liquidity,
            slot=400_000_000 + number,
            source=source,
        )
        for number, (price, liquidity, source) in enumerate(
            [
                ("0.00000002801460123456", 1, "pumpfun_curve"),
                ("1", 0, "orca_whirlpool"),
                ("9999.99999999999", 10**18, "raydium_amm_v4"),
                ("123456789.012345", 2**64, "pumpfun_curve"),
                ("1e-200", 999_999_999_999, "orca_whirlpool"),
            ],
            start=1,
        )
    ]
    await PostgresShelf(database).record(columns_of(rows))
    kept = await database.fetch("SELECT * FROM token_prices ORDER BY token_id")
    for row, known in zip(rows, kept, strict=True):
        assert abs(known["price"] / row.price - 1) < KEPT
        assert abs(known["usd"] / (row.price * 150) - 1) < KEPT
        lost = abs(known["liquidity_lamports"] - row.liquidity_lamports)
        assert lost <= row.liquidity_lamports * KEPT
        assert (known["slot"], known["source"]) == (row.slot, row.source)
        assert known["received_at"] == NOON


pools = st.lists(
    st.tuples(st.floats(1e-9, 1e6) | st.floats(0.9, 1.15), st.integers(0, 10**15)),
    min_size=1,
    max_size=5,
)


@given(st.lists(pools, min_size=1, max_size=6))
def test_no_dispute_is_overlooked(tokens: list[list[tuple[float, int]]]) -> None:
    flat = [pool for token in tokens for pool in token]
    owners = np.repeat(np.arange(len(tokens)), [len(token) for token in tokens])
    best, spans = a_round(owners, len(tokens)).best_of(a_read(flat))
    questionable = spans.may_be_disputed(RULES)
    for number, token in enumerate(tokens):
        deepest = max(token, key=lambda pool: pool[1])
        assert best.prices[number] == deepest[0]
        assert best.liquidities[number] == pytest.approx(sum(depth for _, depth in token))
        opinions = [
            Opinion(name=f"{place}", price=Decimal(price), depth_lamports=depth)
            for place, (price, depth) in enumerate(token)
        ]
        if find_dispute(opinions, RULES) is not None:
            assert number in questionable


def test_pools_that_agree_and_lone_pools_are_not_looked_at() -> None:
    owners = np.array([0, 0, 1, 2, 2])
    read = a_read([(1.0, 10**12), (1.04, 10**12), (5.0, 10**12), (1.0, 10**12), (9.0, 10**10)])
    _, spans = a_round(owners, 3).best_of(read)
    assert spans.may_be_disputed(RULES) == [], "nine is said by dust alone"


def test_a_token_of_which_a_pool_is_missing_is_left_to_the_readings() -> None:
    owners = np.array([0, 0, 1])
    read = a_read([(1.0, 5), (2.0, 6), (3.0, 7)])
    partly = PoolColumns(
        positions=read.positions[1:],
        prices=read.prices[1:],
        depths=read.depths[1:],
        slots=read.slots[1:],
        kinds=read.kinds[1:],
    )
    best, spans = a_round(owners, 2).best_of(partly)
    assert best.tokens.tolist() == [1]
    assert isinstance(spans, PoolSpans)
    assert spans.token_ids.tolist() == [1]


def a_round(owners: np.ndarray, tokens: int) -> TokenRound:
    pools_of = np.bincount(owners, minlength=tokens)
    return TokenRound(
        ids=np.arange(tokens),
        places=(),
        token_of=owners,
        pools_of=pools_of,
        ends=np.cumsum(pools_of),
        rows=np.arange(tokens),
    )


def a_read(pools: list[tuple[float, int]]) -> PoolColumns:
    count = len(pools)
    return PoolColumns(
        positions=np.arange(count),
        prices=np.array([price for price, _ in pools]),
        depths=np.array([float(depth) for _, depth in pools]),
        slots=np.full(count, 7),
        kinds=np.zeros(count, np.int16),
    )
