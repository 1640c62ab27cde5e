"""Begin an attempt: an offer, held against the intent, signed, and committed before it is sent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.errors import Refusal, Unavailable, UnreadableAccount
from bot.domain.instruments import Token
from bot.domain.live_orders import (
    WHOLE_BPS,
    AttemptState,
    LiveAttempt,
    LiveIntent,
    LiveSide,
    narrower_slippage_bps,
)
from bot.domain.live_wallets import KeyDamaged, SealedKey
from bot.domain.signing.intents import FormerExpired, SwapIntent
from bot.domain.signing.policy import violations
from bot.domain.transaction_bytes import (
    is_fully_signed,
    message_of,
    signature_text,
    signed_by_payer,
)
from bot.ports.live_orders import Commitment
from bot.ports.signer import SigningRefused
from bot.ports.swap_venue import SwapOffer, SwapRequest
from bot.services.live_deciding import too_much_impact
from bot.services.live_means import LiveMeans

_log = structlog.get_logger(__name__)


class LiveAttempts:
    """Makes attempts for intents; whether one may be made, the database has the last word."""

    def __init__(self, means: LiveMeans) -> None:
        self._means = means

    async def begin(self, intent: LiveIntent) -> LiveAttempt | None:
        """Sign and commit an attempt; None where somebody else's stands already.

        Needs no permission: the intent was placed by whoever may. Raises `Refusal` where there can
        be no attempt, `Unavailable` where there may be one later.
        """
        token = self._means.tokens.get(intent.token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(intent.token_id))
        key = await self._means.wallets.key_of(intent.user_id, intent.wallet_number)
        if key is None or key.address != intent.wallet_address:
            raise Refusal("live_no_wallet")
        offer = await self._offer(intent)
        attempt = await self._signed(intent, token, key, offer)
        outcome = await self._means.book.commit(attempt, self._means.clock.now())
        match outcome:
            case Commitment.BOOKED:
                return attempt
            case Commitment.OVERTAKEN | Commitment.ENDED:
                return None
            case Commitment.LATE:
                raise Refusal("live_late")
            case Commitment.FROZEN:
                raise Refusal("frozen")
            case Commitment.PAUSED:
                raise Refusal("live_wallet_paused")

    async def _offer(self, intent: LiveIntent) -> SwapOffer:
        """Ask for an offer that keeps the intent's least; once more where the price moved a bit."""
        request = SwapRequest(
            mint_in=intent.mint_in,
            mint_out=intent.mint_out,
            amount_in=intent.amount_in,
            taker=intent.wallet_address,
            slippage_bps=intent.slippage_bps,
            # The signatures' own fee is within the cap as well.
            most_priority_lamports=intent.most_fee_lamports // 2,
            tip_lamports=min(self._means.rules.tip_lamports, intent.most_tip_lamports),
        )
        offer = await self._means.venue.offer(request)
        if offer.min_out < intent.min_out < offer.out_amount:
            narrower = narrower_slippage_bps(offer.out_amount, intent.min_out)
            offer = await self._means.venue.offer(replace(request, slippage_bps=narrower))
        check_offer(intent, offer)
        return offer

    async def _signed(
        self, intent: LiveIntent, token: Token, key: SealedKey, offer: SwapOffer
    ) -> LiveAttempt:
        number = len(intent.attempts) + 1
        swap = _swap_intent(intent, token, number)
        tables = await self._tables(offer)
        try:
            message = message_of(offer.transaction)
        except UnreadableAccount as error:
            raise Refusal("live_not_signed", reason=str(error)) from error
        # The signer judges for itself: both look at it at the same time, and nothing is kept, let
        # alone sent, before both have agreed.
        signature, (reasons, checked_at) = await asyncio.gather(
            self._sign(intent, key, swap, message, tables), self._judged(swap, message, tables)
        )
        if reasons:
            _log.warning("live_offer_refused", intent=swap.intent_id, reasons=reasons)
            raise Refusal("live_not_signed", reason=reasons[0])
        raw = signed_by_payer(offer.transaction, signature)
        return LiveAttempt(
            user_id=intent.user_id,
            intent_number=intent.number,
            number=number,
            state=AttemptState.SIGNED,
            signature=signature_text(signature),
            raw=raw,
            last_valid_block_height=offer.last_valid_block_height,
            venue=f"{self._means.venue_name}:{offer.router}",
            venue_request_id=offer.request_id,
            is_ours_to_send=is_fully_signed(raw),
            quoted_out=offer.out_amount,
            min_out=offer.min_out,
            impact=offer.price_impact,
            quoted_at=offer.quoted_at,
            offered_at=offer.received_at,
            checked_at=checked_at,
            signed_at=self._means.clock.now(),
        )

    async def _judged(
        self, swap: SwapIntent, message: bytes, tables: Mapping[str, Sequence[str]]
    ) -> tuple[tuple[str, ...], datetime]:
        """Give what speaks against a message, and when that was known."""
        await asyncio.sleep(0)  # the request to the signer goes out first
        reasons = violations(message, swap, tables, self._means.signing_rules)
        return reasons, self._means.clock.now()

    async def _tables(self, offer: SwapOffer) -> Mapping[str, Sequence[str]]:
        if not offer.lookup_tables:
            return {}
        try:
            return await self._means.chain.lookup_tables(offer.lookup_tables)
        except UnreadableAccount as error:
            # A node that is behind does not know a new table yet: there is time until the deadline.
            raise Unavailable("Solana RPC", str(error)) from error

    async def _sign(
        self,
        intent: LiveIntent,
        key: SealedKey,
        swap: SwapIntent,
        message: bytes,
        tables: Mapping[str, Sequence[str]],
    ) -> bytes:
        former = await self._former(intent)
        try:
            return await self._means.signer.sign(key, swap, message, tables, former)
        except SigningRefused as error:
            _log.warning("live_signing_refused", intent=swap.intent_id, reasons=error.reasons)
            raise Refusal("live_not_signed", reason=str(error)) from error
        except KeyDamaged as error:
            _log.exception("live_key_damaged")
            raise Refusal("live_not_signed", reason=error.fault.value) from error

    async def _former(self, intent: LiveIntent) -> FormerExpired | None:
        """Tell the signer why the attempt before this one cannot land any more."""
        if intent.last is None:
            return None
        words = await self._means.chain.block_heights()
        heights = [word.block_height for word in words if word.block_height is not None]
        last = intent.last.last_valid_block_height
        beyond = tuple(height for height in heights if height > last)
        if len(beyond) < self._means.rules.nodes_needed:
            raise Unavailable("Solana RPC", "too few nodes are past the last attempt")
        return FormerExpired(last_valid_block_height=last, seen_heights=beyond)


def check_offer(intent: LiveIntent, offer: SwapOffer) -> None:
    """Pass in silence where an offer keeps to its intent, or raise `Refusal`.

    What the offer says of itself only: what its transaction does is judged before signing.
    """
    if (offer.mint_in, offer.mint_out, offer.amount_in) != (
        intent.mint_in,
        intent.mint_out,
        intent.amount_in,
    ):
        raise Refusal("live_not_signed", reason="another swap than was asked for")
    if offer.min_out < intent.min_out:
        raise Refusal("live_price_moved")
    if offer.price_impact * WHOLE_BPS > intent.most_impact_bps:
        raise too_much_impact(intent, offer.price_impact, intent.most_impact_bps)
    lamports = offer.signature_fee_lamports + offer.priority_fee_lamports
    if lamports > intent.most_fee_lamports + intent.most_tip_lamports:
        raise Refusal("live_not_signed", reason=f"it asks for {lamports} lamports of fees")


def _swap_intent(intent: LiveIntent, token: Token, number: int) -> SwapIntent:
    """Say what is signed for, in the signer's terms."""
    is_buy = intent.side is LiveSide.BUY
    programs = {"token_program_out" if is_buy else "token_program_in": token.program}
    return SwapIntent(
        intent_id=f"{intent.user_id}:{intent.number}",
        user_id=intent.user_id,
        wallet=intent.wallet_address,
        mint_in=intent.mint_in,
        mint_out=intent.mint_out,
        amount_in=intent.amount_in,
        min_out=intent.min_out,
        max_network_fee_lamports=intent.most_fee_lamports,
        max_tip_lamports=intent.most_tip_lamports,
        max_rent_lamports=intent.most_rent_lamports,
        transfer_fee_bps_out=_transfer_fee_bps(token) if is_buy else 0,
        attempt=number,
        **programs,
    )


def _transfer_fee_bps(token: Token) -> int:
    """Give the larger of the two fees: which one is in force when it lands is not known."""
    fees = token.rules.fees
    return max(fees.older.bps, fees.newer.bps)
