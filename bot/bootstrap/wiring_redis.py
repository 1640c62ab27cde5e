"""Opens what the processes of one bot share in Redis, where the settings name one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.redis.bells import RedisBells
from bot.adapters.redis.buckets import RedisBuckets
from bot.adapters.redis.line import RedisLine
from bot.adapters.redis.pace import PRESENT_SECONDS, WINDOW_SECONDS, RedisPace
from bot.adapters.redis.rounds import RedisRounds
from bot.bootstrap.lease_keeping import LeaseKeeper
from bot.bootstrap.settings import Settings
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.round_telling import RoundHearing, RoundTelling
from bot.telegram.shared_turns import SharedTurns
from bot.telegram.throttle import SharedThrottle, Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What one process of many shares; `holder` is the name that no other process has."""

    line: RedisLine
    bells: RedisBells
    rounds: RedisRounds
    holder: str


@asynccontextmanager
async def open_shared(settings: Settings, holder: str) -> AsyncIterator[Shared | None]:
    """Open it for one process of many; None without REDIS_URL, and where there is one process.

    It begins without an answer: the line is opened by its task.
    """
    url = settings.redis_url.get_secret_value()
    if not url or not holder:
        yield None
        return
    bot_id = settings.bot_token.get_secret_value().partition(":")[0]
    line = RedisLine(url, space=f"kitrader:{bot_id}", ca_file=settings.redis_ca_file)
    try:
        yield Shared(line=line, bells=RedisBells(line), rounds=RedisRounds(line), holder=holder)
    finally:
        await line.close()


def throttle_of(
    settings: Settings, shared: Shared | None, leases: LeaseKeeper | None, clock: Clock
) -> Throttle:
    """Build the throttle: one for all workers, or each worker's part of it."""

    def among() -> int:
        return 1 if leases is None else leases.alive

    if shared is None:
        return Throttle(
            clock=clock,
            per_minute=settings.messages_per_minute,
            heavy_per_minute=settings.heavy_per_minute,
            among=among,
        )
    return SharedThrottle(
        buckets=RedisBuckets(shared.line),
        clock=clock,
        per_minute=settings.messages_per_minute,
        heavy_per_minute=settings.heavy_per_minute,
        among=among,
    )


def turns_of(
    settings: Settings, shared: Shared | None, leases: LeaseKeeper, clock: Clock, *, bot: int
) -> SharedTurns | None:
    """Build the turns of one sender of several, at the limit of one bot."""
    if shared is None:
        return None
    return SharedTurns(
        pace=RedisPace(
            shared.line, sender=shared.holder, most=settings.telegram_per_second, bot=bot
        ),
        clock=clock,
        senders=lambda: leases.alive,
        window_seconds=WINDOW_SECONDS,
        present_seconds=PRESENT_SECONDS,
    )


def rounds_of(
    shared: Shared | None, board: PriceBoard, clock: Clock
) -> tuple[RoundTelling | None, RoundHearing | None]:
    """Build what tells of rounds, and what hears of them; which is used is the role's."""
    if shared is None:
        return None, None
    return (
        RoundTelling(board=board, out=shared.rounds, clock=clock),
        RoundHearing(board=board, rounds=shared.rounds, clock=clock),
    )
