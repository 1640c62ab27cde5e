"""Live orders from the wish to the booked fill; recovery after a crash takes the same way."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import structlog

from bot.domain.errors import Refusal, Unavailable
from bot.domain.identifiers import SOL_MINT
from bot.domain.instruments import Token
from bot.domain.live_orders import (
    WHOLE_BPS,
    AttemptState,
    IntentState,
    LiveAttempt,
    LiveIntent,
    LiveSide,
    LiveWish,
    may_begin,
)
from bot.domain.live_wallets import LiveWallet
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Mode, Permission
from bot.ports.live_orders import Place
from bot.ports.swap_venue import SwapQuote, SwapRequest
from bot.services.live_attempts import LiveAttempts
from bot.services.live_means import LiveMeans, Twin
from bot.services.live_tracking import LiveTracking

_SIDE_BY_SIDE = 8
_log = structlog.get_logger(__name__)


class LiveOrders:
    """Places live orders and brings them to their end. Reachable from no chat yet."""

    def __init__(
        self,
        means: LiveMeans,
        *,
        twin: Twin,
        attempts: LiveAttempts | None = None,
        tracking: LiveTracking | None = None,
    ) -> None:
        self._means = means
        self._twin = twin
        self._attempts = attempts or LiveAttempts(means)
        self._tracking = tracking or LiveTracking(means)
        self._in_hand: set[Place] = set()

    async def place(
        self, request: Request, wish: LiveWish, notices: Sequence[Notice] = ()
    ) -> LiveIntent:
        """Decide a live order: its intent is kept and its funds are held, or nothing has changed.

        The same request gives the same intent again. `notices` and the end of the request's update
        are committed with it. Nothing is signed yet: that is `carry_out`. Raises `Refusal` or
        `Unavailable`.
        """
        request.user.require(
            Permission.HOLD_LIVE_WALLET if wish.side is LiveSide.BUY else Permission.LEAVE_LIVE
        )
        if known := await self._known(request, wish):
            return known
        token, wallet = await self._checked(request, wish)
        buying = _request_of(wish, token, wallet.address)
        quote, twin = await asyncio.gather(self._means.venue.quote(buying), self._twin(wish))
        intent = self._decided(request, wish, wallet, quote)
        try:
            number = await self._means.book.place(request, intent, twin, notices)
        except Refusal as refusal:
            if refusal.code == "already_done" and (known := await self._known(request, wish)):
                return known
            raise
        return replace(intent, number=number, twin=twin)

    async def carry_out(self, place: Place, *, patience_seconds: float | None = None) -> LiveIntent:
        """Bring an intent as far as can be proven, for so long as there is patience.

        Needs no permission: it was placed by whoever may. What is not proven by then is left to
        `recover`. Raises `Unavailable` where database, venue or chain does not answer.
        """
        if place in self._in_hand:
            return await self._means.book.read(place)
        self._in_hand.add(place)
        try:
            return await self._carried_out(place, patience_seconds)
        finally:
            self._in_hand.discard(place)

    async def recover(self) -> None:
        """Take up every order that is not at its end, and note what has become final.

        Needs no permission: the clock asks, and the start.
        """
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(place: Place) -> None:
            async with gate:
                try:
                    await self.carry_out(place, patience_seconds=0.0)
                except Unavailable as error:
                    _log.warning("live_order_waits", place=place, what=error.what)

        # One order at fault must not keep the others: it is told when all have had their turn.
        held = await self._means.book.held()
        done = await asyncio.gather(*map(one, held), return_exceptions=True)
        for attempt in await self._means.book.confirmed():
            await self._tracking.finish(attempt)
        if faults := [each for each in done if isinstance(each, Exception)]:
            raise ExceptionGroup("live orders", faults)

    async def _carried_out(self, place: Place, patience_seconds: float | None) -> LiveIntent:
        patience = self._means.rules.patience_seconds
        patience = patience if patience_seconds is None else patience_seconds
        ends_at = self._means.clock.monotonic() + patience
        while True:
            intent = await self._means.book.read(place)
            if intent.state is not IntentState.HELD:
                return intent
            attempt, is_first = intent.last, False
            if attempt is None or not attempt.is_unproven:
                attempt, is_first = await self._begun(intent), True
            if attempt is not None:
                attempt = await self._follow(intent, attempt, ends_at, is_first=is_first)
                if attempt.is_unproven:
                    return await self._means.book.read(place)

    async def _begun(self, intent: LiveIntent) -> LiveAttempt | None:
        """Begin an attempt, or end the intent where there can be none."""
        if not may_begin(intent, self._means.clock.now()):
            await self._end(intent, _why_no_more(intent))
            return None
        try:
            return await self._attempts.begin(intent)
        except Refusal as refusal:
            _log.info("live_order_refused", user=intent.user_id, why=str(refusal))
            await self._end(intent, refusal.code)
        return None

    async def _follow(
        self, intent: LiveIntent, attempt: LiveAttempt, ends_at: float, *, is_first: bool
    ) -> LiveAttempt:
        """Send and look until something is proven or patience is over."""
        resend_at = 0.0
        while True:
            now = self._means.clock.monotonic()
            # What a block may hold is not sent again, until that block is gone.
            if now >= resend_at and attempt.state is not AttemptState.LANDED:
                attempt = await self._tracking.send(attempt, is_first=is_first)
                resend_at, is_first = now + self._means.rules.resend_seconds, False
            attempt = await self._tracking.look(intent, attempt)
            if not attempt.is_unproven or self._means.clock.monotonic() >= ends_at:
                return attempt
            await self._means.pause(self._means.rules.look_seconds)

    async def _end(self, intent: LiveIntent, reason: str) -> None:
        state = IntentState.FAILED if intent.attempts else IntentState.REFUSED
        token = self._means.tokens.get(intent.token_id)
        notices = self._means.notices.ended(intent, reason, token) if token else ()
        await self._means.book.end(intent, state, reason, self._means.clock.now(), notices)

    async def _known(self, request: Request, wish: LiveWish) -> LiveIntent | None:
        known = await self._means.book.find(request.user.user_id, request.request_id)
        if known is not None and known.request_hash != wish.hash:
            raise Refusal("request_mismatch")
        return known

    async def _checked(self, request: Request, wish: LiveWish) -> tuple[Token, LiveWallet]:
        token = self._means.tokens.get(wish.token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(wish.token_id))
        if wish.amount_in <= 0:
            raise Refusal("not_positive", text=str(wish.amount_in))
        most = self._means.rules.most_slippage_bps
        if not 0 < wish.slippage_bps <= most:
            raise Refusal("live_slippage", limit_share=Decimal(most) / WHOLE_BPS)
        user_id = request.user.user_id
        wallet = await self._means.wallets.read(user_id, wish.wallet_number)
        if wallet is None:
            raise Refusal("live_no_wallet")
        now = self._means.clock.now()
        if not await self._means.accounts.open(user_id, wish.wallet_number, now):
            raise Refusal("live_other_wallet")
        await self._check_sale(request, wish)
        return token, wallet

    async def _check_sale(self, request: Request, wish: LiveWish) -> None:
        if (wish.side is LiveSide.SELL) != (wish.position_number is not None):
            raise Refusal("unknown_position", number=wish.position_number or 0)
        if wish.side is LiveSide.BUY:
            return
        desk = await self._means.books.desk(request.user.user_id, Mode.LIVE, request.request_id)
        sold = next((p for p in desk.positions if p.number == wish.position_number), None)
        if sold is None or sold.token_id != wish.token_id:
            raise Refusal("unknown_position", number=wish.position_number)
        if wish.amount_in > sold.token_units:
            raise Refusal("live_not_enough", needed_lamports=0)

    def _decided(
        self, request: Request, wish: LiveWish, wallet: LiveWallet, quote: SwapQuote
    ) -> LiveIntent:
        rules, now = self._means.rules, self._means.clock.now()
        if quote.min_out <= 0:
            raise Refusal("venue_refused", reason="nothing would be left of it")
        if quote.price_impact * WHOLE_BPS > rules.most_impact_bps:
            limit = Decimal(rules.most_impact_bps) / WHOLE_BPS
            raise Refusal("impact_too_high", impact=quote.price_impact, limit=limit)
        return LiveIntent(
            user_id=request.user.user_id,
            number=0,
            request_id=request.request_id,
            request_hash=wish.hash,
            wallet_number=wish.wallet_number,
            wallet_address=wallet.address,
            token_id=wish.token_id,
            side=wish.side,
            position_number=wish.position_number,
            mint_in=quote.mint_in,
            mint_out=quote.mint_out,
            amount_in=wish.amount_in,
            min_out=quote.min_out,
            slippage_bps=wish.slippage_bps,
            most_impact_bps=rules.most_impact_bps,
            most_fee_lamports=rules.most_fee_lamports,
            most_tip_lamports=rules.most_tip_lamports,
            most_rent_lamports=rules.most_rent_lamports,
            most_attempts=rules.most_attempts,
            received_at=request.received_at,
            decided_at=now,
            deadline_at=now + timedelta(seconds=rules.deadline_seconds),
            source_at=request.source_at,
        )


def _request_of(wish: LiveWish, token: Token, address: str) -> SwapRequest:
    is_buy = wish.side is LiveSide.BUY
    return SwapRequest(
        mint_in=SOL_MINT if is_buy else token.mint,
        mint_out=token.mint if is_buy else SOL_MINT,
        amount_in=wish.amount_in,
        taker=address,
        slippage_bps=wish.slippage_bps,
    )


def _why_no_more(intent: LiveIntent) -> str:
    if intent.last is not None and intent.last.state is AttemptState.FAILED:
        return "live_failed"
    if intent.last is not None and intent.last.number >= intent.most_attempts:
        return "live_expired"
    return "live_late"
