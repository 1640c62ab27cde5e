"""Charts as people get them: a picture, changed in place, with what is theirs only for them."""

import asyncio
import io

import pytest
from PIL import Image

from tests.journeys.people import ANN, LOUNGE, Message, text_of
from tests.journeys.town import Town


async def picture_of(town: Town, message: Message) -> Image.Image:
    """Fetch the photo that a message shows."""
    file_id = message["photo"][-1]["file_id"]
    async with town.wire.session.get(f"/sandbox/files/{file_id}") as answer:
        assert answer.status == 200
        picture = Image.open(io.BytesIO(await answer.read()))
    picture.load()
    return picture.convert("RGB")


def colours_of(picture: Image.Image) -> set[tuple[int, int, int]]:
    return {colour for _, colour in picture.getcolors(maxcolors=1 << 20)}


async def test_a_chart_comes_as_a_picture_and_changes_in_place(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Cara")
        shown = await town.say(who, "/chart WIF 15m")
        message = shown.message()
        assert text_of(message).startswith("PAPER · WIF · 15m chart")
        assert "candles from GeckoTerminal" in text_of(message)
        dark = await picture_of(town, message)
        assert dark.size == (1280, 960)
        await town.press(who, message, "1h")
        hourly = await town.wire.message(who, message["message_id"])
        assert hourly is not None
        assert text_of(hourly).startswith("PAPER · WIF · 1h chart")
        assert hourly["photo"][-1]["file_id"] != message["photo"][-1]["file_id"]
        await town.press(who, hourly, "Light")
        light = await town.wire.message(who, message["message_id"])
        assert light is not None
        assert sum((await picture_of(town, light)).getpixel((5, 5))) > 600
        # The taste is remembered, and a text follows a picture as a message of its own.
        again = await town.say(who, "/chart WIF 1d")
        assert sum((await picture_of(town, again.message())).getpixel((5, 5))) > 600
        card = await town.press(who, again.message(), "Token")
        assert card.text.startswith("PAPER · WIF")
        assert card.message()["message_id"] != again.message()["message_id"]


async def test_what_a_person_did_is_on_their_own_chart_and_not_in_the_group(
    empty_town: Town,
) -> None:
    town = empty_town
    async with town.bot():
        await town.say(ANN, "/open WIF long 2")
        own = await picture_of(town, (await town.say(ANN, "/chart WIF 1m")).message())
        group = await town.say(ANN, "/chart WIF 1m", LOUNGE)
        shared = await picture_of(town, group.message())
        blue = [colour for colour in colours_of(own) if colour[2] > 220 and colour[0] < 120]
        assert blue, "an entry is marked"
        assert [c for c in colours_of(shared) if c[2] > 220 and c[0] < 120] == []
        refused = await town.say(ANN, "/watchlist", LOUNGE)
        assert "private chat" in refused.text


async def test_a_token_is_watched_listed_and_taken_off(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Walt")
        assert "empty" in (await town.say(who, "/watchlist")).text
        card = await town.say(who, "/price WIF")
        assert "Watching WIF" in (await town.press(who, card.message(), "Watch")).toast
        assert "already" in (await town.say(who, "/watch WIF")).text
        listed = await town.say(who, "/watchlist")
        assert "1 token" in listed.text
        assert "WIF" in listed.text
        refreshed = await town.press(who, listed.message(), "Refresh")
        assert refreshed.message()["message_id"] == listed.message()["message_id"]
        assert "is off" in (await town.say(who, "/unwatch WIF")).text
        assert "empty" in (await town.say(who, "/watchlist")).text
        assert "do not watch" in (await town.say(who, "/unwatch WIF")).text


@pytest.mark.parametrize("span", ["1h", "24h"])
async def test_movers_are_named_once_there_is_a_past(empty_town: Town, span: str) -> None:
    town = empty_town
    async with town.bot() as running:
        services = running.services
        await services.candles.fill_in()
        services.candles._figured_at = None
        await services.candles.build()
        moved = await town.say(ANN, f"/movers {span}")
        assert moved.text.startswith(f"PAPER · Movers · {span}")
        if span == "24h":
            assert "tokens compared" in moved.text or "token compared" in moved.text
        await asyncio.sleep(0)
