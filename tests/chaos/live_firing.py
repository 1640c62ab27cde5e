"""Fire an order that waits as a process of its own would; and a bot that claims beside placing."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.live_orders import PostgresLiveOrders
from bot.domain.gate import Stage, StageCaps
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent
from bot.domain.live_questions import LiveRestingRules
from bot.domain.notices import Notice
from bot.domain.orders import Fill
from bot.domain.requests import Request
from bot.ports.live_orders import LiveClaim
from bot.services.live_means import LiveMeans
from tests.builders.live_resting import wired_live

RULES = LiveRestingRules(gap_percent=Decimal(100), still_seconds=10**6)
"""Nobody is asked: what is struck here is the firing."""
_READINGS = 2


class PlacesBesideItsClaim(PostgresLiveOrders):
    """The negative control: the order is marked as done once its intent is placed, by each try."""

    async def place(
        self,
        request: Request,
        intent: LiveIntent,
        twin: Fill | None,
        notices: Sequence[Notice],
        claim: LiveClaim | None = None,
        *,
        caps: Mapping[Stage, StageCaps] | None = None,
    ) -> int:
        if claim is None:
            return await super().place(request, intent, twin, notices, caps=caps)
        name = f"{request.request_id}:{os.getpid()}"
        number = await super().place(
            replace(request, request_id=name), replace(intent, request_id=name), twin, notices
        )
        async with connected(self._pool) as connection:
            await connection.execute(
                "UPDATE resting_orders SET state = 'filled', ended_at = now() WHERE order_id = $1",
                claim.order_id,
            )
        return number


async def fire(
    database: Pool,
    means: LiveMeans,
    token: Token,
    price: Decimal,
    first_slot: int,
    *,
    places_beside: bool,
) -> None:
    """Load what waits, as a start does, and let so many readings of a price come as it takes."""
    if places_beside:
        means = replace(means, book=PlacesBesideItsClaim(database, lambda _queued: None))
    parts, _, _ = await wired_live(database, token, means, RULES)
    parts.set_price(token, price, first_slot)
    await parts.house.triggers.load()
    for place in range(1, _READINGS + 1):
        await parts.read(token, price, first_slot + place)
