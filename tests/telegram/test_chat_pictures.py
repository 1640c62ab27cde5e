"""A picture's recipe becomes a picture as it leaves, and no picture holds up what follows."""

from collections.abc import Mapping

import pytest

from bot.domain.candles import Interval
from bot.domain.charts import Theme
from bot.domain.errors import Refusal, Unavailable
from bot.telegram.bot_api import Attachment
from bot.telegram.layout import PICTURE, to_edit, to_send
from bot.telegram.pictures import PictureApi
from bot.telegram.screens.charts import chart
from tests.builders.charts import a_chart_view, some_candles
from tests.builders.chat_updates import GROUP
from tests.builders.views import a_quote, a_token
from tests.telegram.conftest import ChatDoor, buttons_of, text_of
from tests.telegram.test_chat_screens import KEYS

PNG = b"\x89PNG"


class Wire:
    """Notes what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, object], bytes]] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert seconds > 0
        self.calls.append((method, payload, b""))
        return {"message_id": 5}

    async def upload(
        self, method: str, payload: Mapping[str, object], attachment: Attachment
    ) -> object:
        assert (attachment.name, attachment.file_name) == (PICTURE, "picture.png")
        self.calls.append((method, payload, attachment.content))
        return {"message_id": 6}


async def draw(recipe: Mapping[str, object]) -> bytes:
    assert recipe["token_id"] == 7
    return PNG


def failing(error: Exception) -> PictureApi:
    async def fail(_: Mapping[str, object]) -> bytes:
        raise error

    return PictureApi(Wire(), fail)


async def test_a_call_without_a_picture_goes_as_it_is() -> None:
    wire = Wire()
    await PictureApi(wire, draw).call("sendMessage", {"text": "hi"})
    assert wire.calls == [("sendMessage", {"text": "hi"}, b"")]


async def test_a_picture_is_uploaded_and_its_recipe_stays_here() -> None:
    wire, screen = Wire(), chart(a_chart_view(), KEYS)
    sent, edited = to_send(screen, 1), to_edit(screen, 1, 2)
    for notice in (sent, edited):
        assert len(repr(notice.payload[PICTURE])) < 200, "the outbox holds no picture"
        assert await PictureApi(wire, draw).call(notice.method, notice.payload)
    (photo, first, content), (media, second, _) = wire.calls
    assert (photo, media, content) == ("sendPhoto", "editMessageMedia", PNG)
    assert first["photo"] == "attach://picture"
    assert second["media"]["media"] == "attach://picture"
    assert second["media"]["caption"] == first["caption"]
    assert PICTURE not in first
    assert PICTURE not in second
    assert "message_id" in second


@pytest.mark.parametrize("error", [ValueError("hostile"), Refusal("no_candles", symbol="WIF")])
async def test_a_picture_that_cannot_be_drawn_leaves_its_words(error: Exception) -> None:
    api, screen = failing(error), chart(a_chart_view(), KEYS)
    sent, edited = to_send(screen, 1), to_edit(screen, 1, 2)
    await api.call(sent.method, sent.payload)
    await api.call(edited.method, edited.payload)
    (first, words, _), (second, caption, _) = api._api.calls
    assert (first, second) == ("sendMessage", "editMessageCaption")
    assert words["text"] == caption["caption"]
    assert words["reply_markup"] == caption["reply_markup"]
    assert not {"photo", "media", PICTURE} & (words.keys() | caption.keys())


async def test_an_outage_is_the_senders_to_try_again() -> None:
    api = failing(Unavailable("database"))
    sent = to_send(chart(a_chart_view(), KEYS), 1)
    with pytest.raises(Unavailable):
        await api.call(sent.method, sent.payload)


def test_a_caption_says_age_source_and_what_is_not_ours() -> None:
    theirs = some_candles(10, source="GeckoTerminal") + some_candles(30)
    text = chart(a_chart_view(candles=theirs), KEYS).text.render()[0]
    assert text.startswith("PAPER · WIF · 15m chart\n0.01842 SOL ($2.23) · +4.1% 24h\n2 s ago")
    assert "10 of 40 candles from GeckoTerminal" in text
    assert "0.018 to 0.0192 SOL" in text


def test_a_hostile_name_stays_harmless_in_the_caption() -> None:
    token = a_token(symbol="@admin.com")
    text, entities = chart(a_chart_view(quote=a_quote(token)), KEYS).text.render()
    assert "@admin.com" in text
    assert "code" in str(entities)


async def test_a_chart_answers_with_a_photo_and_presses_change_it(door: ChatDoor) -> None:
    photo = await door.ask("/chart WIF 1h")
    assert photo.method == "sendPhoto"
    assert photo.payload[PICTURE]["interval"] == "1h"
    assert "· 1h ·" in buttons_of(photo)
    _, edit = await door.press(buttons_of(photo)["5m"], photo=True)
    assert (edit.method, edit.payload[PICTURE]["interval"]) == ("editMessageMedia", "5m")
    _, light = await door.press(buttons_of(photo)["Light"], photo=True)
    assert light.payload[PICTURE]["theme"] == "light"
    assert door.services.themes == [None, None, Theme.LIGHT]


async def test_a_picture_and_a_text_never_take_each_others_place(door: ChatDoor) -> None:
    card = await door.ask("/price WIF")
    _, photo = await door.press(buttons_of(card)["Chart"])
    assert photo.method == "sendPhoto"
    _, again = await door.press(buttons_of(photo)["Token"], photo=True)
    assert again.method == "sendMessage"


async def test_a_group_sees_a_chart_without_anybodys_own(door: ChatDoor) -> None:
    photo = await door.ask("/chart WIF", chat=GROUP)
    assert photo.payload[PICTURE]["user_id"] is None
    assert photo.payload["reply_parameters"]


@pytest.mark.parametrize("typed", ["2m", "1d1d", "-1h", "60", "\u0661m"])
async def test_an_unknown_interval_is_refused_with_those_there_are(
    door: ChatDoor, typed: str
) -> None:
    answer = await door.ask(f"/chart WIF {typed}")
    assert "1m, 5m, 15m, 1h, 4h and 1d" in text_of(answer)


def test_every_interval_has_its_button() -> None:
    for interval in Interval:
        data = [
            button.text
            for row in chart(a_chart_view(interval=interval), KEYS).rows
            for button in row
        ]
        assert f"· {interval.label} ·" in data
