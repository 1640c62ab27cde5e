"""Writes into a message how long it took to be sent: known only at the moment when it is."""

from collections.abc import Mapping
from datetime import datetime

from bot.ports.clock import Clock
from bot.telegram.bot_api import Api
from bot.telegram.layout import STAMP
from bot.telegram.private_news import LanguageOf, in_english
from bot.telegram.screens import figures
from bot.words.speech import say, speaking


class StampedApi:
    """Implements `Api` over another: a call that names when its news began gets the seconds since.

    They come after the last word of the text, so that no mark in it moves. A call that is tried
    again is stamped anew.
    """

    def __init__(self, api: Api, clock: Clock, language_of: LanguageOf = in_english) -> None:
        self._api = api
        self._clock = clock
        self._language_of = language_of

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Call a method; see `Api.call`."""
        began = payload.get(STAMP)
        if not isinstance(began, str):
            return await self._api.call(method, payload, seconds=seconds)
        plain = {name: value for name, value in payload.items() if name != STAMP}
        took = max((self._clock.now() - datetime.fromisoformat(began)).total_seconds(), 0.0)
        chat_id = plain.get("chat_id")
        with speaking(self._language_of(chat_id if isinstance(chat_id, int) else 0)):
            sent = say("sent +{seconds} s", seconds=figures.tenths(took))
        plain["text"] = f"{plain.get('text', '')} · {sent}"
        return await self._api.call(method, plain, seconds=seconds)
