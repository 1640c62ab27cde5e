"""What a Token-2022 mint does, or lets somebody do, to those who hold its token."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.domain.transfer_fees import NO_FEES, FeeSchedule, TransferFee

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UiMultiplier:
    """How many times more (or fewer) tokens wallets show than an account counts.

    `newer` counts from `newer_at` (Unix seconds). Source: token-2022 `ScaledUiAmountConfig`.
    """

    older: Decimal = _ONE
    newer: Decimal = _ONE
    newer_at: int = 0

    def at(self, moment: datetime) -> Decimal:
        """Give the multiplier in force at a moment."""
        return self.newer if moment.timestamp() >= self.newer_at else self.older

    def settled(self, moment: datetime) -> "UiMultiplier":
        """Give the same with `older` as the one in force at a moment."""
        return replace(self, older=self.at(moment))


_AS_COUNTED = UiMultiplier()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """The extensions of a mint as far as they touch a holder.

    An address names who holds a power, and is None where nobody can ever have it again.
    `hook_program` runs at every transfer; `hook_authority` may put another one there.
    `unknown` are extensions newer than our list. `is_read` is false for a token that was
    tracked before these were kept: its mint has to be read before it is traded.
    """

    fees: FeeSchedule = NO_FEES
    fee_authority: str | None = None
    hook_program: str | None = None
    hook_authority: str | None = None
    permanent_delegate: str | None = None
    pause_authority: str | None = None
    is_paused: bool = False
    is_born_frozen: bool = False
    is_transferable: bool = True
    close_authority: str | None = None
    is_confidential: bool = False
    is_interest_bearing: bool = False
    ui: UiMultiplier = _AS_COUNTED
    unknown: tuple[str, ...] = ()
    is_read: bool = True

    def settled(self, moment: datetime) -> "TokenRules":
        """Give the same rules as they are at a moment: their multiplier is then `ui.older`."""
        return self if self.ui == _AS_COUNTED else replace(self, ui=self.ui.settled(moment))

    def can_change(self) -> bool:
        """Tell whether the mint has to be read again before its word is taken."""
        # Nearly every token shares the one empty set of rules, and all are asked each minute.
        return self is not NO_RULES and self != NO_RULES

    def risks(self, fee: TransferFee) -> tuple[str, ...]:
        """Name what somebody could do to a holder at a given fee: take, freeze, block, charge."""
        found = {
            "permanent delegate": self.permanent_delegate is not None,
            "not transferable": not self.is_transferable,
            "transfer hook": self.hook_program is not None,
            "frozen by default": self.is_born_frozen,
            "paused": self.is_paused,
            "can be paused": self.pause_authority is not None,
            "transfer fee": fee.bps > 0,
            "transfer fee can rise": self.fee_authority is not None,
            "mint can be closed": self.close_authority is not None,
        }
        return tuple(name for name, is_so in found.items() if is_so)


NO_RULES = TokenRules()
