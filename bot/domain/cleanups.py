"""The closing of a wallet's empty token accounts: what is asked for, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.movements import TokenPlace


class CleanupState(StrEnum):
    """Where a cleanup stands; the same words are in the database's guard."""

    PLANNED = "planned"
    SIGNED = "signed"  # its bytes are committed, and may be out
    DONE = "done"
    FAILED = "failed"  # landed as a failure: its fee is booked
    EXPIRED = "expired"  # proven to be in no block
    REFUSED = "refused"  # nothing was ever sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleanup:
    """Token accounts to be closed in one transaction; `number` counts a user's.

    `signature`, `raw` and the last valid height are there once it is signed.
    """

    user_id: int
    number: int
    request_id: str
    wallet_number: int
    wallet_address: str
    places: tuple[TokenPlace, ...]
    most_fee_lamports: int
    decided_at: datetime
    state: CleanupState = CleanupState.PLANNED
    signature: str | None = None
    raw: bytes | None = None
    last_valid_block_height: int | None = None
