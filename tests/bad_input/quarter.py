"""A quarter of the town where people misbehave, and the proof that nothing came of it."""

import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from solders.pubkey import Pubkey

from bot.bootstrap.running import Running
from bot.sandbox.market import catalogue, market
from bot.sandbox.market.catalogue import PoolPlan, TokenPlan, Venue
from bot.sandbox.market.layouts.addresses import TOKEN_2022_PROGRAM, made_up_address
from tests.journeys.people import Message, Reply, button
from tests.journeys.town import Town

USUAL_SECONDS = 10.0  # of a busy machine; what freezes the loop does so for half a minute
LOUD = {"error", "critical", "exception"}
HOSTILE_NAMES = (
    "<b>",
    "</code>",
    "&lt;",
    '"><a href="tg://user?id=1">x</a>',
    "_*[]()~`>#+-=|{}.!\\",
    "/buy",
    "@admin",
    "https://t.me/evil",
    "\u202egnp.exe\u2066",
    "a\u200bb\u200dc\ufeff",
    "Z\u0351\u0363a\u036bl\u0489go" + "\u0301" * 500,
    "A" * 10_000,
    "\U0001f3f3\ufe0f\u200d\U0001f308" * 700,
    "\n2026-01-01 INFO paid",
)
DOUBLES = {"USD\u0421": "USDC", "S\u041eL": "SOL", "USDC": "USDC", "SOL": "SOL", "W1F": "WIF"}
_STATE = """
    SELECT (SELECT count(*) FROM transfers), (SELECT count(*) FROM orders),
           (SELECT count(*) FROM positions),
           (SELECT md5(string_agg(a::text, '|' ORDER BY a.account_id)) FROM accounts a),
           (SELECT count(*) FROM virtual_wallets)
"""
_SLOWEST = """
    SELECT coalesce(max(extract(epoch FROM closed_at - received_at)), 0)::float FROM inbox
    WHERE arrival > $1
"""
_numbers = itertools.count(700_000)


def mint_of(symbol: str) -> str:
    """Give the mint of a hostile token or of a double."""
    return str(made_up_address("bad input", ascii(symbol)))


def hostile_plans() -> list[TokenPlan]:
    """Give tokens that call themselves what nobody should."""
    pool = PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(40))
    pattern = TokenPlan(
        mint=Pubkey.default(),
        symbol="",
        name="",
        decimals=6,
        supply_units=10**15,
        price_sol=Decimal("0.0001"),
        swing=Decimal("0.001"),
        pools=(pool,),
        program=TOKEN_2022_PROGRAM,
    )
    return [
        replace(pattern, mint=Pubkey.from_string(mint_of(name)), symbol=name, name=name)
        for name in (*HOSTILE_NAMES, *DOUBLES)
    ]


def let_hostile_tokens_in(patch: pytest.MonkeyPatch) -> None:
    """Have the sandbox's market list the hostile tokens among its own."""
    plans = hostile_plans()
    patch.setattr(market, "plan_tokens", lambda seed: [*catalogue.plan_tokens(seed), *plans])


@dataclass(slots=True, kw_only=True)
class Quarter:
    """The whole bot in its town, and what it logged during this test."""

    town: Town
    running: Running
    logs: list[dict[str, Any]] = field(default_factory=list)

    async def settler(self) -> int:
        """Let somebody move in who has their wallet already."""
        who = await self.town.newcomer()
        await self.town.say(who, "/start")
        return who

    async def card(self, who: int) -> Message:
        """Give a token's card with fresh buttons."""
        return (await self.town.say(who, "/price WIF")).message()

    async def buy_button(self, who: int, label: str = "Buy 1") -> tuple[Message, str]:
        """Give a card and what one of its buttons carries."""
        card = await self.card(who)
        return card, button(card, label)

    async def push(self, who: int, text: str | None, /, **more: object) -> Reply:
        """Deliver a message of a person as no client of Telegram would let them write it."""
        return await self.town.push({"message": letter(who, text, **more)})

    @asynccontextmanager
    async def harmless(self) -> AsyncIterator[None]:
        """Fail unless balances, orders and logs are after the block as they were before."""
        before, known = await self._state(), await self._arrivals()
        self.logs.clear()
        yield
        assert await self._state() == before, "somebody's money or orders changed"
        assert await self.town.value(_SLOWEST, known) < USUAL_SECONDS
        await self.calm()

    async def calm(self) -> None:
        """Fail if an update failed, a failure was logged, or the books do not balance."""
        town = self.town
        assert await town.rows("SELECT update_id, failure FROM inbox WHERE failure <> ''") == []
        assert [each for each in self.logs if each["log_level"] in LOUD] == []
        await town.prove_books()

    async def _state(self) -> tuple[object, ...]:
        return tuple((await self.town.rows(_STATE))[0])

    async def _arrivals(self) -> int:
        return int(await self.town.value("SELECT coalesce(max(arrival), 0) FROM inbox"))


def now_s() -> int:
    """Give the date of a message written now: an order that comes late is refused for that."""
    return time.time_ns() // 10**9


def letter(who: int, text: str | None, /, **more: object) -> dict[str, object]:
    """Give a message as Telegram would deliver it."""
    person = {"id": who, "is_bot": False, "first_name": "Nick"}
    chat = {"id": who, "type": "private", "first_name": "Nick"}
    number = next(_numbers)
    told = {"message_id": number, "date": now_s(), "from": person, "chat": chat}
    return told | ({} if text is None else {"text": text}) | more


def entity_kinds(messages: Sequence[Message]) -> set[str]:
    """Give the kinds of entities, Telegram's own finds among them, of what people were shown."""
    return {entity["type"] for message in messages for entity in message.get("entities", [])}
