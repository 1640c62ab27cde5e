"""Wallets that were made elsewhere: their key is sealed by the signer, and forgotten here."""

from collections.abc import Awaitable, Callable

import structlog

from bot.domain.errors import Refusal
from bot.domain.live_wallets import LiveWallet, SealedKey
from bot.domain.users import Permission, User
from bot.domain.web_sessions import Visitor
from bot.ports.clock import Clock
from bot.ports.live_orders import LiveAccounts
from bot.ports.live_wallets import LiveWalletBook
from bot.ports.signer import SigningRefused
from bot.services.live_wallets import FIRST_WALLET

Adopt = Callable[[int, int, str], Awaitable[SealedKey]]
"""Has a typed key sealed for a user's wallet of a number, where keys are sealed."""
RequireProof = Callable[[Visitor], Awaitable[object]]
"""Passes where a second factor was given of late, or where there is none to give."""
_log = structlog.get_logger(__name__)


class WalletImports:
    """Takes a wallet over, for whoever has none here yet; who knew its key before still does.

    What was typed is handed to the signer as it is, is in no log and no database, and is not held
    here any longer than the call takes.
    """

    def __init__(
        self,
        *,
        book: LiveWalletBook,
        accounts: LiveAccounts,
        adopt: Adopt,
        require_proof: RequireProof,
        clock: Clock,
    ) -> None:
        self._book = book
        self._accounts = accounts
        self._adopt = adopt
        self._require_proof = require_proof
        self._clock = clock

    async def is_possible(self, user: User) -> bool:
        """Tell whether a person may take a wallet over: whoever has one here may not."""
        user.require(Permission.VIEW_OWN)
        return await self._book.read(user.user_id, FIRST_WALLET) is None

    async def take_over(self, visitor: Visitor, typed: str) -> LiveWallet:
        """Keep a wallet by its key as it was typed; only on the web page, after a second factor.

        Raises `Refusal` (`proof_needed`, `live_wallet_there`, `bad_wallet_key`, `wallet_elsewhere`
        where somebody has it here already: whose it is, nobody is told).
        """
        visitor.user.require(Permission.HOLD_LIVE_WALLET)
        user = visitor.user
        await self._require_proof(visitor)
        if not await self.is_possible(user):
            raise Refusal("live_wallet_there")
        try:
            key = await self._adopt(user.user_id, FIRST_WALLET, typed)
        except SigningRefused as error:
            raise Refusal("bad_wallet_key", reason=str(error)) from None
        now = self._clock.now()
        wallet = await self._book.put_imported(key, now)
        if wallet is None:
            raise Refusal("wallet_elsewhere")
        if wallet.address != key.address:
            raise Refusal("live_wallet_there")
        await self._accounts.open(user.user_id, FIRST_WALLET, now)
        _log.info("live_wallet_imported", user=user.user_id, address=wallet.address)
        return wallet
