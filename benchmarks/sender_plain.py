"""The same broadcast by python-telegram-bot with its own limiter, with urgent messages amid it."""

import asyncio
import time
from collections.abc import Mapping

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

_TOKEN = "1:plain"  # noqa: S105 (of nobody)


async def broadcast_plainly(base: str, *, messages: int, fills: int) -> Mapping[str, float]:
    """Send a broadcast and, spread over it, fills; gives when each fill was asked for."""
    bot = ExtBot[int](
        _TOKEN,
        base_url=f"{base}/bot",
        rate_limiter=AIORateLimiter(max_retries=5),
        request=HTTPXRequest(connection_pool_size=256, pool_timeout=60),
    )
    asked: dict[str, float] = {}

    async def send_fills() -> None:
        for number in range(fills):
            await asyncio.sleep(messages / 30 / (fills + 1))
            text = f"fill {number}"
            asked[text] = time.monotonic()
            group.create_task(_send(bot, -number - 1_000_000, text))

    async with asyncio.TaskGroup() as group:
        group.create_task(send_fills())
        for chat_id in range(1, messages + 1):
            group.create_task(_send(bot, chat_id, "all"))
    await bot.shutdown()
    return asked


async def _send(bot: ExtBot[int], chat_id: int, text: str) -> None:
    try:
        await bot.send_message(abs(chat_id), text)
    except RetryAfter as refused:
        raise AssertionError("a server without limits refused") from refused
