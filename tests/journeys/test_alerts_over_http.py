"""An alert from the chat through the pools to the message, with the whole bot over HTTP."""

import re

from tests.journeys.people import text_of
from tests.journeys.town import WIF, Town

_MOMENTS = re.compile(
    r"(?:pool moved \d\d:\d\d:\d\d\.\d · seen \+\d+\.\d s|seen \d\d:\d\d:\d\d\.\d)"
    r" · sent \+\d+\.\d s"
)


async def fired(town: Town, who: int) -> list[str]:
    shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
    return [text_of(each) for each in shown if "⏳" in text_of(each)]


async def test_an_alert_set_by_a_button_fires_once_and_tells_its_moments(empty_town: Town) -> None:
    town = empty_town
    await town.pause_market()
    async with town.bot():
        who = await town.newcomer("Alma")
        card = await town.say(who, "/price WIF")
        choices = await town.press(who, card.message(), "Alert")
        placed = await town.press(who, choices.message(), "+5%")
        assert "WIF up 5% from" in placed.text
        assert "1 set" in (await town.say(who, "/alerts")).text
        await town.shock(WIF, 120)

        async def is_told() -> bool:
            return bool(await fired(town, who))

        await town.until(is_told, "the alert fired")
        assert "none set" in (await town.say(who, "/alerts")).text
        (news,) = await fired(town, who)
        assert "⏳ WIF up 5% from" in news
        assert _MOMENTS.search(news.splitlines()[-1])
        late = await town.say(who, "/alerts late")
        assert "of 1 missed the target of 10 s" in late.text
