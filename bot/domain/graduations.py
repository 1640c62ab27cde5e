"""A token that left the pool it was launched in, and where it trades since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.pools.reading import PoolKind

SUCCESSORS: Mapping[PoolKind, PoolKind] = {
    PoolKind.PUMPFUN_CURVE: PoolKind.PUMPSWAP,
    PoolKind.METEORA_DBC: PoolKind.METEORA_DAMM_V2,
}
"""Pools that a token is meant to leave, and where it goes then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graduation:
    """One move of a token: its old pool takes no more swaps, the new one does."""

    token_id: int
    from_pool: str
    from_kind: PoolKind
    to_pool: str
    to_kind: PoolKind
    noticed_at: datetime
