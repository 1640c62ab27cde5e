"""The token accounts that are known to be a wallet's own, since their addresses derive from it."""

from bot.domain.signing import programs
from bot.domain.signing.derived_addresses import token_account
from bot.domain.signing.jupiter import swap_account


class OwnAccounts:
    """A wallet's associated accounts for the mints of an intent, and for wrapped SOL."""

    def __init__(self, wallet: bytes, token_programs: dict[bytes, bytes]) -> None:
        self.wallet = wallet
        self.mints = {**token_programs, programs.WRAPPED_SOL: programs.TOKEN}
        self.wrapped = token_account(wallet, programs.WRAPPED_SOL, programs.TOKEN)
        self._swap_account: bytes | None = None

    def of(self, mint: bytes) -> bytes:
        """Give the wallet's associated account of a mint."""
        return token_account(self.wallet, mint, self.mints[mint])

    @property
    def swap_account(self) -> bytes:
        """The one that Jupiter makes, derived when first asked for."""
        if self._swap_account is None:
            self._swap_account = swap_account(self.wallet)[0]
        return self._swap_account

    def holds_sol(self, account: bytes) -> bool:
        """Tell whether an account is the wallet's for wrapped SOL."""
        return account in (self.wrapped, self.swap_account)

    def takes(self, account: bytes, mint: bytes) -> bool:
        """Tell whether an account is the wallet's for a mint."""
        return account == self.of(mint) or (
            mint == programs.WRAPPED_SOL and self.holds_sol(account)
        )
