"""An order that reaches us long after it was sent is refused: it meant the price of then."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot.domain.errors import Refusal
from bot.domain.orders import OpenIntent
from bot.domain.positions import Side
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Books
from bot.ports.chain import Chain
from bot.services.price_board import PriceBoard
from bot.services.safety import Safety
from bot.services.suspicions import Suspicions
from bot.services.trading import Trading
from tests.builders.desks import NOON, SOL, request
from tests.fakes.hand_clock import HandClock


async def test_an_order_of_before_an_outage_is_refused_before_anything_is_asked() -> None:
    untouched = object()
    trading = Trading(
        engine=TradingEngine(PaperVenue(), RiskSettings()),
        risk=RiskSettings(),
        books=cast("Books", untouched),
        board=PriceBoard(),
        chain=cast("Chain", untouched),
        clock=HandClock(),
        suspicions=cast("Suspicions", untouched),
        safety=cast("Safety", untouched),
    )
    late = replace(request(), source_at=NOON - timedelta(minutes=10))
    intent = OpenIntent(token_id=1, side=Side.LONG, size_lamports=SOL)
    with pytest.raises(Refusal, match="too_late"):
        await trading.open(late, intent, lambda _filled: ())
