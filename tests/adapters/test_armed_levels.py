"""A start takes the levels of alerts up as columns, and arms the same as one by one."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.database.alert_copy import rounded
from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.connection import Pool
from bot.domain.alerts import trigger_number
from bot.domain.triggers import Gauge, Reach
from bot.engine.trigger_book import TriggerBook, search_key

_LEVELS = (
    "0.022", "0", "1e-22", "123456789012345", "0.000000012345678901234",
    "1.00000000000000049", "98765432109876543210.5", "0.1", "1e-310", "2e308", "3.3e22",
)  # fmt: skip
_PEOPLE = "INSERT INTO users (user_id, first_name) VALUES (1, 'Ann')"
_TOKENS = """
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
    SELECT 'Mint' || n, 'T', 'T', 6, 'P', 1 FROM generate_series(1, 3) n RETURNING token_id
"""
_ALERT = """
    INSERT INTO alerts (user_id, token_id, side, level, gauge, upper, lower, state, generation)
    VALUES (1, $1, 'both', 1, $2, $3, $4, $5, $6) RETURNING alert_id
"""


async def test_levels_come_as_search_keys_whatever_their_digits(database: Pool) -> None:
    await database.execute(_PEOPLE)
    tokens = [row["token_id"] for row in await database.fetch(_TOKENS)]
    expected = set()
    for place, level in enumerate(map(Decimal, _LEVELS)):
        token, gauge = tokens[place % 3], tuple(Gauge)[place % 4]
        levels = {Reach.ABOVE: level * 2, Reach.BELOW: level if place % 2 else None}
        told = (token, gauge.value, *levels.values(), "armed", place)
        alert = await database.fetchval(_ALERT, *told)
        for reach, one in levels.items():
            if one is not None:
                name = (trigger_number(alert, reach), gauge, token, place, reach is Reach.BELOW)
                expected.add((*name, _key(search_key(one))))
    await database.execute(_ALERT, tokens[0], "price_sol", Decimal(1), None, "cancelled", 0)
    found = set()
    async for some in PostgresAlerts(database, on_outbox=lambda _queued: None).armed():
        columns = (some.token_ids, some.generations, some.is_below)
        values = (some.numbers, *columns, some.keys)
        for number, token, generation, is_below, key in zip(
            *map(np.ndarray.tolist, values), strict=True
        ):
            found.add((number, some.gauge, token, generation, is_below, _key(key)))
    assert found == expected


async def test_what_was_taken_up_as_columns_is_reached_and_taken_out(database: Pool) -> None:
    await database.execute(_PEOPLE)
    tokens = [row["token_id"] for row in await database.fetch(_TOKENS)]
    level = Decimal("0.022")
    alert = await database.fetchval(_ALERT, tokens[1], "price_sol", level, None, "armed", 3)
    book = TriggerBook(Gauge.PRICE_SOL)
    async for some in PostgresAlerts(database, on_outbox=lambda _queued: None).armed():
        book.arm_columns(some)
    assert book.tokens() == {tokens[1]}
    assert book.take_crossed(np.array(tokens), np.full(3, 0.0219)) == []
    (reached,) = book.take_crossed(np.array(tokens), np.full(3, 0.022))
    assert (reached.number, reached.level, reached.generation) == (2 * alert, level, 3)
    assert len(book) == 0


def _key(key: float) -> float:
    """Give a key, or nothing where it is less than any price."""
    return 0.0 if key < 1e-300 else key


@given(st.lists(st.floats(min_value=0, max_value=1e300), min_size=1))
def test_rounding_columns_is_rounding_one_by_one(levels: list[float]) -> None:
    expected = [float(f"{level:.15g}") for level in levels]
    assert rounded(np.array(levels)).tolist() == expected
    assert rounded(np.array(expected)).tolist() == expected
