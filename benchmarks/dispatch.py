"""Measures from raw bytes to the request of an answer, without a database: /price and aiogram.

Ours reads, cleans, identifies, finds the handler among all commands, and renders the whole card.
aiogram at its best has a single handler without filters, and answers with words that are ready.
Run from the root of the project: python -m benchmarks.dispatch [--json] [--long]
"""

import argparse
import logging
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from random import SystemRandom
from typing import cast

import orjson
import structlog
import uvloop
from aiogram import Bot, Dispatcher
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.command_path_load import update
from benchmarks.command_path_ours import BOT_TOKEN
from benchmarks.command_path_plain import AnsweringSession
from bot.adapters.clock import SystemClock
from bot.bootstrap.heap import settle_heap
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import PersonSeen, User
from bot.ports.mail import StoredUpdate
from bot.services.catalogue import Services as AllServices
from bot.services.views import Quote
from bot.telegram.application import Application
from bot.telegram.cleaning import clean_update
from bot.telegram.receiver import lane_of
from tests.builders.views import a_quote, a_user
from tests.fakes.chat_services import FakeServices
from tests.fakes.mail_boxes import FakeInbox

_UPDATES = 2_000
_TURNS, _LONG_TURNS = 7, 35
Feed = Callable[[bytes], Awaitable[object]]


class Services(FakeServices):
    """Services in memory with one person and one quote, who forget their answers."""

    _quote = a_quote()
    _user = a_user()

    async def identify(self, person: PersonSeen) -> User:
        """Give the person."""
        del person
        return self._user

    async def quote(self, user: User, token_id: int, *, fresh: bool = False) -> Quote:
        """Give the quote."""
        del user, token_id, fresh
        return self._quote

    async def answer(self, request: Request, notices: Sequence[Notice]) -> None:
        """Take an answer, as a database would take it away."""
        del request
        assert "WIF" in str(notices[0].payload["text"])


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="five times as many runs")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rates = uvloop.run(_measure(_LONG_TURNS if asked.long else _TURNS))
    middle = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in middle.items():
        print(f"{name:12}{rate:>10,.0f} updates/s  {1e6 / rate:>8.1f} us each")
    ratio = middle["ours"] / middle["aiogram"]
    print(f"ours is {ratio:.2f} of aiogram's best")
    if asked.json:
        print(orjson.dumps({"name": "dispatch", "ratio": round(ratio, 3), **middle}).decode())


async def _measure(turns: int) -> dict[str, list[float]]:
    raws = [orjson.dumps(update(number, 1001, "/price WIF")) for number in range(1, _UPDATES + 1)]
    variants = {"ours": _ours(), "aiogram": _aiogram()}
    settle_heap()  # for both alike
    rates: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(turns + 1):
        for name, feed in variants.items():
            began = time.perf_counter()
            for raw in raws:
                await feed(raw)
            if turn:  # the first warms up
                rates[name].append(_UPDATES / (time.perf_counter() - began))
    return rates


def _ours() -> Feed:
    clock = SystemClock()
    inbox = FakeInbox()
    application = Application(
        services=cast("AllServices", Services(inbox=inbox)),
        inbox=inbox,
        clock=clock,
        chance=SystemRandom(),
        bot_name="kitrader",
    )

    async def feed(raw: bytes) -> None:
        cleaned = clean_update(orjson.loads(raw))
        stored = StoredUpdate(
            update_id=int(str(cleaned["update_id"])),
            lane=lane_of(cleaned),
            raw=cleaned,
            received_at=clock.now(),
        )
        await application.handle(stored)

    return feed


def _aiogram() -> Feed:
    words = "WIF 0.0123 SOL\n" * 8
    markup = InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text="Buy 0.1 SOL", callback_data="buy")] * 3] * 3
    )
    dispatcher = Dispatcher(disable_fsm=True)

    async def answer(message: Message) -> None:
        assert (message.text or "").split()[0] == "/price"
        await message.answer(words, reply_markup=markup)

    dispatcher.message.register(answer)
    bot = Bot(BOT_TOKEN, session=AnsweringSession(lambda _chat_id: None))

    async def feed(raw: bytes) -> object:
        return await dispatcher.feed_raw_update(bot, orjson.loads(raw))

    return feed


if __name__ == "__main__":
    main()
