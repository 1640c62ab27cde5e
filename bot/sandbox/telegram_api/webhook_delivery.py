"""Pushing updates to a webhook, with Telegram's queues, patience and retries.

After tdlib/telegram-bot-api: one queue per chat for messages and per person for
presses, each strictly in order; a failed delivery is repeated at once, then after
2, 4, 8 ... 60 seconds or when Retry-After says, until the update expires.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp

from bot.sandbox.telegram_api.dispatch import answer_call
from bot.sandbox.telegram_api.errors import BotApiError
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.updates import Update, Webhook
from bot.sandbox.telegram_api.wire import as_object
from bot.sandbox.telegram_api.world import TelegramWorld

LONGEST_PAUSE_S = 60.0
_LONGEST_RETRY_AFTER_S = 3600
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name

Pause = Callable[[float], Awaitable[None]]


def retry_pause_s(
    failures: int, retry_after: str | None, longest_s: float = LONGEST_PAUSE_S
) -> float:
    """Give the seconds before the next attempt, after so many failures in a row."""
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
        return min(int(retry_after[:6]), _LONGEST_RETRY_AFTER_S)
    return 0 if failures <= 1 else min(2 ** min(failures - 1, 6), longest_s)


class WebhookDelivery:
    """Delivers the updates of one world for as long as ``run`` runs."""

    def __init__(
        self,
        world: TelegramWorld,
        *,
        pause: Pause = asyncio.sleep,
        timeout_s: float = 60,
        longest_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:
        self._world = world
        self._pause = pause
        self._longest_pause_s = longest_pause_s
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def run(self) -> None:
        """Deliver to whatever webhook is set, until cancelled."""
        async with aiohttp.ClientSession(timeout=self._timeout) as session:
            while True:
                webhook = self._world.updates.webhook
                if webhook is None:
                    await self._world.updates.changed.wait()
                else:
                    await self._serve(webhook, session)

    async def _serve(self, webhook: Webhook, session: aiohttp.ClientSession) -> None:
        updates = self._world.updates
        connections = asyncio.Semaphore(webhook.max_connections)
        workers: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while updates.webhook is webhook:
                for key in updates.first_of_each_queue():
                    if key not in workers or workers[key].done():
                        drain = self._drain(key, webhook, session, connections)
                        workers[key] = group.create_task(drain)
                await updates.changed.wait()
            for worker in workers.values():
                worker.cancel()

    async def _drain(
        self,
        key: str,
        webhook: Webhook,
        session: aiohttp.ClientSession,
        connections: asyncio.Semaphore,
    ) -> None:
        failures = 0
        while (update := self._world.updates.first_of_each_queue().get(key)) is not None:
            async with connections:
                problem, retry_after = await self._attempt(update, webhook, session)
            if problem is None:
                failures = 0
                self._world.updates.delivered(update)
                continue
            failures += 1
            webhook.last_error_date = self._world.now_s
            webhook.last_error_message = problem
            await self._pause(retry_pause_s(failures, retry_after, self._longest_pause_s))

    async def _attempt(
        self, update: Update, webhook: Webhook, session: aiohttp.ClientSession
    ) -> tuple[str | None, str | None]:
        headers = {_SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
        try:
            async with session.post(
                webhook.url, json=update.body, headers=headers, allow_redirects=False
            ) as response:
                if not response.ok or response.status >= 300:  # noqa: PLR2004  2xx only
                    told = f"Wrong response from the webhook: {response.status} {response.reason}"
                    return told, response.headers.get("Retry-After")
                await self._carry_out(await response.read())
                return None, None
        except TimeoutError:
            return "Read timeout expired", None
        except aiohttp.ClientConnectorError:
            return "Connection refused", None
        except (aiohttp.ClientError, OSError):
            return "Connection closed unexpectedly", None

    async def _carry_out(self, body: bytes) -> None:
        """Carry out a method that the webhook named in its answer; nobody hears the result."""
        try:
            fields = as_object(json.loads(body)) if body else None
        except ValueError:
            return
        method = (fields or {}).pop("method", None)
        if isinstance(method, str):
            try:
                await answer_call(self._world, method, Parameters(fields=fields or {}))
            except BotApiError:
                return
