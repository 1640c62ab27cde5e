"""Wallets that hold real money: made for a person and shown to them."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.live_wallets import LiveWallet, SealedKey
from bot.domain.users import Permission, User
from bot.ports.clock import Clock
from bot.ports.live_wallets import LiveWalletBook

MakeKey = Callable[[int, int], Awaitable[SealedKey]]
"""Makes the key of a user's wallet of a number, where keys are made."""
FIRST_WALLET = 1
MOST_WALLETS = 10
_log = structlog.get_logger(__name__)


class LiveWallets:
    """The use cases of whoever owns wallets; whether they may have one yet, the caller has asked.

    Permissions say what a role may do at all. The way from paper to live is another gate.
    """

    def __init__(self, *, book: LiveWalletBook, make_key: MakeKey, clock: Clock) -> None:
        self._book = book
        self._make_key = make_key
        self._clock = clock

    async def create(self, user: User, number: int = FIRST_WALLET) -> LiveWallet:
        """Give a person's wallet of a number, made if there is none: asked twice, it is made once.

        Raises `Refusal` for want of the right, `ValueError` for a number outside of 1 to 10.
        """
        user.require(Permission.HOLD_LIVE_WALLET)
        if not FIRST_WALLET <= number <= MOST_WALLETS:
            raise ValueError(f"a person has wallets 1 to {MOST_WALLETS}, not {number}")
        if known := await self._book.read(user.user_id, number):
            return known
        key = await self._make_key(user.user_id, number)
        wallet = await self._book.put(key, self._clock.now())
        _log.info("live_wallet_kept", user=wallet.user_id, number=number, address=wallet.address)
        return wallet

    async def own(self, user: User) -> Sequence[LiveWallet]:
        """Give a person's wallets, by number."""
        user.require(Permission.VIEW_OWN)
        return await self._book.wallets_of(user.user_id)
