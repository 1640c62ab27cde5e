"""The lists of addresses that people withdraw to: looked at, added with a wait, removed at once."""

from collections.abc import Callable, Sequence

from bot.domain.destinations import KnownAddresses, checked_destination, refuse_use
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.domain.withdrawals import ListedAddress
from bot.services.withdrawal_means import WithdrawalMeans

LONGEST_LABEL = 20
Answer = Callable[[ListedAddress], Sequence[Notice]]
"""Gives what ends the request's update, with the address in question."""


class WithdrawalAddresses:
    """The use cases around one's own list; nobody has any way to another person's."""

    def __init__(self, means: WithdrawalMeans) -> None:
        self._means = means

    async def own(self, user: User) -> Sequence[ListedAddress]:
        """Give a person's list, by number."""
        user.require(Permission.VIEW_OWN)
        listed = await self._means.addresses.of(user.user_id)
        return [address for address in listed if address.removed_at is None]

    async def add(self, request: Request, text: str, label: str, answer: Answer) -> ListedAddress:
        """List an address that is checked; it counts after the wait, and its owner is told.

        Raises `Refusal` for what cannot be meant as a destination, `Unavailable` where the chain
        does not tell what it is.
        """
        request.user.require(Permission.LEAVE_LIVE)
        user_id = request.user.user_id
        listed = await self._means.addresses.of(user_id)
        wallets = await self._means.live.wallets.wallets_of(user_id)
        known = KnownAddresses(
            own=[wallet.address for wallet in wallets],
            listed=[each.address for each in listed],
            mints=[token.mint for token in self._means.tokens.values()],
        )
        address = checked_destination(text, known)
        refuse_use(await self._means.looks.use_of(address))
        now = self._means.live.clock.now()
        new = ListedAddress(
            user_id=user_id,
            number=len(listed) + 1,
            address=address,
            label=label[:LONGEST_LABEL],
            added_at=now,
            usable_at=now + self._means.rules.address_wait,
        )
        most = self._means.rules.most_addresses
        await self._means.addresses.add(request, new, most, answer(new))
        return new

    async def remove(self, request: Request, number: int, answer: Answer) -> None:
        """Take an address off one's list at once, and stop what waits to be sent there.

        Needs no more than that it is one's own, also while frozen: it only makes money safer.
        Raises `Refusal` (`unknown_address`).
        """
        request.user.require(Permission.PROTECT_OWN)
        listed = await self.own(request.user)
        address = next((each for each in listed if each.number == number), None)
        if address is None:
            raise Refusal("unknown_address", number=number)
        now = self._means.live.clock.now()
        await self._means.addresses.remove(request, number, now, answer(address))
