"""Token-2022 extensions of mints and accounts, in their genuine layouts."""

import struct
from collections.abc import Iterable

from solders.pubkey import Pubkey

NOBODY = Pubkey.default()
Extension = tuple[int, bytes]
"""An extension's number and value; numbers and layouts are those of token-2022."""

TRANSFER_FEE_CONFIG, TRANSFER_FEE_AMOUNT = 1, 2
DEFAULT_ACCOUNT_STATE, PERMANENT_DELEGATE, TRANSFER_HOOK = 6, 12, 14
SCALED_UI_AMOUNT, PAUSABLE = 25, 26
FROZEN = 2


def transfer_fee(
    bps: int, maximum: int, authority: Pubkey = NOBODY, *, newer_bps: int | None = None, epoch: int
) -> Extension:
    """Charge `bps` of each transfer, and `newer_bps` from an epoch on where that is given."""
    older = _fee(0, maximum, bps)
    newer = _fee(epoch, maximum, bps if newer_bps is None else newer_bps)
    return TRANSFER_FEE_CONFIG, bytes(authority) + bytes(32) + bytes(8) + older + newer


def withheld_nothing() -> Extension:
    """Mark an account of a token with a transfer fee: nothing is withheld in it yet."""
    return TRANSFER_FEE_AMOUNT, bytes(8)


def permanent_delegate(delegate: Pubkey) -> Extension:
    """Let somebody take from every account."""
    return PERMANENT_DELEGATE, bytes(delegate)


def transfer_hook(authority: Pubkey, program: Pubkey) -> Extension:
    """Run a program at each transfer."""
    return TRANSFER_HOOK, bytes(authority) + bytes(program)


def born_frozen() -> Extension:
    """Freeze each new account."""
    return DEFAULT_ACCOUNT_STATE, bytes([FROZEN])


def pausable(authority: Pubkey, *, is_paused: bool) -> Extension:
    """Let somebody stop all transfers."""
    return PAUSABLE, bytes(authority) + bytes([is_paused])


def scaled_ui_amount(authority: Pubkey, multiplier: float) -> Extension:
    """Have wallets show so many times more than accounts count."""
    return SCALED_UI_AMOUNT, bytes(authority) + struct.pack("<dqd", multiplier, 0, multiplier)


def written(extensions: Iterable[Extension]) -> bytes:
    """Write extensions one after another: number, length, value."""
    return b"".join(
        number.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value
        for number, value in extensions
    )


def _fee(epoch: int, maximum: int, bps: int) -> bytes:
    return epoch.to_bytes(8, "little") + maximum.to_bytes(8, "little") + bps.to_bytes(2, "little")
