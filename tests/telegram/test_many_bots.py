"""Several bots as one: every number, answer and edit stays with the bot that it is of."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bot_numbers import MOST_BOTS, bot_of, numbered, plain
from bot.telegram.bot_api import ApiError, Attachment
from bot.telegram.bot_marks import marked, unmarked
from bot.telegram.many_bots import ManyBots

NUMBERS = st.integers(0, 2**48 - 1)
PLACES = st.integers(0, MOST_BOTS - 1)
ANN = 1001


class Told:
    """A bot that notes what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, object]]] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        del seconds
        self.calls.append((method, payload))
        return {"message_id": 77, "chat": {"id": ANN}}

    async def upload(
        self, method: str, payload: Mapping[str, object], attachment: Attachment
    ) -> object:
        del attachment
        return await self.call(method, payload)


@given(PLACES, NUMBERS)
def test_a_number_tells_its_bot_and_itself(bot: int, number: int) -> None:
    kept = numbered(bot, number)
    assert (bot_of(kept), plain(kept)) == (bot, number)
    assert 0 <= kept < 2**63
    assert numbered(0, number) == number


@given(PLACES, NUMBERS, NUMBERS, st.text("bot1.9", max_size=8))
def test_what_is_marked_on_the_way_in_is_plain_again_on_the_way_out(
    bot: int, update_id: int, message_id: int, press_id: str
) -> None:
    message = {"message_id": message_id, "chat": {"id": ANN}, "date": 5}
    raw = {"update_id": update_id, "callback_query": {"id": press_id, "message": message}}
    kept = marked(bot, raw)
    assert (marked(0, raw) is raw, kept["update_id"]) == (True, numbered(bot, update_id))
    press = kept["callback_query"]
    assert isinstance(press, dict)
    assert press["message"]["date"] == 5
    out = unmarked({"callback_query_id": press["id"], **press["message"]})
    if bot or not press_id.startswith("bot"):
        assert out.asked == bot
        assert out.payload["callback_query_id"] == press_id
    assert out.payload["message_id"] == message_id
    assert out.messages == {bot}


async def test_each_call_goes_by_the_bot_that_it_is_of() -> None:
    first, second = Told(), Told()
    api = ManyBots([first, second], lambda _payload: 1)
    theirs, ours = 5, numbered(1, 5)
    sent = await api.call("sendMessage", {"chat_id": ANN, "text": "a"})
    assert sent == {"message_id": numbered(1, 77), "chat": {"id": ANN}}
    await api.call("answerCallbackQuery", {"callback_query_id": "9"})
    await api.call("answerCallbackQuery", {"callback_query_id": "bot1.9"})
    await api.call("editMessageText", {"chat_id": ANN, "message_id": ours, "text": "b"})
    await api.call("editMessageText", {"chat_id": ANN, "message_id": theirs, "text": "c"})
    await api.call("deleteMessage", {"chat_id": ANN, "message_id": theirs})
    answered = {"message_id": theirs, "allow_sending_without_reply": True}
    await api.call("sendMessage", {"chat_id": ANN, "text": "d", "reply_parameters": answered})
    assert first.calls == [
        ("answerCallbackQuery", {"callback_query_id": "9"}),
        ("deleteMessage", {"chat_id": ANN, "message_id": 5}),
    ]
    assert second.calls == [
        ("sendMessage", {"chat_id": ANN, "text": "a"}),
        ("answerCallbackQuery", {"callback_query_id": "9"}),
        ("editMessageText", {"chat_id": ANN, "message_id": 5, "text": "b"}),
        ("sendMessage", {"chat_id": ANN, "text": "c"}),
        ("sendMessage", {"chat_id": ANN, "text": "d"}),
    ]


async def test_nobody_touches_what_a_bot_left_behind_whose_token_is_gone() -> None:
    main = Told()
    api = ManyBots([main], lambda _payload: 3)
    gone = numbered(3, 5)
    for method, payload in (
        ("answerCallbackQuery", {"callback_query_id": "bot3.9"}),
        ("deleteMessage", {"chat_id": ANN, "message_id": gone}),
    ):
        with pytest.raises(ApiError):
            await api.call(method, payload)
    await api.call("sendMessage", {"chat_id": ANN, "text": "a"})
    assert main.calls == [("sendMessage", {"chat_id": ANN, "text": "a"})]
