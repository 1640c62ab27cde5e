"""Operators see which prices are disputed: in figures, and in words."""

from typing import cast

from bot.domain.price_trust import TrustRules
from bot.ports.chain import Chain
from bot.services.outside_state import OutsideState
from bot.services.price_board import PriceBoard
from bot.services.refresh import RefreshState
from bot.services.suspicions import Suspicions
from bot.services.views import OutsideView
from bot.telegram.callbacks import Keys
from bot.telegram.screens import operating
from tests.builders.desks import token
from tests.builders.views import a_suspicion
from tests.fakes.hand_clock import HandClock
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory


class NoEndpoints:
    """A chain that nobody is asked about."""

    def endpoints(self) -> tuple[()]:
        return ()

    def best_slot(self) -> int:
        return 7


async def outside(*, is_disputed: bool) -> OutsideState:
    """Give the operator's view of one token, as it is after a start."""
    board, disputed = PriceBoard(), a_suspicion()
    board.track(token(disputed.token_id), ())
    suspicions = Suspicions(
        board=board,
        book=SuspicionsInMemory(open={disputed.token_id: disputed} if is_disputed else {}),
        clock=HandClock(),
        rules=TrustRules(),
        notices=PlainWarnings(),
    )
    await suspicions.load()
    return OutsideState(
        chain=cast("Chain", NoEndpoints()),
        sources=(),
        refresh=RefreshState(),
        board=board,
        suspicions=suspicions,
    )


async def test_disputed_tokens_are_counted_by_their_cause() -> None:
    for is_disputed in (True, False):
        samples = (await outside(is_disputed=is_disputed)).samples()
        counts = {s.labels["cause"]: s.value for s in samples if "disputed" in s.name}
        assert counts == {"pools": float(is_disputed), "sources": 0.0}


async def test_the_endpoints_screen_names_them_with_who_contradicts_whom() -> None:
    seen = (await outside(is_disputed=True)).view()
    text = words(seen)
    assert "WIF: Raydium CPMM and Orca Whirlpool are 12.3% apart, since 12:00:00 UTC" in text
    assert "isputed" not in words((await outside(is_disputed=False)).view())


def words(view: OutsideView) -> str:
    keys = Keys(owner=1, nonce="hkxyzabcde", bot_name="b")
    return operating.endpoints(view, keys).text.render()[0]
