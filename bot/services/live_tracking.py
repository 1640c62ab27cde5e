"""Follow a committed attempt: send the same bytes, hear every node, and book what is proven."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.domain.landing import judge
from bot.domain.live_orders import (
    AttemptState,
    LiveAttempt,
    LiveIntent,
    OddOutcome,
    is_finalized,
    next_state,
)
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Mode
from bot.engine.live_settlement import LandedSwap
from bot.ports.books import BookingConflict
from bot.ports.chain_sending import WalletChange
from bot.ports.live_orders import BalanceDifference, LiveBalances
from bot.ports.live_wallets import Place
from bot.services.live_means import LiveMeans

_TRIES = 5
_log = structlog.get_logger(__name__)


class LiveTracking:
    """Brings attempts forward by what is proven, never by what somebody said or did not say."""

    def __init__(self, means: LiveMeans) -> None:
        self._means = means

    async def send(
        self, attempt: LiveAttempt, *, is_first: bool = False, intent: LiveIntent | None = None
    ) -> LiveAttempt:
        """Send the same bytes again: to nodes, the block engine, or a venue whose maker signs.

        Needs no permission: what is committed may be out already. `is_first` says that this
        process has just committed it. Errors say nothing of what became of the bytes. Whoever
        watches the `intent` is shown that it is out.
        """
        sent_at = self._means.clock.now()
        if attempt.is_ours_to_send or attempt.venue_request_id is None:
            await self._out(attempt.raw)
        else:
            await self._means.venue.execute(
                attempt.venue_request_id,
                attempt.raw,
                attempt.last_valid_block_height,
                is_first_post=is_first,
            )
        if attempt.state is not AttemptState.SIGNED:
            return attempt
        sent = replace(attempt, state=AttemptState.SENT, sent_at=sent_at)
        shown = () if intent is None else self._shown(intent, sent)
        await self._means.book.move(attempt, AttemptState.SENT, sent_at, notices=shown)
        return sent

    async def _out(self, raw: bytes) -> None:
        """Send to every node, or where a tip is paid to the block engine alone.

        What no node has seen before it lands, nobody can trade ahead of. A block engine that is
        away costs the attempt: it expires, and never goes out in the open instead.
        """
        if self._means.rules.tip_lamports:
            await self._means.chain.send_privately(raw)
        else:
            await self._means.chain.send(raw)

    async def look(self, intent: LiveIntent, attempt: LiveAttempt) -> LiveAttempt:
        """Ask every node about an unproven attempt, and book what they prove.

        Needs no permission: what has happened has happened. Gives the attempt as it stands then.
        """
        words = await self._means.chain.statuses(attempt.signature)
        judgement = judge(
            words,
            last_valid_block_height=attempt.last_valid_block_height,
            nodes_needed=self._means.rules.nodes_needed,
        )
        now = self._means.clock.now()
        state = next_state(attempt, judgement, now, self._means.rules)
        if state in {AttemptState.CONFIRMED, AttemptState.FAILED}:
            return await self._prove(intent, attempt)
        if state is attempt.state:
            return attempt
        seen_at = attempt.landed_at or now
        moved = replace(
            attempt,
            state=state,
            landed_at=seen_at if state is AttemptState.LANDED else attempt.landed_at,
        )
        shown = self._shown(intent, moved)
        await self._means.book.move(attempt, state, now, slot=judgement.slot, notices=shown)
        return moved

    def _shown(self, intent: LiveIntent, attempt: LiveAttempt) -> Sequence[Notice]:
        """Give what tells the person how far an order is."""
        token, now_is = self._means.tokens.get(intent.token_id), intent.with_attempt(attempt)
        if token is None or attempt.state is AttemptState.EXPIRED:
            return ()
        if attempt.state is AttemptState.UNKNOWN:
            return self._means.notices.unknown(now_is, token)
        return self._means.notices.moved(now_is, token)

    async def finish(self, attempt: LiveAttempt) -> None:
        """Note that a booked attempt can never be dropped any more, once that is so.

        Needs no permission: the job asks.
        """
        words = await self._means.chain.statuses(attempt.signature)
        if is_finalized(words):
            now = self._means.clock.now()
            await self._means.book.move(attempt, AttemptState.FINALIZED, now)

    async def _prove(self, intent: LiveIntent, attempt: LiveAttempt) -> LiveAttempt:
        """Book an attempt by what the chain says that it did to the wallet."""
        change = await self._means.chain.outcome(attempt.signature, intent.wallet_address)
        if change is None:
            return attempt  # seen by one node, and its meta not told yet: look again
        if change.error is not None:
            await self._means.book.fail(attempt, change, self._means.clock.now())
            return replace(attempt, state=AttemptState.FAILED)
        try:
            await self._settle(intent, attempt, change)
        except OddOutcome as error:
            _log.exception("live_outcome_odd", signature=attempt.signature)
            await self.pause_odd((intent.user_id, intent.wallet_number), change, error)
            return attempt
        return replace(attempt, state=AttemptState.CONFIRMED)

    async def _settle(self, intent: LiveIntent, attempt: LiveAttempt, change: WalletChange) -> None:
        token = self._means.tokens.get(intent.token_id)
        if token is None:
            raise OddOutcome(f"token {intent.token_id} is not tracked")
        for _ in range(_TRIES):
            desk = await self._means.books.desk(intent.user_id, Mode.LIVE, intent.request_id)
            swap = LandedSwap(
                desk=desk,
                intent=intent,
                attempt=attempt,
                token=token,
                change=change,
                at=self._means.clock.now(),
            )
            settlement = swap.settled()
            request = Request(
                user=desk.user, request_id=intent.request_id, received_at=intent.received_at
            )
            proven = replace(
                attempt,
                landed_at=attempt.landed_at or swap.at,
                confirmed_at=swap.at,
            )
            sequel = self._means.sequel
            more: Sequence[Notice] = ()
            if sequel:
                settlement, more = await sequel.of_fill(intent, settlement)
            filled = self._means.notices.filled(
                intent.with_attempt(proven), settlement.receipt, token
            )
            notices = (*filled, *more)
            try:
                await self._means.book.settle(attempt, change, request, settlement, notices)
            except BookingConflict:
                continue
            if sequel:
                await sequel.booked(settlement)
            return
        raise BookingConflict("a live fill met another booking every time")

    async def pause_odd(self, place: Place, change: WalletChange, error: OddOutcome) -> None:
        """Stop a wallet that did something nobody meant; its funds stay held.

        Needs no permission: the job asks.
        """
        wallet = await self._means.accounts.of(place)
        assert wallet is not None  # noqa: S101 (what it did was booked as its own)
        differences = (BalanceDifference(asset=str(error), booked=0, on_chain=change.lamports),)
        await self.pause(wallet, differences)

    async def pause(self, wallet: LiveBalances, differences: tuple[BalanceDifference, ...]) -> bool:
        """Pause a wallet, or with no differences let it trade; tells whether that is new.

        Needs no permission: the job asks.
        """
        notices = self._means.notices.paused(wallet, differences)
        now = self._means.clock.now()
        return await self._means.accounts.set_differences(wallet, differences, now, notices)
