"""Withdrawals from the wish to the code that proves it, and the ways to stop them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM, decode_address
from bot.domain.instruments import Token
from bot.domain.live_wallets import LiveWallet
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.signing.rent import rent_of
from bot.domain.users import Permission, User
from bot.domain.web_sessions import Visitor
from bot.domain.withdrawals import (
    LEAST_LAMPORTS,
    LEFT_LAMPORTS,
    PROOF_SECONDS,
    ListedAddress,
    Proof,
    Withdrawal,
    WithdrawalState,
    WithdrawalWish,
)
from bot.services.factors import Factors
from bot.services.live_wallets import FIRST_WALLET
from bot.services.withdrawal_means import WithdrawalMeans

_SHOWN = 10
Answer = Callable[[Withdrawal], Sequence[Notice]]
"""Gives what ends the request's update, with the withdrawal in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """What of one asset can be withdrawn now, in base units; `token` is None for SOL."""

    token: Token | None
    units: int


class Withdrawals:
    """What an owner does with withdrawals; sending them is `WithdrawalPayments`.

    Nobody else has any way to them: a number is looked up among the asking person's own.
    """

    def __init__(self, means: WithdrawalMeans, factors: Factors) -> None:
        self._means = means
        self._factors = factors

    async def recent(self, user: User) -> Sequence[Withdrawal]:
        """Give a person's newest withdrawals."""
        user.require(Permission.VIEW_OWN)
        return await self._means.book.newest(user.user_id, _SHOWN)

    def token_of(self, withdrawal: Withdrawal) -> Token | None:
        """Give the token that is withdrawn; None for SOL.

        Needs no permission: which tokens there are, everybody may know.
        """
        return self._means.token_of(withdrawal)

    async def available(self, user: User) -> Sequence[Available]:
        """Give what a person can withdraw now: SOL less what fees and the account itself need.

        Raises `Refusal` (`live_no_wallet`).
        """
        user.require(Permission.VIEW_OWN)
        await self._wallet(user)
        free = await self._means.book.free(user.user_id, FIRST_WALLET)
        rules = self._means.rules
        left = LEFT_LAMPORTS + rules.most_fee_lamports * rules.most_attempts
        tokens = [
            Available(token=token, units=free[token.mint])
            for token in self._means.tokens.values()
            if free.get(token.mint, 0) > 0
        ]
        return [Available(token=None, units=max(0, free.get(SOL_MINT, 0) - left)), *tokens]

    async def ask(self, request: Request, wish: WithdrawalWish, answer: Answer) -> Withdrawal:
        """Keep what is asked for; nothing moves and nothing is held before its code.

        The same request gives the same withdrawal again. Raises `Refusal`, also where the person
        has no authenticator yet, or one that is too new.
        """
        request.user.require(Permission.LEAVE_LIVE)
        if known := await self._known(request, wish):
            return known
        await self._require_factor(request.user)
        wallet, address = await self._wallet(request.user), await self._address(request, wish)
        withdrawal = self._decided(request, wish, wallet, address)
        notices = answer(withdrawal)
        number = await self._means.book.ask(request, withdrawal, self._means.rules, notices)
        return replace(withdrawal, number=number)

    async def waiting_for_code(self, visitor: Visitor) -> Withdrawal:
        """Give the withdrawal that the visitor has asked for and not proved; there is one at most.

        Raises `Refusal` (`withdrawal_over`).
        """
        visitor.user.require(Permission.PROTECT_OWN)
        newest = await self._means.book.newest(visitor.user.user_id, 1)
        now = self._means.live.clock.now()
        if not newest or not _awaits_code(newest[0], now):
            raise Refusal("withdrawal_over")
        return newest[0]

    async def prove(self, visitor: Visitor, nonce: str, code: str) -> datetime:
        """Take a code for exactly the terms of that nonce; gives when it will be sent.

        The code is used up whatever becomes of it. Raises `Refusal` (`withdrawal_over`,
        `wrong_factor`, `factors_locked`, `factor_too_new`, and what `ask` does).
        """
        visitor.user.require(Permission.LEAVE_LIVE)
        withdrawal = await self.waiting_for_code(visitor)
        if withdrawal.nonce != nonce:
            raise Refusal("withdrawal_over")
        used = await self._factors.use_code(visitor, code, withdrawal.terms.hash)
        now = self._means.live.clock.now()
        proof = Proof(
            user_id=withdrawal.user_id,
            withdrawal_number=withdrawal.number,
            terms_hash=withdrawal.terms.hash,
            factor_version=used.version,
            factor_step=used.step,
            factor_set_at=used.set_at,
            session_id=visitor.session.session_id,
            proved_at=now,
        )
        due_at = now + timedelta(seconds=withdrawal.delay_seconds)
        told = self._means.notices.proved(withdrawal, self.token_of(withdrawal), due_at)
        await self._means.book.prove(proof, self._means.rules, told)
        return due_at

    async def cancel(self, request: Request, number: int, answer: Answer) -> None:
        """Stop one's own withdrawal that is not being sent yet, from the chat.

        Works while frozen, too. Raises `Refusal` (`unknown_withdrawal`, `withdrawal_out`,
        `withdrawal_ended`).
        """
        request.user.require(Permission.PROTECT_OWN)
        withdrawal = await self._means.book.read((request.user.user_id, number))
        if withdrawal is None:
            raise Refusal("unknown_withdrawal", number=number)
        place, now = (withdrawal.user_id, number), self._means.live.clock.now()
        is_done = await self._means.book.end(
            place,
            WithdrawalState.CANCELLED,
            "cancelled",
            now,
            answer(withdrawal),
            request=request,
        )
        if not is_done:
            standing = await self._means.book.read(place)
            is_out = standing is not None and standing.state is WithdrawalState.SENDING
            if is_out:
                raise Refusal("withdrawal_out", number=number)
            raise Refusal("withdrawal_ended", number=number)

    async def _known(self, request: Request, wish: WithdrawalWish) -> Withdrawal | None:
        known = await self._means.book.find(request.user.user_id, request.request_id)
        if known is not None and known.request_hash != wish.hash:
            raise Refusal("request_mismatch")
        return known

    async def _require_factor(self, user: User) -> None:
        """Pass where there is an authenticator that is old enough."""
        if not self._factors.are_offered:
            raise Refusal("no_factors_here")
        set_at = (await self._factors.state(user)).totp_set_at
        if set_at is None:
            raise Refusal("withdrawal_no_factor")
        wait = self._means.rules.factor_wait
        if set_at + wait > self._means.live.clock.now():
            raise Refusal("factor_too_new", until=set_at + wait)

    async def _wallet(self, user: User) -> LiveWallet:
        wallet = await self._means.live.wallets.read(user.user_id, FIRST_WALLET)
        if wallet is None:
            raise Refusal("live_no_wallet")
        return wallet

    async def _address(self, request: Request, wish: WithdrawalWish) -> ListedAddress:
        listed = await self._means.addresses.of(request.user.user_id)
        address = next((each for each in listed if each.number == wish.address_number), None)
        if address is None or address.removed_at is not None:
            raise Refusal("unknown_address", number=wish.address_number)
        if address.usable_at > self._means.live.clock.now():
            raise Refusal("address_waits", until=address.usable_at, label=address.label)
        return address

    def _decided(
        self, request: Request, wish: WithdrawalWish, wallet: LiveWallet, address: ListedAddress
    ) -> Withdrawal:
        rules, now = self._means.rules, self._means.live.clock.now()
        token = self._token(wish)
        return Withdrawal(
            user_id=request.user.user_id,
            number=0,
            request_id=request.request_id,
            request_hash=wish.hash,
            wallet_number=wish.wallet_number,
            wallet_address=wallet.address,
            address_number=address.number,
            destination=address.address,
            mint=token.mint if token else SOL_MINT,
            token_id=wish.token_id,
            token_program=token.program if token else TOKEN_PROGRAM,
            amount=wish.amount,
            worth_lamports=self._worth(wish, token),
            most_fee_lamports=rules.most_fee_lamports,
            most_rent_lamports=self._most_rent(token),
            most_attempts=rules.most_attempts,
            nonce=self._means.draw(),
            delay_seconds=int(rules.delay.total_seconds()),
            factor_wait_seconds=int(rules.factor_wait.total_seconds()),
            received_at=request.received_at,
            asked_at=now,
            expires_at=now + timedelta(seconds=PROOF_SECONDS),
        )

    def _token(self, wish: WithdrawalWish) -> Token | None:
        if wish.amount <= 0:
            raise Refusal("not_positive", text=str(wish.amount))
        if wish.token_id is None:
            if wish.amount < LEAST_LAMPORTS:
                raise Refusal("withdrawal_tiny", least_lamports=LEAST_LAMPORTS)
            return None
        token = self._means.tokens.get(wish.token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(wish.token_id))
        return token

    def _most_rent(self, token: Token | None) -> int:
        """Give what the recipient's account of a token may cost: whoever sends it pays for it."""
        if token is None:
            return 0
        return rent_of(decode_address(token.program), self._means.live.signing_rules)

    def _worth(self, wish: WithdrawalWish, token: Token | None) -> int:
        """Give what counts against the caps; raises `Refusal` where nobody can tell."""
        if token is None:
            return wish.amount
        worth = self._means.worth(token, wish.amount)
        if worth is None:
            raise Refusal("withdrawal_no_price", symbol=token.symbol)
        return worth


def _awaits_code(withdrawal: Withdrawal, now: datetime) -> bool:
    is_asked = withdrawal.state is WithdrawalState.ASKED and withdrawal.stopped_at is None
    return is_asked and now <= withdrawal.expires_at
