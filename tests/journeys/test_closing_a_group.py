"""`/closeall` with everything real: who is here says getChatMember, and a crash halves nothing."""

import asyncio
from typing import Any

import pytest

from bot.services.group_closing import GroupClosing
from tests.journeys.people import ADA, ANN, BOB, LOUNGE, PIA, button, text_of
from tests.journeys.town import Town

_OPEN = "SELECT user_id FROM positions WHERE state = 'open' ORDER BY user_id"
_CLOSES = "SELECT count(*) FROM orders WHERE request_id LIKE 'cb:%:%:%:%'"


async def seat(town: Town, status: str, **who: object) -> None:
    path = f"/sandbox/chats/{LOUNGE}/members"
    told = await town.wire.post(path, {"status": status, "has_rights": False, **who})
    if told["update_id"] is not None:
        await town.reply(told["update_id"])


async def test_those_who_are_here_are_closed_once_though_a_crash_came_in_between(
    empty_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, is_closed = empty_town, GroupClosing._is_closed
    monkeypatch.setattr("bot.bootstrap.running._DRAIN_SECONDS", 0.1)
    async with town.bot():
        for who in (ANN, BOB, PIA):
            await town.say(who, "/open WIF long 1")
            await town.say(who, "/price WIF", LOUNGE)
        assert "cannot see for sure" in (await town.say(ADA, "/closeall", LOUNGE)).text
        await seat(town, "administrator")
        await seat(town, "left", user_id=PIA)
        asked = (await town.say(ADA, "/closeall", LOUNGE)).message("Close all paper positions")
        assert "2 positions of 2 members" in text_of(asked)

        async def dies(*told: Any) -> bool:
            if await town.value(_CLOSES):
                raise asyncio.CancelledError
            return await is_closed(*told)

        monkeypatch.setattr(GroupClosing, "_is_closed", dies)
        pressed = await town.wire.touch(ADA, asked, button(asked, "Yes, close 2"), wait=0)

        async def one_is_closed() -> bool:
            return bool(await town.value(_CLOSES))

        await town.until(one_is_closed, "the first was closed")
        await asyncio.sleep(0.1)
    assert len(await town.rows(_OPEN)) == 2, "Pia's and one more"
    monkeypatch.setattr(GroupClosing, "_is_closed", is_closed)
    async with town.bot():
        told = (await town.reply(pressed["update_id"])).text
        assert "Closed 2 positions" in told
        assert "stopped in between" in told
        assert [row["user_id"] for row in await town.rows(_OPEN)] == [PIA]
        assert await town.value(_CLOSES) == 2
        await town.prove_books()
