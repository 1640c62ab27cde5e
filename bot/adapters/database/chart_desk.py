"""What is a person's own in a chart: their fills of a token, and dark or light."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.adapters.database.connection import Pool, connected
from bot.domain.charts import ArmedLevel, Deed, LevelKind, Theme, TradeMark
from bot.domain.triggers import Gauge
from bot.domain.users import Mode

_MOST_MARKS = 100
_MARKS = """
    SELECT o.action, o.filled_at, (o.receipt -> 'fill' ->> 'bought')::boolean AS bought,
           o.receipt -> 'fill' ->> 'fill_price' AS price
    FROM orders o
    JOIN virtual_wallets w ON w.user_id = o.user_id AND w.mode = o.mode AND w.season = o.season
      AND w.is_current
    WHERE o.user_id = $1 AND o.mode = $2 AND o.token_id = $3 AND o.filled_at >= $4
      AND o.state = 'filled'
    ORDER BY o.filled_at DESC LIMIT $5
"""
_MOST_ARMED = 8
_ARMED = """
    SELECT r.kind, r.action, r.gauge, r.level
    FROM resting_orders r
    JOIN virtual_wallets w ON w.user_id = r.user_id AND w.mode = r.mode AND w.season = r.season
      AND w.is_current
    WHERE r.user_id = $1 AND r.mode = $2 AND r.token_id = $3 AND r.state = 'working'
      AND r.level IS NOT NULL
    ORDER BY r.number LIMIT $4
"""
_THEME = "SELECT settings ->> 'chart_theme' FROM users WHERE user_id = $1"
_CHOOSE = """
    UPDATE users SET settings = settings || jsonb_build_object('chart_theme', $2::text)
    WHERE user_id = $1
"""
_ARMED_KINDS = {
    "stop": LevelKind.STOP,
    "trailing": LevelKind.STOP,
    "take_profit": LevelKind.PROFIT,
}
_DEEDS = {"open": Deed.ENTRY, "close": Deed.EXIT, "liquidate": Deed.LIQUIDATION}


class PostgresChartDesk:
    """Implements `ChartDesk`; fills are those of the present season, of one mode only."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def marks(
        self, user_id: int, mode: Mode, token_id: int, since: datetime
    ) -> Sequence[TradeMark]:
        """Give the person's last hundred fills of a token since a moment, in order."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_MARKS, user_id, mode.value, token_id, since, _MOST_MARKS)
        return [
            TradeMark(
                at=row["filled_at"],
                price=Decimal(row["price"]),
                bought=row["bought"],
                deed=_DEEDS[row["action"]],
            )
            for row in reversed(rows)
        ]

    async def armed(self, user_id: int, mode: Mode, token_id: int) -> Sequence[ArmedLevel]:
        """Give the levels at which the person's first few orders of a token wait."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_ARMED, user_id, mode.value, token_id, _MOST_ARMED)
        return [
            ArmedLevel(
                kind=_ARMED_KINDS.get(row["kind"], LevelKind.ORDER)
                if row["action"] == "close"
                else LevelKind.ORDER,
                gauge=Gauge(row["gauge"]),
                level=row["level"],
            )
            for row in rows
        ]

    async def theme(self, user_id: int) -> Theme:
        """Give the theme that the person chose last; dark before any choice."""
        async with connected(self._pool) as connection:
            chosen = await connection.fetchval(_THEME, user_id)
        return Theme.LIGHT if chosen == Theme.LIGHT.value else Theme.DARK

    async def choose_theme(self, user_id: int, theme: Theme) -> None:
        """Remember the person's theme."""
        async with connected(self._pool) as connection:
            await connection.execute(_CHOOSE, user_id, theme.value)
