"""Follow a committed payment: send the same bytes, hear every node, and book what is proven."""

from dataclasses import replace

import structlog

from bot.domain.landing import judge
from bot.domain.live_orders import AttemptState, OddOutcome, is_finalized, next_state
from bot.domain.notices import Notice
from bot.domain.withdrawals import Payment, Withdrawal
from bot.ports.chain_sending import WalletChange
from bot.services.live_tracking import LiveTracking
from bot.services.withdrawal_means import WithdrawalMeans

_log = structlog.get_logger(__name__)


class WithdrawalTracking:
    """Brings payments forward by what is proven, never by what somebody said or did not say."""

    def __init__(self, means: WithdrawalMeans) -> None:
        self._means = means
        self._wallets = LiveTracking(means.live)

    async def send(self, payment: Payment) -> Payment:
        """Send the same bytes again, to every node.

        Needs no permission: what is committed may be out already. Errors say nothing of what
        became of the bytes.
        """
        sent_at = self._means.live.clock.now()
        await self._means.live.chain.send(payment.raw)
        if payment.state is not AttemptState.SIGNED:
            return payment
        await self._means.book.move(payment, AttemptState.SENT, sent_at)
        return replace(payment, state=AttemptState.SENT, sent_at=sent_at)

    async def look(self, withdrawal: Withdrawal, payment: Payment) -> Payment:
        """Ask every node about an unproven payment, and book what they prove.

        Needs no permission: what has happened has happened. Gives the payment as it stands then.
        """
        rules = self._means.live.rules
        judgement = judge(
            await self._means.live.chain.statuses(payment.signature),
            last_valid_block_height=payment.last_valid_block_height,
            nodes_needed=rules.nodes_needed,
        )
        now = self._means.live.clock.now()
        state = next_state(payment, judgement, now, rules)
        if state in {AttemptState.CONFIRMED, AttemptState.FAILED}:
            return await self._prove(withdrawal, payment)
        if state is payment.state:
            return payment
        notices: tuple[Notice, ...] = ()
        if state is AttemptState.UNKNOWN:
            token = self._means.token_of(withdrawal)
            notices = tuple(self._means.notices.unknown(withdrawal, token))
        await self._means.book.move(payment, state, now, slot=judgement.slot, notices=notices)
        return replace(payment, state=state)

    async def finish(self, payment: Payment) -> None:
        """Note that a booked payment can never be dropped any more, once that is so.

        Needs no permission: the job asks.
        """
        if is_finalized(await self._means.live.chain.statuses(payment.signature)):
            now = self._means.live.clock.now()
            await self._means.book.move(payment, AttemptState.FINALIZED, now)

    async def _prove(self, withdrawal: Withdrawal, payment: Payment) -> Payment:
        """Book a payment by what the chain says that it did to the wallet."""
        address = withdrawal.wallet_address
        change = await self._means.live.chain.outcome(payment.signature, address)
        if change is None:
            return payment  # seen by one node, and its meta not told yet: look again
        now = self._means.live.clock.now()
        if change.error is not None:
            await self._means.book.fail(payment, change, now)
            return replace(payment, state=AttemptState.FAILED)
        try:
            gift_lamports = _gift_of(withdrawal, change)
            paid = replace(payment, landed_at=payment.landed_at or now, slot=change.slot)
            shown = replace(withdrawal, payments=(*withdrawal.payments[:-1], paid))
            token = self._means.token_of(withdrawal)
            notices = self._means.notices.sent(shown, token, change, now)
            await self._means.book.settle(payment, change, gift_lamports, now, notices)
        except OddOutcome as error:
            _log.exception("withdrawal_outcome_odd", signature=payment.signature)
            place = (withdrawal.user_id, withdrawal.wallet_number)
            await self._wallets.pause_odd(place, change, error)
            return payment
        return replace(payment, state=AttemptState.CONFIRMED)


def _gift_of(withdrawal: Withdrawal, change: WalletChange) -> int:
    """Give what the recipient's new account cost; raises `OddOutcome` for any other payment.

    Exactly the amount has left, and in lamports nothing more than fee and that account.
    """
    units = withdrawal.amount if withdrawal.is_sol else 0
    gift = -change.lamports - change.fee_lamports - units
    tokens = {mint: moved for mint, moved in change.tokens.items() if moved}
    meant = {} if withdrawal.is_sol else {withdrawal.mint: -withdrawal.amount}
    if tokens != meant or not 0 <= gift <= withdrawal.most_rent_lamports or change.rent_lamports:
        raise OddOutcome(f"{change.signature} is not the payment that was meant")
    return gift
