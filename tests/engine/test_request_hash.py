"""The hash that is kept with a key: the same for the same wish, whatever the price meanwhile."""

from dataclasses import replace

import pytest

from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Side
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from tests.builders.desks import MINT, NOON, SOL, desk, market, pool, request, wallet

ENGINE = TradingEngine(PaperVenue(), RiskSettings())
WISH = OpenIntent(token_id=1, side=Side.LONG, size_lamports=SOL)


def hash_of(intent: OpenIntent | CloseIntent, sol_reserve: int = 18_420 * SOL) -> str:
    """Give the hash of a wish, decided on a desk that already holds one position."""
    at = market(pool(sol_reserve=sol_reserve))
    opened = ENGINE.open(desk(), WISH, at, request(), NOON)
    held = replace(
        desk(),
        wallet=replace(wallet(), last_position=1, last_order=1),
        positions=(opened.position,),
        holdings={MINT: opened.position.token_units},
    )
    if isinstance(intent, CloseIntent):
        return ENGINE.close(held, intent, at, request(), NOON).request_hash
    return ENGINE.open(desk(), intent, at, request(), NOON).request_hash


@pytest.mark.parametrize(
    "other",
    [
        replace(WISH, size_lamports=SOL + 1),
        replace(WISH, side=Side.SHORT),
        replace(WISH, side=Side.SHORT, leverage=2),
        CloseIntent(number=1, percent=100),
        CloseIntent(number=1, percent=50),
    ],
)
def test_another_wish_has_another_hash(other: OpenIntent | CloseIntent) -> None:
    wishes = (WISH, replace(WISH, side=Side.SHORT, size_lamports=2 * SOL), other)
    assert len({hash_of(wish) for wish in wishes}) == 3


def test_the_same_wish_has_the_same_hash_at_any_price() -> None:
    assert hash_of(WISH) == hash_of(WISH, sol_reserve=9_210 * SOL)
    half = CloseIntent(number=1, percent=50)
    assert hash_of(half) == hash_of(half, sol_reserve=9_210 * SOL)
