"""Withdrawals for tests of the chat door: lists and wishes in memory, nothing sent."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.destinations import KnownAddresses, checked_destination
from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from bot.domain.instruments import Token
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.domain.withdrawals import ListedAddress, Withdrawal, WithdrawalState, WithdrawalWish
from bot.services.withdrawal_addresses import Answer as AddressAnswer
from bot.services.withdrawals import Answer, Available
from tests.builders.views import SOL
from tests.fakes.resting_services import Stage

PURSE = 10 * SOL


@dataclass(slots=True)
class FakeMoneyOut:
    """Plays the bundle of live services as far as money leaves by it."""

    stage: Stage
    listed: list[ListedAddress] = field(default_factory=list)
    asked: list[Withdrawal] = field(default_factory=list)

    @property
    def withdrawals(self) -> "FakeMoneyOut":
        return self

    @property
    def addresses(self) -> "FakeAddresses":
        return FakeAddresses(self)

    @property
    def asking(self) -> "FakeAsking":
        return FakeAsking(self)


@dataclass(frozen=True, slots=True)
class FakeAddresses:
    out: FakeMoneyOut

    async def own(self, user: User) -> list[ListedAddress]:
        self.out.stage._enter(user, Permission.VIEW_OWN)
        return [each for each in self.out.listed if each.removed_at is None]

    async def add(
        self, request: Request, text: str, label: str, answer: AddressAnswer
    ) -> ListedAddress:
        self.out.stage._enter(request.user, Permission.LEAVE_LIVE)
        known = KnownAddresses(listed=[each.address for each in self.out.listed])
        new = ListedAddress(
            user_id=request.user.user_id,
            number=len(self.out.listed) + 1,
            address=checked_destination(text, known),
            label=label,
            added_at=request.received_at,
            usable_at=request.received_at + timedelta(hours=24),
        )
        self.out.listed.append(new)
        await self.out.stage._commit(request, answer(new))
        return new

    async def remove(self, request: Request, number: int, answer: AddressAnswer) -> None:
        self.out.stage._enter(request.user, Permission.PROTECT_OWN)
        for place, each in enumerate(self.out.listed):
            if each.number == number and each.removed_at is None:
                self.out.listed[place] = replace(each, removed_at=request.received_at)
                await self.out.stage._commit(request, answer(each))
                return
        raise Refusal("unknown_address", number=number)


@dataclass(frozen=True, slots=True)
class FakeAsking:
    out: FakeMoneyOut

    async def available(self, user: User) -> list[Available]:
        self.out.stage._enter(user, Permission.VIEW_OWN)
        return [Available(token=None, units=PURSE)]

    async def recent(self, user: User) -> list[Withdrawal]:
        self.out.stage._enter(user, Permission.VIEW_OWN)
        return self.out.asked

    def token_of(self, _withdrawal: Withdrawal) -> Token | None:
        return None

    async def ask(self, request: Request, wish: WithdrawalWish, answer: Answer) -> Withdrawal:
        self.out.stage._enter(request.user, Permission.LEAVE_LIVE)
        address = self.out.listed[wish.address_number - 1]
        if address.usable_at > request.received_at:
            raise Refusal("address_waits", until=address.usable_at, label=address.label)
        withdrawal = a_withdrawal(request.received_at, wish, address.address)
        self.out.asked.append(withdrawal)
        await self.out.stage._commit(request, answer(withdrawal))
        return withdrawal

    async def cancel(self, request: Request, number: int, answer: Answer) -> None:
        self.out.stage._enter(request.user, Permission.PROTECT_OWN)
        withdrawal = self.out.asked[number - 1]
        self.out.asked[number - 1] = replace(withdrawal, state=WithdrawalState.CANCELLED)
        await self.out.stage._commit(request, answer(withdrawal))


def a_withdrawal(at: datetime, wish: WithdrawalWish, destination: str) -> Withdrawal:
    return Withdrawal(
        user_id=1001,
        number=1,
        request_id="r",
        request_hash=wish.hash,
        wallet_number=1,
        wallet_address="w",
        address_number=wish.address_number,
        destination=destination,
        mint=SOL_MINT,
        token_id=None,
        token_program=TOKEN_PROGRAM,
        amount=wish.amount,
        worth_lamports=wish.amount,
        most_fee_lamports=200_000,
        most_rent_lamports=0,
        most_attempts=5,
        nonce="n",
        delay_seconds=1_800,
        factor_wait_seconds=0,
        received_at=at,
        asked_at=at,
        expires_at=at + timedelta(seconds=120),
    )
