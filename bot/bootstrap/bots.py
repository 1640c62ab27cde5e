"""Opens the bots of an installation: one as a rule, more where BOT_TOKENS names them."""

import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.adapters.database.chat_bots import PostgresChatBots
from bot.adapters.database.connection import Pool
from bot.bootstrap.settings import Settings
from bot.domain.bot_numbers import MAIN_BOT
from bot.domain.errors import Unavailable
from bot.ports.chat_bots import ChatBotBook
from bot.telegram.bot_api import BotApi, Uploads
from bot.telegram.chat_bots import ChatBots
from bot.telegram.many_bots import ManyBots
from bot.telegram.registration import Identity, identity

_CONNECTIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bots:
    """The bots by their numbers, the main one first, and which of them serves whom."""

    apis: tuple[BotApi, ...]
    chats: ChatBots
    book: ChatBotBook

    @property
    def are_many(self) -> bool:
        """Tell whether there is more than one."""
        return len(self.apis) > 1

    @property
    def api(self) -> Uploads:
        """Give what a call goes by that is of no sender: the bot that serves its chat."""
        return ManyBots(self.apis, self.chats.for_payload) if self.are_many else self.apis[0]

    def api_of(self, bot: int) -> Uploads:
        """Give what a bot's own sender calls."""
        return ManyBots(self.apis, lambda _payload: bot) if self.are_many else self.apis[0]

    def serving(self, chat_id: int) -> int:
        """Give the bot that serves a chat, the main one for a bot that is here no more."""
        bot = self.chats.of(chat_id)
        return bot if bot < len(self.apis) else MAIN_BOT


@asynccontextmanager
async def open_bots(settings: Settings, pool: Pool, *, is_alone: bool) -> AsyncIterator[Bots]:
    """Give the bots that the settings name; `is_alone` where there is no other process."""
    tokens = (settings.bot_token, *settings.bot_tokens)
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS * len(tokens))
    book = PostgresChatBots(pool)
    async with aiohttp.ClientSession(connector=connector) as session:
        apis = tuple(
            BotApi(session=session, base=settings.bot_api_base, token=token.get_secret_value())
            for token in tokens
        )
        yield Bots(apis=apis, chats=ChatBots(book, is_alone=is_alone), book=book)


async def meet(bots: Bots) -> Sequence[Identity]:
    """Ask who the bots are, the main one first, and learn whom each serves.

    Raises `ApiError` for a wrong token, and `Unavailable` without an answer or where a token stands
    in the place of another: what is kept carries the number of its bot.
    """
    found = [await identity(api) for api in bots.apis]
    if not bots.are_many:
        return found
    if len({one.bot_id for one in found}) < len(found):
        raise Unavailable("BOT_TOKENS", "two of the tokens are of the same bot")
    ids = [one.bot_id for one in found[1:]]
    known = await bots.book.claim(ids)
    for number, (now, before) in enumerate(zip(ids, known, strict=False), start=1):
        if now != before:
            raise Unavailable(
                "BOT_TOKENS",
                f"place {number} belongs to the bot {before}; add new tokens at the end only",
            )
    await bots.chats.load()
    return found


def webhook_of(settings: Settings, bot: int) -> tuple[str, str]:
    """Give the address where a bot is pushed its updates, and its secret; each has its own."""
    secret = settings.webhook_secret.get_secret_value()
    if bot == MAIN_BOT:
        return settings.webhook_url, secret
    own = hmac.digest(secret.encode(), f"kitrader webhook {bot}".encode(), "sha256").hex()
    return f"{settings.webhook_url.rstrip('/')}/{bot}", own


def telegram_ids(settings: Settings) -> tuple[int, ...]:
    """Give the bots' numeric ids, which their tokens begin with; 0 where one is no token."""
    ids = [
        token.get_secret_value().partition(":")[0]
        for token in (settings.bot_token, *settings.bot_tokens)
    ]
    return tuple(int(one) if one.isdecimal() else 0 for one in ids)
