"""getUpdates: answering at once, or as soon as something happens."""

import asyncio

from bot.sandbox.telegram_api.errors import conflict
from bot.sandbox.telegram_api.methods.webhooks import remember_allowed_updates
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.wire import JsonObject
from bot.sandbox.telegram_api.world import TelegramWorld

_LONGEST_POLL_S = 50
_MOST_UPDATES = 100


async def get_updates(world: TelegramWorld, parameters: Parameters) -> list[JsonObject]:
    """Confirm by offset, then wait up to ``timeout`` seconds for updates.

    Raises:
        BotApiError: 409 while a webhook is set, or when a newer poll takes over.
    """
    updates = world.updates
    updates.poll_number += 1
    number = updates.poll_number
    updates.changed.notify()
    remember_allowed_updates(world, parameters)
    limit = max(1, min(parameters.integer("limit") or _MOST_UPDATES, _MOST_UPDATES))
    timeout_s = max(0, min(parameters.integer("timeout") or 0, _LONGEST_POLL_S))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    offset = parameters.integer("offset")
    if updates.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active;"
            " use deleteWebhook to delete the webhook first"
        )
    while True:
        _check_turn(world, number)
        found = updates.poll(offset=offset, limit=limit)
        # An offset counts once: what a negative one skipped stays skipped.
        offset = None
        left_s = deadline - loop.time()
        if found or left_s <= 0 or updates.closing:
            return found
        await updates.changed.wait(left_s)


def _check_turn(world: TelegramWorld, number: int) -> None:
    if world.updates.webhook is not None:
        raise conflict("terminated by setWebhook request")
    if world.updates.poll_number != number:
        raise conflict(
            "terminated by other getUpdates request;"
            " make sure that only one bot instance is running"
        )
