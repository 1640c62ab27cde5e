"""A token that left the pool it was launched in, and where it trades since."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.pools.reading import PoolKind

LAUNCHES = (PoolKind.PUMPFUN_CURVE, PoolKind.METEORA_DBC)
"""Pools that a token is meant to leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graduation:
    """One move of a token: its old pool takes no more swaps, the new one does."""

    token_id: int
    from_pool: str
    from_kind: PoolKind
    to_pool: str
    to_kind: PoolKind
    noticed_at: datetime
