"""The sheet of balances is added up for whoever looks, but never takes most of the time."""

from typing import cast

from bot.domain.price_trust import TrustRules
from bot.observability.sending import Sending
from bot.ports.books import LedgerProof
from bot.ports.chain import Chain
from bot.services.operations import Operations
from bot.services.outside_state import OutsideState
from bot.services.price_board import PriceBoard
from bot.services.refresh import RefreshState
from bot.services.suspicions import Suspicions
from tests.fakes.hand_clock import HandClock
from tests.fakes.mail_boxes import FakeOutbox
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory


class SlowAudit:
    """Adds up in so many seconds of the clock."""

    def __init__(self, clock: HandClock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self.sheets = 0

    async def prove(self) -> LedgerProof:
        raise NotImplementedError

    async def balance_sheet(self) -> LedgerProof:
        self.sheets += 1
        self._clock.advance(self._seconds)
        return LedgerProof(assets=(), differences=(), counts={}, checked_at=self._clock.now())


class NoChain:
    """A chain without endpoints."""

    def endpoints(self) -> list[object]:
        return []

    def best_slot(self) -> int:
        return 0


async def sheets_in_ten_minutes(*, seconds_each: float) -> int:
    """Look every second for ten minutes; gives how often it was added up."""
    clock, refresh = HandClock(), RefreshState()
    audit = SlowAudit(clock, seconds_each)
    board = PriceBoard()
    suspicions = Suspicions(
        board=board,
        book=SuspicionsInMemory(),
        clock=clock,
        rules=TrustRules(),
        notices=PlainWarnings(),
    )
    operations = Operations(
        board=board,
        outside=OutsideState(
            chain=cast("Chain", NoChain()),
            sources=(),
            refresh=refresh,
            board=board,
            suspicions=suspicions,
        ),
        audit=audit,
        outbox=FakeOutbox(),
        clock=clock,
        refresh=refresh,
        sending=Sending(),
    )
    until = clock.monotonic() + 600
    while clock.monotonic() < until:
        await operations.status()
        clock.advance(1.0)
    return audit.sheets


async def test_small_books_are_added_up_every_other_second() -> None:
    assert 290 <= await sheets_in_ten_minutes(seconds_each=0.01) <= 300


async def test_large_books_are_added_up_for_a_twentieth_of_the_time() -> None:
    assert 3 <= await sheets_in_ten_minutes(seconds_each=7) <= 5
