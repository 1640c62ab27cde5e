"""What HTTP sites say of tokens, where they trade and what they cost: never traded on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.ports.chain import PoolPlace, SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigure:
    """What one source says of one token; name and symbol are raw, to be cleaned before use.

    `usd` is dollars per token, `liquidity_usd` what the source says lies in its pools, both
    sides together, `volume_24h_usd` what was traded there in a day. `source_at` is the source's
    own time of the price, None where it names none.
    """

    source: str
    mint: str
    name: str
    symbol: str
    usd: Decimal
    liquidity_usd: Decimal | None
    source_at: datetime | None
    received_at: datetime
    holders: int | None = None
    top_holders_share: Decimal | None = None
    is_verified: bool | None = None
    volume_24h_usd: Decimal | None = None


class TokenSource(Protocol):
    """One site. It raises `Unavailable` and nothing else, at once where it should not be asked."""

    @property
    def name(self) -> str:
        """Give what people call it."""

    @property
    def most_mints(self) -> int:
        """Give how many tokens one call may ask about."""

    async def places(self, mint: str) -> list[PoolPlace]:
        """Give the pools that it knows for a mint, deepest first."""

    async def figures(self, mints: Sequence[str]) -> list[SourceFigure]:
        """Give what it says of some tokens, at most `most_mints`; the unknown are left out."""

    def state(self) -> SourceState:
        """Give how it is doing."""
