"""The same refresh the usual way: solana-py asks, Decimal reckons, an ORM keeps.

It asks for the same accounts, as many a call and at once, and adds a row for each token to a
history, in one session and one commit. It does less than ours: it knows one endpoint and believes
it, checks no slot, owner, length or status, turns no pool round, reckons no depth, and holds
nothing against a level.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.pubkey import Pubkey
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.refresh_parts import KEYS_A_CALL
from bot.adapters.clock import SystemClock
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace

_AT_ONCE = 8
_ONE = 2**64
_SQRT_PRICE: Mapping[PoolKind | None, int] = {
    PoolKind.ORCA_WHIRLPOOL: 65,
    PoolKind.RAYDIUM_CLMM: 253,
}


class _Base(DeclarativeBase):
    pass


class PlainPrice(_Base):
    """One price, as a bot would model it."""

    __tablename__ = "plain_prices"

    price_id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    price: Mapped[Decimal]
    slot: Mapped[int]
    received_at: Mapped[datetime]


class PlainRefresh:
    """Asks, reckons and keeps; checks nothing, and knows one endpoint."""

    def __init__(self, port: int, dsn: str, places: Sequence[PoolPlace]) -> None:
        self._client = AsyncClient(f"http://127.0.0.1:{port}/", Confirmed, http2=False)
        address = dsn.replace("postgresql://", "postgresql+asyncpg://")
        self._engine: AsyncEngine = create_async_engine(address)
        self._sessions = async_sessionmaker(self._engine)
        self._places = places
        self._keys = [Pubkey.from_string(place.address) for place in places]

    async def open(self) -> None:
        """Make the table."""
        async with self._engine.begin() as connection:
            await connection.run_sync(_Base.metadata.create_all)

    async def close(self) -> None:
        """Close both ends."""
        await self._client.close()
        await self._engine.dispose()

    async def round(self) -> list[Decimal]:
        """Refresh every token once; gives the second token's units per unit of the first."""
        turns = asyncio.Semaphore(_AT_ONCE)
        starts = range(0, len(self._keys), KEYS_A_CALL)
        batches = await asyncio.gather(*(self._batch(start, turns) for start in starts))
        rows = [row for batch in batches for row in batch]
        async with self._sessions() as session:
            session.add_all(rows)
            prices = [row.price for row in rows]
            await session.commit()
        return prices

    async def _batch(self, start: int, turns: asyncio.Semaphore) -> list[PlainPrice]:
        async with turns:
            keys = self._keys[start : start + KEYS_A_CALL]
            answer = await self._client.get_multiple_accounts(keys)
        now, rows = SystemClock().now().replace(tzinfo=None), []
        for place, account in zip(self._places[start:], answer.value, strict=False):
            assert account is not None
            at = _SQRT_PRICE[place.kind]
            root = Decimal(int.from_bytes(account.data[at : at + 16], "little")) / _ONE
            rows.append(
                PlainPrice(
                    token=place.mint, price=root * root, slot=answer.context.slot, received_at=now
                )
            )
        return rows
