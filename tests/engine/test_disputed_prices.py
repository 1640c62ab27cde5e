"""At a price that others contradict nobody gets in or is liquidated, and everybody gets out."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Position, Side
from bot.domain.price_trust import Suspicion, SuspicionCause
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from tests.builders.desks import NOON, SOL, desk, market, pool, request

ENGINE = TradingEngine(PaperVenue(), RiskSettings())
SUSPICION = Suspicion(
    token_id=1,
    cause=SuspicionCause.POOLS,
    one="raydium_amm_v4",
    other="orca_whirlpool",
    gap=Decimal("0.12"),
    began_at=NOON,
)
DISPUTED = replace(market(), suspicion=SUSPICION)


def opened(side: Side) -> Position:
    intent = OpenIntent(token_id=1, side=side, size_lamports=SOL)
    return ENGINE.open(desk(), intent, market(), request(), NOON).position


@pytest.mark.parametrize("side", Side)
def test_nothing_is_opened_at_a_disputed_price(side: Side) -> None:
    intent = OpenIntent(token_id=1, side=side, size_lamports=SOL)
    with pytest.raises(Refusal, match="price_disputed") as refused:
        ENGINE.open(desk(), intent, DISPUTED, request(), NOON)
    assert refused.value.fields["other"] == "orca_whirlpool"


@pytest.mark.parametrize("side", Side)
def test_a_holder_gets_out_at_what_the_pool_pays_and_is_told(side: Side) -> None:
    holder = replace(desk(), positions=(opened(side),))
    closed = ENGINE.close(holder, CloseIntent(number=1), DISPUTED, request("tg:2"), NOON)
    assert closed.position.token_units == 0
    assert "contradict this pool" in closed.receipt.fill.notes[0]


def test_nobody_is_liquidated_at_a_disputed_price() -> None:
    holder = replace(desk(), positions=(opened(Side.SHORT),))
    risen = pool(sol_reserve=80_000 * SOL)
    assert ENGINE.liquidate(holder, 1, market(risen), request("job"), NOON) is not None
    at_dispute = replace(DISPUTED, pool=risen)
    assert ENGINE.liquidate(holder, 1, at_dispute, request("job"), NOON) is None
