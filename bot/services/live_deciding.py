"""Decide a live order: everything that must hold, the quote and the paper twin; nothing is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT
from bot.domain.instruments import Token
from bot.domain.live_orders import WHOLE_BPS, LiveIntent, LiveSide, LiveWish
from bot.domain.live_wallets import LiveWallet
from bot.domain.requests import Request
from bot.domain.users import Mode, Permission
from bot.ports.swap_venue import SwapQuote, SwapRequest
from bot.services.live_means import LiveMeans, Twin

CheckEntry = Callable[[Request, LiveWish], Awaitable[None]]
"""Passes in silence where a purchase is allowed, or raises the `Refusal` that it meets."""


async def any_entry(_request: Request, _wish: LiveWish) -> None:
    """Let an order pass: every sale, and a purchase where only tests stand behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDecision:
    """A decided order that is not placed: its intent, still without a number, and what led to it.

    The intent's `twin` is what paper gives at the same moment.
    """

    intent: LiveIntent
    quote: SwapQuote
    token: Token


class LiveDeciding:
    """Turns a wish into an intent; asked for the question, and again for the order itself."""

    def __init__(self, means: LiveMeans, *, twin: Twin, check_entry: CheckEntry) -> None:
        self._means = means
        self._twin = twin
        self._check_entry = check_entry

    async def decide(self, request: Request, wish: LiveWish) -> LiveDecision:
        """Decide by the quote of this moment; raises `Refusal` or `Unavailable`."""
        request.user.require(needed_for(wish))
        is_buy = wish.side is LiveSide.BUY
        token, wallet, cash = await self._checked(request, wish)
        asked = _request_of(wish, token, wallet.address)
        quote, twin, _ = await asyncio.gather(
            self._means.venue.quote(asked),
            self._twin(wish),
            self._check_entry(request, wish) if is_buy else any_entry(request, wish),
        )
        intent = self._decided(request, wish, wallet, quote)
        if not is_buy:
            intent = self._cheaper(intent, cash)
        return LiveDecision(intent=replace(intent, twin=twin), quote=quote, token=token)

    async def _checked(self, request: Request, wish: LiveWish) -> tuple[Token, LiveWallet, int]:
        """Give the token, the wallet, and of a sale the SOL that the wallet has left."""
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
        return token, wallet, await self._check_sale(request, wish)

    async def _check_sale(self, request: Request, wish: LiveWish) -> int:
        if (wish.side is LiveSide.SELL) != (wish.position_number is not None):
            raise Refusal("unknown_position", number=wish.position_number or 0)
        if wish.side is LiveSide.BUY:
            return 0
        desk = await self._means.books.desk(request.user.user_id, Mode.LIVE, request.request_id)
        sold = next((p for p in desk.positions if p.number == wish.position_number), None)
        if sold is None or sold.token_id != wish.token_id:
            raise Refusal("unknown_position", number=wish.position_number)
        if wish.amount_in > sold.token_units:
            raise Refusal("live_not_enough", needed_lamports=0)
        return desk.wallet.cash_lamports

    def _cheaper(self, intent: LiveIntent, cash_lamports: int) -> LiveIntent:
        """Give a sale the caps that the wallet can pay: who has little SOL left must get out."""
        rules = self._means.rules
        return replace(
            intent,
            most_rent_lamports=rules.most_sale_rent_lamports,
            most_attempts=rules.sale_attempts(cash_lamports),
        )

    def _decided(
        self, request: Request, wish: LiveWish, wallet: LiveWallet, quote: SwapQuote
    ) -> LiveIntent:
        rules, now = self._means.rules, self._means.clock.now()
        if quote.min_out <= 0:
            raise Refusal("venue_refused", reason="nothing would be left of it")
        if quote.out_amount < wish.least_out:
            raise Refusal("live_price_moved")
        if quote.price_impact * WHOLE_BPS > rules.most_impact_bps:
            raise too_much_impact(wish, quote.price_impact, rules.most_impact_bps)
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
            min_out=max(quote.min_out, wish.least_out),
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
            exits=wish.exits,
            is_forced=wish.is_forced,
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


def too_much_impact(order: LiveWish | LiveIntent, impact: Decimal, most_bps: int) -> Refusal:
    """Give the refusal of an order that moves the price too far; a sale's says how to get out.

    Sales that nobody asks for by hand keep to the limit too: whoever can empty a pool for a moment
    would buy for nothing what stops throw at it.
    """
    limit = Decimal(most_bps) / WHOLE_BPS
    if order.side is LiveSide.BUY:
        return Refusal("impact_too_high", impact=impact, limit=limit)
    number = order.position_number
    return Refusal("live_sale_impact", impact=impact, limit=limit, number=number)


def needed_for(wish: LiveWish) -> Permission:
    """Give what an order asks for: a purchase more than a sale, and the frozen may have stops."""
    if wish.side is LiveSide.BUY:
        return Permission.HOLD_LIVE_WALLET
    return Permission.VIEW_OWN if wish.is_forced else Permission.LEAVE_LIVE
