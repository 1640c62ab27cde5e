"""One person sends five thousand updates at once: nobody waits for them, and they are told."""

import asyncio
from functools import partial

import pytest

from bot.telegram.limits import FloodLimits
from tests.journeys.people import Reply
from tests.journeys.town import Town

FLOOD = 5_000
USUAL_SECONDS = 1.0
TAKING_IN_SECONDS = 6.0  # the first to ask is behind all of it in Telegram's own queue
WORDS = "You sent more at once than I can answer"


def flood(town: Town, who: int) -> list[int]:
    """Let Telegram hold thousands of updates of one person, all at once."""
    person = {"id": who, "is_bot": False, "first_name": "Nick"}
    chat = {"id": who, "type": "private", "first_name": "Nick"}
    letter = {"date": 1_790_000_000, "from": person, "chat": chat, "text": "/wallet"}
    return [
        town.world.telegram.updates.add_raw({"message": letter | {"message_id": 10_000 + number}})
        for number in range(FLOOD)
    ]


async def timed(town: Town, who: int) -> tuple[Reply, float]:
    """Ask for a price, and give the answer with the seconds it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return await town.say(who, "/price WIF"), loop.time() - began


async def test_a_flood_of_one_person_holds_up_nobody_and_is_told_of(
    empty_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = empty_town
    # How fast a chat may be written to is proved elsewhere; here it would only take minutes.
    quick = partial(FloodLimits, per_second=10_000, chat_burst=10_000)
    monkeypatch.setattr("bot.bootstrap.post_office.FloodLimits", quick)
    async with town.bot():
        flooder, other = await town.newcomer("Flo"), await town.newcomer("Otto")
        await town.say(other, "/start")
        _, usual = await timed(town, other)  # on a machine as busy as this one now is
        sent = flood(town, flooder)
        waited = []
        for _ in range(10):
            answer, seconds = await timed(town, other)
            assert "WIF" in answer.text
            waited.append(seconds)
        await town.until(town.is_quiet, "all is answered and sent")
        # All that was taken is answered; all that was not is closed, and told of once.
        rows = await town.rows(
            "SELECT i.failure = '' AS is_taken, count(*) AS updates, count(o.notice_id) AS answers,"
            "       count(*) FILTER (WHERE o.payload ->> 'text' LIKE '%' || $2 || '%') AS words"
            " FROM inbox i LEFT JOIN outbox o USING (update_id)"
            " WHERE i.update_id = ANY ($1) AND i.closed_at IS NOT NULL GROUP BY 1",
            sent,
            WORDS,
        )
        found = {row["is_taken"]: row for row in rows}
        assert sum(row["updates"] for row in rows) == FLOOD, "every update is closed"
        assert found[True]["updates"] == found[True]["answers"] >= 100
        assert found[False]["answers"] == found[False]["words"] == 1
        assert waited[0] < max(TAKING_IN_SECONDS, 60 * usual), (usual, waited)
        assert max(waited[1:]) < max(USUAL_SECONDS, 10 * usual), (usual, waited)
        # Once what was taken is answered, the person is heard again.
        assert "free" in (await town.say(flooder, "/wallet")).text
        await town.prove_books()
