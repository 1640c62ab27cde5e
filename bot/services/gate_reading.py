"""Read the record that somebody is judged by at the gate, from the books and the pools."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.domain.gate import GateRules, GateState, Stage, record_since
from bot.domain.gate_records import (
    Bet,
    GateRecord,
    bets_of,
    live_falls,
    losses_in_a_row,
    paper_drawdown,
)
from bot.domain.performance import change, median
from bot.domain.users import Mode
from bot.ports.books import Books
from bot.ports.gates import GateBook, GateHistory
from bot.ports.twins import TwinBook
from bot.services.valuation import Valuation
from bot.services.views import Portfolio

_MOST_TWINS = 100
_NO_REQUEST = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReading:
    """Puts a record together. What cannot be valued now counts at its cost: nothing is guessed."""

    book: GateBook
    twins: TwinBook
    books: Books
    valuation: Valuation
    rules: GateRules

    async def record(self, state: GateState, now: datetime) -> GateRecord:
        """Give the record of somebody's stage: of paper on paper, of live behind it.

        Needs no permission: the gate asks, which has required one, or the clock.
        """
        mode = Mode.PAPER if state.stage is Stage.PAPER else Mode.LIVE
        since = record_since(state, self.rules, now)
        history = await self.book.history(state.user_id, mode, since=since, hold=self.rules.hold)
        if not history.has_books:
            return GateRecord(reset_at=history.reset_at)
        portfolio = await self._portfolio(state.user_id, mode)
        record = self._bets(state, history, portfolio)
        if mode is Mode.PAPER:
            return _on_paper(record, history, portfolio)
        return await self._live(record, state, history, portfolio, now)

    async def open_result(self, user_id: int, now: datetime) -> int:
        """Give what open live positions stand at, above or below their cost.

        Needs no permission, as `record`.
        """
        history = await self.book.history(user_id, Mode.LIVE, since=now, hold=self.rules.hold)
        if not history.has_books:
            return 0
        return sum(_unrealised(await self._portfolio(user_id, Mode.LIVE)).values())

    async def _portfolio(self, user_id: int, mode: Mode) -> Portfolio:
        desk = await self.books.desk(user_id, mode, _NO_REQUEST)
        return await self.valuation.whole(desk)

    def _bets(self, state: GateState, history: GateHistory, portfolio: Portfolio) -> GateRecord:
        step = self.rules.steps.get(state.stage)
        least = 0 if step is None else step.least_lamports
        unrealised = _unrealised(portfolio)
        still_open = (
            replace(bet, result_lamports=bet.result_lamports + unrealised.get(number, 0))
            for number, bet in history.still_open.items()
        )
        return GateRecord(
            bets=bets_of(history.closed, still_open, least),
            # What was opened just now stands below its cost, and is no loss in a row yet.
            losses_in_a_row=losses_in_a_row(bets_of(history.closed, _NONE, least)),
            reset_at=history.reset_at,
        )

    async def _live(
        self,
        record: GateRecord,
        state: GateState,
        history: GateHistory,
        portfolio: Portfolio,
        now: datetime,
    ) -> GateRecord:
        wallet, open_result = portfolio.wallet, sum(_unrealised(portfolio).values())
        cost = sum(one.position.cost_lamports for one in portfolio.positions)
        falls = live_falls(
            history.events,
            # What is held for orders under way is still there.
            book_lamports=wallet.cash_lamports + wallet.held_lamports + wallet.rent_lamports + cost,
            open_lamports=open_result - state.open_result_lamports,
            day_begin=now.replace(hour=0, minute=0, second=0, microsecond=0),
        )
        since = record_since(state, self.rules, now)
        twins = await self.twins.newest(state.user_id, since=since, limit=_MOST_TWINS)
        return replace(
            record,
            drawdown=falls.deepest,
            drawdown_now=falls.now,
            day_loss=falls.day,
            twin_gap=median([twin.gap.haircut for twin in twins]),
            twin_fills=len(twins),
            open_result_lamports=open_result,
        )


_NONE: tuple[Bet, ...] = ()


def _on_paper(record: GateRecord, history: GateHistory, portfolio: Portfolio) -> GateRecord:
    courses = [*history.courses[:-1], (*_last(history), portfolio.equity_lamports)]
    return replace(
        record,
        drawdown=paper_drawdown(courses),
        growth=change(portfolio.wallet.grant_lamports, portfolio.equity_lamports) or Decimal(0),
    )


def _last(history: GateHistory) -> tuple[int, ...]:
    return history.courses[-1] if history.courses else ()


def _unrealised(portfolio: Portfolio) -> Mapping[int, int]:
    """Give what open longs stand above or below their cost, where their pool tells it whole."""
    return {
        one.position.number: one.mark.unrealised_pnl_lamports
        for one in portfolio.positions
        if one.mark is not None and one.mark.is_whole
    }
