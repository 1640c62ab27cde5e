"""The funding of paper shorts in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.database.connection import Pool, connected
from bot.domain.funding import FundingCharge
from bot.domain.identifiers import SOL_MINT
from bot.ports.funding import UnpaidShort

_UNPAID = """
    SELECT p.user_id, p.season, p.number, p.token_id, p.proceeds_lamports, p.funded_hours,
           p.opened_at
    FROM positions p JOIN virtual_wallets w USING (user_id, mode, season)
    WHERE p.state = 'open' AND p.side = 'short' AND p.mode = 'paper' AND w.is_current
      AND p.opened_at + (p.funded_hours + 1) * interval '1 hour' <= $1
    ORDER BY p.user_id, p.number LIMIT $2
"""


class PostgresFunding:
    """Implements `bot.ports.funding.FundingBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def unpaid(self, now: datetime, limit: int) -> list[UnpaidShort]:
        """Give open paper shorts that owe for a whole hour."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_UNPAID, now, limit)
        return [
            UnpaidShort(**{**row, "proceeds_lamports": int(row["proceeds_lamports"])})
            for row in rows
        ]

    async def charge(self, charges: Sequence[FundingCharge], at: datetime) -> int:
        """Charge them from their margins in one transaction."""
        spelt = [
            {
                "user_id": charge.user_id,
                "season": charge.season,
                "number": charge.number,
                "from_hours": charge.from_hours,
                "to_hours": charge.to_hours,
                "hourly": str(charge.hourly_lamports),
                "asset": SOL_MINT,
            }
            for charge in charges
        ]
        async with connected(self._pool) as connection:
            return int(await connection.fetchval("SELECT charge_funding($1, $2)", spelt, at))
