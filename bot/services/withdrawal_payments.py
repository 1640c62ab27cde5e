"""Bring withdrawals to their end: lapsed, stopped, or paid once; recovery takes the same way."""

import asyncio
from datetime import timedelta

import structlog

from bot.domain.errors import Refusal, Unavailable
from bot.domain.live_orders import AttemptState
from bot.domain.withdrawals import Need, Payment, Standing, Withdrawal, WithdrawalState, missing
from bot.ports.withdrawals import Place
from bot.services.withdrawal_means import WithdrawalMeans
from bot.services.withdrawal_signing import WithdrawalSigning
from bot.services.withdrawal_tracking import WithdrawalTracking

_SIDE_BY_SIDE = 8
_GIVE_UP = timedelta(hours=6)
"""A payment that could not even be begun for so long behind its time is given up."""
_STOPS = {
    Need.STOPPED: "stopped",
    Need.ACTIVE: "frozen",
    Need.ADDRESS: "address_removed",
    Need.FACTOR: "factor_changed",
}
_PASSING = frozenset({Need.DELAY, Need.UNPAUSED})
"""What may be met later; whatever else is missing never will be."""
_log = structlog.get_logger(__name__)


class WithdrawalPayments:
    """What the clock does with withdrawals; nobody can ask it for one, or for one sooner."""

    def __init__(
        self,
        means: WithdrawalMeans,
        *,
        signing: WithdrawalSigning | None = None,
        tracking: WithdrawalTracking | None = None,
    ) -> None:
        self._means = means
        self._signing = signing or WithdrawalSigning(means)
        self._tracking = tracking or WithdrawalTracking(means)
        self._in_hand: set[Place] = set()

    async def carry_on(self) -> None:
        """Take every withdrawal that is not at its end one step further, as far as it can go.

        Needs no permission: the clock asks, and the start.
        """
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(place: Place) -> None:
            async with gate:
                try:
                    await self.step(place)
                except Unavailable as error:
                    _log.warning("withdrawal_waits", place=place, what=str(error))

        # One at fault must not keep the others: it is told when all have had their turn.
        done = await asyncio.gather(
            *map(one, await self._means.book.open()), return_exceptions=True
        )
        for payment in await self._means.book.confirmed():
            await self._tracking.finish(payment)
        if faults := [each for each in done if isinstance(each, Exception)]:
            raise ExceptionGroup("withdrawals", faults)

    async def step(self, place: Place) -> Withdrawal | None:
        """Take one withdrawal further; gives it as it stands then.

        Needs no permission: it was asked and proved by whoever may. Raises `Unavailable` where
        database, signer or chain does not answer.
        """
        if place not in self._in_hand:
            self._in_hand.add(place)
            try:
                await self._stepped(await self._means.book.standing(place))
            finally:
                self._in_hand.discard(place)
        return await self._means.book.read(place)

    async def give_up(self, user_id: int) -> bool:
        """End a user's withdrawals that wait, whose funds have left; tells whether there were any.

        Needs no permission: what was held for them is gone.
        """
        ended = False
        for place in await self._means.book.open():
            if place[0] == user_id and place not in self._in_hand:
                found = await self._means.book.read(place)
                if found is not None and found.state is WithdrawalState.WAITING:
                    ended |= await self._end(found, WithdrawalState.CANCELLED, "funds_left")
        return ended

    async def _stepped(self, standing: Standing) -> None:
        withdrawal = standing.withdrawal
        match withdrawal.state:
            case WithdrawalState.ASKED:
                await self._lapse(withdrawal)
            case WithdrawalState.WAITING | WithdrawalState.SENDING:
                await self._pay(standing)
            case _:
                return

    async def _lapse(self, withdrawal: Withdrawal) -> None:
        now = self._means.live.clock.now()
        if withdrawal.stopped_at is not None:
            await self._end(withdrawal, WithdrawalState.CANCELLED, withdrawal.stop_reason)
        elif now > withdrawal.expires_at:
            await self._end(withdrawal, WithdrawalState.LAPSED, "no_code")

    async def _pay(self, standing: Standing) -> None:
        """Follow the payment that is out, or begin one where nothing is missing."""
        payment = standing.withdrawal.last
        if payment is None or payment.state is AttemptState.EXPIRED:
            payment = await self._begun(standing)
        elif payment.state is AttemptState.FAILED:
            await self._end(standing.withdrawal, WithdrawalState.FAILED, "failed")
            return
        if payment is not None:
            await self._follow(standing.withdrawal, payment)

    async def _follow(self, withdrawal: Withdrawal, payment: Payment) -> None:
        # What a block may hold is not sent again, until that block is gone.
        if payment.state is not AttemptState.LANDED:
            payment = await self._tracking.send(payment)
        if payment.number > len(withdrawal.payments):
            withdrawal = await self._means.book.read(_place(withdrawal)) or withdrawal
        payment = await self._tracking.look(withdrawal, payment)
        if payment.state is AttemptState.FAILED:
            await self._end(withdrawal, WithdrawalState.FAILED, "failed")

    async def _begun(self, standing: Standing) -> Payment | None:
        """Begin a payment, end a withdrawal that can have none, or leave it to wait."""
        withdrawal, now = standing.withdrawal, self._means.live.clock.now()
        lacking = missing(standing, now)
        if lacking - _PASSING:
            await self._give_up(withdrawal, _why(withdrawal, lacking - _PASSING))
            return None
        if Need.DELAY in lacking:
            return None
        if len(withdrawal.payments) >= withdrawal.most_attempts or self._is_overdue(withdrawal):
            await self._give_up(withdrawal, "expired")
            return None
        if lacking:
            return None
        try:
            return await self._signing.begin(withdrawal)
        except Refusal as refusal:
            _log.info("withdrawal_refused", user=withdrawal.user_id, why=str(refusal))
            if refusal.code != "withdrawal_lacks":
                await self._give_up(withdrawal, "not_signed")
        return None

    def _is_overdue(self, withdrawal: Withdrawal) -> bool:
        due_at = withdrawal.due_at
        return due_at is not None and self._means.live.clock.now() > due_at + _GIVE_UP

    async def _give_up(self, withdrawal: Withdrawal, reason: str) -> None:
        is_out = withdrawal.state is WithdrawalState.SENDING
        is_fault = is_out or reason in {"expired", "not_signed", "lacking"}
        state = WithdrawalState.FAILED if is_fault else WithdrawalState.CANCELLED
        await self._end(withdrawal, state, reason)

    async def _end(self, withdrawal: Withdrawal, state: WithdrawalState, reason: str) -> bool:
        token = self._means.token_of(withdrawal)
        told = self._means.notices.ended(withdrawal, token, reason)
        now = self._means.live.clock.now()
        is_ended = await self._means.book.end(_place(withdrawal), state, reason, now, told)
        if is_ended:
            _log.info("withdrawal_ended", user=withdrawal.user_id, state=state, reason=reason)
        return is_ended


def _place(withdrawal: Withdrawal) -> Place:
    return withdrawal.user_id, withdrawal.number


def _why(withdrawal: Withdrawal, lacking: frozenset[Need]) -> str:
    """Give the reason that a person can do something with."""
    if Need.STOPPED in lacking and withdrawal.stop_reason:
        return withdrawal.stop_reason
    return next((word for need, word in _STOPS.items() if need in lacking), "lacking")
