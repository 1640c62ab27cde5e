"""Asks Telegram who we are, and tells it how updates should come."""

import re
from dataclasses import dataclass

from bot.domain.errors import Unavailable
from bot.telegram.bot_api import Api
from bot.telegram.poller import ALLOWED_UPDATES

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The bot as Telegram knows it."""

    bot_id: int
    name: str


async def identity(api: Api) -> Identity:
    """Ask who we are; raises `ApiError` for a wrong token, `Unavailable` without an answer."""
    answer = await api.call("getMe", {})
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
        raise Unavailable("Telegram", "getMe gave no bot")
    return Identity(bot_id=answer["id"], name=str(answer.get("username", "")))


async def use_polling(api: Api) -> None:
    """Have updates wait for us; those already waiting are kept."""
    await api.call("deleteWebhook", {"drop_pending_updates": False})


async def use_webhook(api: Api, *, url: str, secret: str, connections: int = 40) -> None:
    """Have updates pushed to us with a secret in their header.

    Raises `ValueError` for a secret that Telegram would not take (1 to 256 of A-Z a-z 0-9 _ -).
    """
    if not _SECRET.fullmatch(secret):
        raise ValueError("a webhook needs a secret of 1 to 256 letters, digits, _ and -")
    await api.call(
        "setWebhook",
        {
            "url": url,
            "secret_token": secret,
            "max_connections": connections,
            "allowed_updates": list(ALLOWED_UPDATES),
        },
    )
