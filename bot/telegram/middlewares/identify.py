"""Gives each message and press its `User`, found or made by numeric id alone."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.domain.users import PersonSeen
from bot.services.access import Access

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[object]]


class IdentifyMiddleware(BaseMiddleware):
    """Puts `user` beside the event; runs after hearing, so that nobody's id is ever stored."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def __call__(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> object:
        """Identify who wrote or pressed, then go on."""
        sender = event.from_user if isinstance(event, Message | CallbackQuery) else None
        if sender is None:
            raise AssertionError("only heard messages and presses are identified")
        data["user"] = await self._access.identify(
            PersonSeen(
                user_id=sender.id,
                first_name=sender.first_name,
                username=sender.username,
                language=sender.language_code,
            )
        )
        return await handler(event, data)
