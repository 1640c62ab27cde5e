"""The chain's own time as an account: the Clock sysvar."""

from solders.account import Account
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc.slot_clock import SlotClock

CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
SYSVAR_OWNER = Pubkey.from_string("Sysvar1111111111111111111111111111111111111")
LAMPORTS = 1_169_280


def clock_account(clock: SlotClock, slot: int) -> Account:
    """Give the account as it stood at a slot."""
    epoch = clock.epoch(slot)
    numbers = (slot, clock.started_unix_s, epoch, epoch + 1, clock.unix_time_s(slot))
    data = b"".join(number.to_bytes(8, "little") for number in numbers)
    return Account(LAMPORTS, data, SYSVAR_OWNER, executable=False, rent_epoch=2**64 - 1)
