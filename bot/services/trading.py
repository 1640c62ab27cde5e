"""Open and close positions: read the pool afresh, decide, book, answer, all or nothing."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.errors import Refusal, UnreadableAccount
from bot.domain.orders import CloseIntent, OpenIntent, OrderAction
from bot.domain.requests import Request, hash_of
from bot.domain.users import Mode, Permission
from bot.engine.paper_venue import Market
from bot.engine.risk_gate import RiskSettings, check_freshness, check_lag, check_standstill
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import BookingConflict, Books, Desk, Settlement
from bot.ports.chain import Chain
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.safety import Safety
from bot.services.suspicions import Suspicions
from bot.services.views import FillAnswer, Filled
from bot.services.whole_pools import WholePools

_TRIES = 3
_LATEST_SECONDS, _KEPT_SECONDS = 180, 25 * 3600

Decide = Callable[[Desk, Market, datetime], Settlement | None]
"""Decides on a desk and a market at a moment; None means there is nothing to do."""
Amend = Callable[[Settlement, Market, datetime], Settlement]
"""Adds to a decided fill what its order means beyond it, or raises the `Refusal` it meets."""
OnBooked = Callable[[Settlement], None]


def _as_decided(settlement: Settlement, _market: Market, _at: datetime) -> Settlement:
    return settlement


class Trading:
    """The use cases that move money. Two round trips to the database each: desk, and book."""

    def __init__(
        self,
        *,
        engine: TradingEngine,
        risk: RiskSettings,
        books: Books,
        board: PriceBoard,
        chain: Chain,
        clock: Clock,
        suspicions: Suspicions,
        safety: Safety,
    ) -> None:
        self._engine = engine
        self._risk = risk
        self._books = books
        self._board = board
        self._chain = chain
        self._clock = clock
        self._suspicions = suspicions
        self._safety = safety
        self._pools = WholePools(board=board, chain=chain, clock=clock)
        self._on_booked: list[OnBooked] = []

    def tell(self, on_booked: OnBooked) -> None:
        """Name somebody to tell of every fill once it is booked; at wiring."""
        self._on_booked.append(on_booked)

    async def open(
        self,
        request: Request,
        intent: OpenIntent,
        answer: FillAnswer,
        *,
        amend: Amend = _as_decided,
    ) -> None:
        """Open or add to a position on paper.

        `answer` renders the fill and may be asked again after a conflict; its notices, the fill
        and the end of the request's update are committed together. Raises `Refusal` or
        `Unavailable`, and then nothing has changed.
        """
        request.user.require(Permission.TRADE_PAPER)
        request.user.require_paper()
        self._refuse_late(request)
        await self.enter(request, intent, answer, amend=amend)

    async def close(
        self,
        request: Request,
        intent: CloseIntent,
        answer: FillAnswer,
        *,
        amend: Amend = _as_decided,
    ) -> None:
        """Close a percentage of a position on paper; as `open` otherwise."""
        request.user.require(Permission.TRADE_PAPER)
        request.user.require_paper()
        self._refuse_late(request)
        await self.leave(request, intent, answer, amend=amend)

    async def enter(
        self,
        request: Request,
        intent: OpenIntent,
        answer: FillAnswer,
        *,
        amend: Amend = _as_decided,
        market: Market | None = None,
    ) -> None:
        """Open or add, whoever asks; `market` spares reading one that was read just now.

        Needs no permission: a resting order comes here too, and the engine asks for it.
        """
        desk = await self._desk(request, hash_of(intent.wish))
        market = market or await self.entry_market(intent.token_id)

        def decide(desk: Desk, market: Market, at: datetime) -> Settlement:
            return amend(self._engine.open(desk, intent, market, request, at), market, at)

        await self._book(request, desk, market, decide, answer)

    async def leave(
        self,
        request: Request,
        intent: CloseIntent,
        answer: FillAnswer,
        *,
        amend: Amend = _as_decided,
        market: Market | None = None,
    ) -> None:
        """Close a position in part or whole, whoever asks; otherwise as `enter`.

        Needs no permission: the engine asks for it.
        """
        desk = await self._desk(request, hash_of(intent.wish))
        position = next((p for p in desk.positions if p.number == intent.number), None)
        if position is None:
            raise Refusal("unknown_position", number=intent.number)
        market = market or await self.market(position.token_id)

        def decide(desk: Desk, market: Market, at: datetime) -> Settlement:
            return amend(self._engine.close(desk, intent, market, request, at), market, at)

        await self._book(request, desk, market, decide, answer)

    def check_entry(self, desk: Desk, intent: OpenIntent, market: Market, request: Request) -> None:
        """Decide an entry and book nothing of it; raises the `Refusal` that it meets.

        Needs no permission: it moves nothing, and the engine asks for it.
        """
        self._engine.open(desk, intent, market, request, self._clock.now())

    async def entry_market(self, token_id: int) -> Market:
        """Read a token's pool afresh with what its buyers are to know.

        Needs no permission: it is a part of `enter`. Raises `Refusal` or `Unavailable`.
        """
        # Of a token that nobody held or looked at, the neighbours were read a while ago.
        if await self._pools.look_around(token_id):
            await self._suspicions.check((token_id,))
        return await self._market(token_id, is_entry=True)

    async def close_in_emergency(
        self, request: Request, token_id: int, number: int, answer: FillAnswer
    ) -> bool:
        """Close all of a position that an emergency stop names; tells whether it was there.

        Needs no permission: the stop was, and whoever is frozen has to get out as well.
        """
        desk = await self._desk(request)
        market = await self.market(token_id)

        def decide(desk: Desk, market: Market, at: datetime) -> Settlement | None:
            return self._engine.close_in_emergency(desk, number, market, request, at)

        return await self._book(request, desk, market, decide, answer)

    async def liquidate(
        self, request: Request, token_id: int, number: int, answer: FillAnswer
    ) -> bool:
        """Close a short if it no longer carries its maintenance margin; tells whether it did.

        Needs no permission: the clock asks, and a frozen or banned user's short has to go too.
        """
        desk = await self._desk(request)
        market = await self.market(token_id)

        def decide(desk: Desk, market: Market, at: datetime) -> Settlement | None:
            return self._engine.liquidate(desk, number, market, request, at)

        return await self._book(request, desk, market, decide, answer)

    def _refuse_late(self, request: Request) -> None:
        # What was asked before an outage meant the price of then. Telegram keeps an update for
        # 24 hours, so an older date is a wrong date and says nothing of the delay.
        if request.source_at is None:
            return
        waited = (self._clock.now() - request.source_at).total_seconds()
        if _LATEST_SECONDS < waited <= _KEPT_SECONDS:
            raise Refusal("too_late", waited_seconds=int(waited))

    async def _desk(self, request: Request, wish_hash: str | None = None) -> Desk:
        # A press that was booked before is answered without asking the chain again.
        desk = await self._books.desk(request.user.user_id, Mode.PAPER, request.request_id)
        if desk.answered is None:
            return desk
        if wish_hash not in (None, desk.answered_hash):
            raise Refusal("request_mismatch")
        raise Refusal("already_done", order_number=desk.answered)

    async def market(self, token_id: int) -> Market:
        """Read a token's pool afresh, for an exit.

        Needs no permission: it is a part of `leave`. Raises `Refusal` or `Unavailable`.
        """
        return await self._market(token_id, is_entry=False)

    async def _market(self, token_id: int, *, is_entry: bool) -> Market:
        token = self._board.tokens.get(token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(token_id))
        token = await self._safety.current(token)
        costs = await self._chain.network_costs()
        try:
            pool = await self._pools.fetch(token_id)
        except UnreadableAccount as error:
            raise Refusal("price_missing", symbol=token.symbol) from error
        if pool is None:
            raise Refusal("no_pool", symbol=token.symbol)
        # Of a path, the slot is that of the pool that was read longer ago.
        check_freshness(pool.slot, self._chain.best_slot(), self._risk, token.symbol)
        check_lag(self._chain.lag_seconds(), self._risk, token.symbol)
        now = self._clock.now()
        check_standstill(self._board.standstill_seconds(now), self._risk, token.symbol)
        return Market(
            token=token,
            pool=pool,
            costs=costs,
            read_at=now,
            safety=await self._safety.report(token_id) if is_entry else None,
            suspicion=self._suspicions.of(token_id),
        )

    async def _book(
        self, request: Request, desk: Desk, market: Market, decide: Decide, answer: FillAnswer
    ) -> bool:
        for _ in range(_TRIES):
            settlement = decide(desk, market, self._clock.now())
            if settlement is None:
                return False
            filled = Filled(
                mode=settlement.mode,
                receipt=settlement.receipt,
                token=market.token,
                position=settlement.position,
                sol_usd=self._board.sol_usd(),
                safety=market.safety if _is_first_purchase(settlement) else None,
            )
            try:
                await self._books.book(request, settlement, answer(filled))
            except BookingConflict:
                desk = await self._desk(request, settlement.request_hash)
                continue
            for hear in self._on_booked:
                hear(settlement)
            return True
        raise Refusal("conflict")


def _is_first_purchase(settlement: Settlement) -> bool:
    is_opening = settlement.receipt.action is OrderAction.OPEN
    return is_opening and settlement.position.token_units == settlement.receipt.fill.token_units
