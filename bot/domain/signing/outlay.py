"""What a message costs its wallet at most, by kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """Lamports that leave the wallet: what is given for the intent, and what it costs besides.

    `token_units` counts those of the intent's mint where that is not SOL.
    """

    given_lamports: int = 0
    fee_lamports: int = 0
    tip_lamports: int = 0
    rent_lamports: int = 0
    token_units: int = 0

    @property
    def lamports(self) -> int:
        """Everything in lamports."""
        return self.given_lamports + self.fee_lamports + self.tip_lamports + self.rent_lamports
