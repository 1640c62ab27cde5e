"""Stops what no person said for themselves, and says why where somebody can be answered."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.ports.mail import Inbox, StoredUpdate
from bot.telegram.cleaning import SECRET_REMOVED
from bot.telegram.hearing import deserves_a_word, is_somebody, reason_not_heard
from bot.telegram.layout import Screen, to_send, to_toast
from bot.telegram.refusing import EXAMPLE_SYMBOL, secret_hidden
from bot.telegram.screens.phrases import refusal_words

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[object]]


class HearMiddleware(BaseMiddleware):
    """Lets through only a person's own, new words."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def __call__(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> object:
        """Go on with what a person said; close the rest."""
        notices = _answer_to_nobody(event)
        if notices is None:
            return await handler(event, data)
        stored: StoredUpdate = data["stored"]
        await self._inbox.close(stored.update_id, failure="", notices=notices)
        return None


def _answer_to_nobody(event: TelegramObject) -> tuple[Notice, ...] | None:
    """Give what nobody is told (perhaps nothing), or None where a person speaks."""
    if isinstance(event, CallbackQuery):
        if is_somebody(event.from_user.id) and not event.from_user.is_bot:
            return None
        words = refusal_words(Refusal("anonymous"), EXAMPLE_SYMBOL).render()[0]
        return (to_toast(event.from_user.id, event.id, words, is_alert=True),)
    reason = reason_not_heard(event) if isinstance(event, Message) else None
    return unheard(event, reason) if reason and isinstance(event, Message) else None


def unheard(message: Message, reason: str) -> tuple[Notice, ...]:
    """Give the sentence that says why a message was not taken, or nothing.

    A secret in it is hidden all the same.
    """
    if SECRET_REMOVED in (message.text or message.caption or ""):
        return secret_hidden(message.chat.id, message.message_id)
    if not deserves_a_word(message):
        return ()
    words = refusal_words(Refusal(reason), EXAMPLE_SYMBOL)
    reply_to = None if message.chat.type == "private" else message.message_id
    return (to_send(Screen(text=words), message.chat.id, reply_to=reply_to),)
