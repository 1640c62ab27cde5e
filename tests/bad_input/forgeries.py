"""Forged presses and hostile texts, pushed at the whole bot, and what came of them."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from bot.telegram import action_table, command_table
from bot.telegram.callbacks import new_nonce
from tests.bad_input.quarter import HOSTILE_NAMES, letter, now_s
from tests.journeys.town import Town

Update = dict[str, Any]
_ACTIONS = [action.name for action in action_table.TABLE]
# One's own button in a security notice works however old it is, so an old note of it is no forgery.
_THAT_EXPIRE = [row.name for row in action_table.TABLE if row.when_stale is not row.handler]
# Freezing one's own account takes no more than to say so, whatever nonsense follows.
_COMMANDS = [name for name, row in command_table.by_name().items() if row.name != "freeze"]
_NUMBERS = ("1e9", "NaN", "-5", "0x10", "\u0661", "9" * 400, "1_000", "", "5;5", "--", "Infinity")
_WORDS = (*HOSTILE_NAMES, *_NUMBERS, "' OR 1=1 --", "{0}", "%s", "$(id)", "\\u0000", "\ud83d", "\0")
_LETTERS = "k:az09-_+ \u0661\uff12\u202e\0\ud83d"
_BREATHER = 50
_STATE = """
    SELECT (SELECT count(*) FROM transfers), (SELECT count(*) FROM orders),
           (SELECT count(*) FROM positions), (SELECT count(*) FROM resting_orders),
           (SELECT count(*) FROM trading_stops), (SELECT count(*) FROM groups),
           (SELECT md5(string_agg(a::text, '|' ORDER BY a.account_id)) FROM accounts a),
           (SELECT md5(string_agg(u.role || u.status, '|' ORDER BY u.user_id)) FROM users u)
"""
_TIMES = """
    SELECT count(*), count(*) FILTER (WHERE failure <> ''),
           coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_at - received_at), '0'),
           coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY closed_at - received_at), '0')
    FROM inbox WHERE arrival > $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a push: `effects` says whether money, orders, stops, groups or roles changed."""

    updates: int
    failures: int
    effects: bool
    p50_ms: float
    p99_ms: float


def forged_note(chance: random.Random, presser: int, victim: int) -> str:
    """Give a note that no keyboard of the presser's carries.

    It is garbled, another's, or expired or from the future. A fresh note of one's own that names
    what its buttons name is no forgery: it is that button.
    """
    now = datetime.now(UTC)  # noqa: TID251 (the bot runs on the real clock)
    kind = chance.random()
    if kind < 0.25:
        return "".join(chance.choices(_LETTERS, k=chance.randint(0, 80)))
    owner, at, actions = victim, now, _ACTIONS
    if kind < 0.5:
        owner, actions = presser, _THAT_EXPIRE
        at = now + chance.choice((1, -1)) * timedelta(days=chance.randint(2, 900))
    parts = (
        chance.choice([*actions, "admin", "", "BUY"]),
        str(owner) if chance.random() < 0.8 else chance.choice(["0", "-1", "9" * 17, "True"]),
        chance.choice(["7", "1", "12", "-7", "", "1e9", "9" * 12]),
        chance.choice(["", "1000000000", "l1", "50", "who", "NaN", "9" * 19]),
        new_nonce(at, chance),
    )
    return "k:" + ":".join(parts)


def presses(
    count: int, pressers: Sequence[int], victim: int, seed: int, *, group: int | None = None
) -> Iterator[Update]:
    """Give updates of forged presses, by these people in turn."""
    chance = random.Random(seed)  # noqa: S311 (a seeded chance)
    for number in range(count):
        who = pressers[number % len(pressers)]
        chat = {"id": who, "type": "private", "first_name": "x"}
        if group is not None and chance.random() < 0.3:
            chat = {"id": group, "type": "supergroup", "title": "x"}
        message = {"message_id": chance.randint(1, 10**6), "date": now_s(), "chat": chat}
        person = {"id": who, "is_bot": False, "first_name": "Eve"}
        query = {"id": f"f{number}", "from": person, "chat_instance": "1", "message": message}
        yield {"callback_query": query | {"data": forged_note(chance, who, victim)}}


def texts(count: int, writers: Sequence[int], seed: int) -> Iterator[Update]:
    """Give updates of hostile texts: commands with nonsense behind them, or nonsense alone."""
    chance = random.Random(seed)  # noqa: S311 (a seeded chance)
    for number in range(count):
        words = chance.choices(_WORDS, k=chance.randint(1, 5))
        if chance.random() < 0.6:
            # A word that no command takes comes first, so that none can be meant.
            words = [f"/{chance.choice(_COMMANDS)}", chance.choice(HOSTILE_NAMES), *words]
        text = " ".join(words)[:4096]
        yield {"message": letter(writers[number % len(writers)], text)}


async def push_all(town: Town, updates: Iterator[Update]) -> Outcome:
    """Push updates, wait until all are answered, and tell what came of them."""
    known = int(await town.value("SELECT coalesce(max(arrival), 0) FROM inbox"))
    before = (await town.rows(_STATE))[0]
    pushed = 0

    async def is_caught_up() -> bool:
        query = "SELECT count(*) FROM inbox WHERE arrival > $1 AND closed_at IS NULL"
        return bool(await town.value(query, known) < _BREATHER)

    while some := list(islice(updates, _BREATHER)):
        async with asyncio.TaskGroup() as group:
            for update in some:
                group.create_task(town.wire.post("/sandbox/updates/raw", update))
        pushed += len(some)
        # A crowd is turned away unread, which is not what is looked at here.
        await town.until(is_caught_up, "the bot has caught up")

    async def is_done() -> bool:
        query = "SELECT count(*) FROM inbox WHERE arrival > $1 AND closed_at IS NOT NULL"
        return bool(await town.value(query, known) >= pushed)

    await town.until(is_done, "all of it is answered")
    count, failures, p50, p99 = (await town.rows(_TIMES, known))[0]
    return Outcome(
        updates=count,
        failures=failures,
        effects=tuple((await town.rows(_STATE))[0]) != tuple(before),
        p50_ms=1000 * p50.total_seconds(),
        p99_ms=1000 * p99.total_seconds(),
    )
