"""The fee that a Token-2022 mint takes from every transfer of it, to the unit."""

from dataclasses import dataclass

BPS = 10_000
SLOTS_PER_EPOCH = 432_000  # source: Solana SDK `DEFAULT_SLOTS_PER_EPOCH`


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFee:
    """What each transfer loses: `bps` of it rounded up, at most `maximum` base units.

    Source: token-2022 `extension/transfer_fee`, `calculate_fee` and
    `calculate_pre_fee_amount`.
    """

    bps: int = 0
    maximum: int = 0

    def on(self, amount: int) -> int:
        """Give what is withheld of an amount sent."""
        return min(-(-amount * self.bps // BPS), self.maximum)

    def net(self, amount: int) -> int:
        """Give what arrives of an amount sent."""
        return amount - self.on(amount)

    def gross(self, net: int) -> int:
        """Give the smallest amount to send of which exactly `net` arrives."""
        if net == 0:
            return 0
        capped = net + self.maximum
        if self.bps == BPS:
            return capped
        return min(-(-net * BPS // (BPS - self.bps)), capped)


NO_FEE = TransferFee()


def fee_note(mint: str, fee: TransferFee) -> str:
    """Say of a pool's reading that one of its tokens takes a fee."""
    return f"transfer fee of {fee.bps} bps on {mint}"


def is_fee_note(note: str, mint: str) -> bool:
    """Tell whether a note is `fee_note`'s on a mint."""
    return note.startswith("transfer fee of ") and note.endswith(f" bps on {mint}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """The fee before an epoch and from it on: a change waits for two epochs."""

    older: TransferFee = NO_FEE
    newer: TransferFee = NO_FEE
    newer_epoch: int = 0

    def at_epoch(self, epoch: int) -> TransferFee:
        """Give the fee in force at an epoch."""
        return self.newer if epoch >= self.newer_epoch else self.older

    def at_slot(self, slot: int) -> TransferFee:
        """Give the fee in force at a slot."""
        return self.at_epoch(slot // SLOTS_PER_EPOCH)


NO_FEES = FeeSchedule()
