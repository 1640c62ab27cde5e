"""One screen of a phone: text with entities and buttons, and the calls that put it there."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.domain.instruments import clean_text
from bot.domain.notices import Notice, Priority
from bot.domain.users import Mode
from bot.domain.values import value
from bot.telegram.callbacks import Keys
from bot.telegram.rich_text import Bold, Code, Entity, Text, utf16_units
from bot.words.speech import say

LONGEST_MESSAGE, LONGEST_CAPTION = 4096, 1024
LONGEST_TOAST = 200
PICTURE = "picture"
"""The parameter that holds a picture's recipe; `pictures` takes it out and sends the picture."""
STAMP = "stamped_since"
"""The parameter that says since when a text counts the seconds; `stamps` writes them at sending."""
WHISPER = "ephemeral_message_parameters"
"""The parameter that names who alone reads a message in a group (Bot API 10.3)."""
INSTEAD = "said_instead"
"""The parameter that holds what a group is told where no whisper could be made."""
_PLAIN_MARKS = frozenset(" -_'!?")
_SPENDS = frozenset({"buy", "go", "close", "eput", "xput", "revgo"})
_NO_PREVIEW: Mapping[str, object] = {"is_disabled": True}


@value
class Button:
    """One inline button: `data` comes back to us, or `url` opens; `style` may be "danger"."""

    text: str
    data: str = ""
    url: str = ""
    style: str = ""

    def as_json(self) -> dict[str, object]:
        """Give the button as the Bot API writes it."""
        name, leads_to = ("url", self.url) if self.url else ("callback_data", self.data)
        answer: dict[str, object] = {"text": self.text, name: leads_to}
        if self.style:
            answer["style"] = self.style
        return answer


Rows = tuple[tuple[Button, ...], ...]


@value
class Screen:
    """What one message shows; `ask` makes it a question whose hint stands in the input field.

    With a `picture`, the recipe of one, the text is its caption. A picture can be put in the place
    of another, but not of a text, nor a text in that of a picture.
    """

    text: Text
    rows: Rows = ()
    ask: str = ""
    picture: Mapping[str, object] | None = None


def lines(*parts: Text | str | None) -> Text:
    """Join lines, leaving out the empty ones."""
    body: list[Text | str] = []
    for part in parts:
        if part is None or part == "":
            continue
        body += ["\n", part] if body else [part]
    return Text(*body)


def named(raw: str, longest: int = 32) -> Text | str:
    """Give a stranger's text so that Telegram makes no link, mention or command of it.

    Telegram looks for those by itself in every text, but never inside code.
    """
    text = clean_text(raw, longest) or "?"
    if text.isalnum() or all(
        character.isalnum() or character in _PLAIN_MARKS for character in text
    ):
        return text
    return Code(text)


def label(raw: str) -> str:
    """Give a token's symbol as it fits a button or a toast, where nothing is ever linked."""
    return clean_text(raw, 16) or "?"


def headed(mode: Mode, *parts: Text | str) -> Text:
    """Give the first line of a money screen, which begins with its mode."""
    body: list[Text | str] = [Bold(mode.value.upper())]
    for part in parts:
        body += [" · ", part]
    return Text(*body)


def key(keys: Keys, text: str, action: str, target: int = 0, argument: str = "") -> Button:
    """Give a button that comes back to us; red where it spends real money."""
    is_red = keys.mode is Mode.LIVE and action in _SPENDS
    data = keys.data(action, target, argument)
    return Button(text=text, data=data, style="danger" if is_red else "")


def danger(keys: Keys, text: str, action: str, target: int = 0, argument: str = "") -> Button:
    """Give a red button that comes back to us."""
    return Button(text=text, data=keys.data(action, target, argument), style="danger")


def private_row(keys: Keys, payload: str) -> tuple[Button, ...]:
    """Give the button that leads to the private chat."""
    return (Button(text=say("Open private chat"), url=keys.private_link(payload)),)


def in_rows(buttons: Iterable[Button], width: int = 3) -> Rows:
    """Lay buttons out, at most three in a row."""
    all_buttons = tuple(buttons)
    return tuple(all_buttons[i : i + width] for i in range(0, len(all_buttons), width))


def to_send(
    screen: Screen,
    chat_id: int,
    *,
    reply_to: int | None = None,
    thread_id: int | None = None,
    priority: Priority = Priority.REPLY,
) -> Notice:
    """Give the call that sends a screen as a new message, in a topic where one is named."""
    payload = {"chat_id": chat_id, **_content(screen)}
    if thread_id is not None:
        payload["message_thread_id"] = thread_id
    if reply_to is not None:
        payload["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    method = "sendMessage"
    if screen.picture is not None:
        method = "sendPhoto"
        payload |= {"photo": f"attach://{PICTURE}", PICTURE: dict(screen.picture)}
    return Notice(chat_id=chat_id, method=method, payload=payload, priority=priority)


def to_whisper(
    screen: Screen,
    chat_id: int,
    user_id: int,
    *,
    callback_id: str = "",
    answers_id: int | None = None,
    thread_id: int | None = None,
) -> Notice:
    """Give the call that shows a screen in a group to one person alone; see `whispers`.

    What it answers, a press or a whisper of theirs, lets a bot whisper that is no admin there.
    """
    sent = to_send(screen, chat_id, thread_id=thread_id)
    receiver: dict[str, object] = {"receiver_user_id": user_id}
    payload = {**sent.payload, WHISPER: receiver}
    if callback_id:
        receiver["callback_query_id"] = callback_id
    elif answers_id is not None:
        payload["reply_parameters"] = {"ephemeral_message_id": answers_id}
    return replace(sent, payload=payload)


def to_whispered_edit(edit: Notice, user_id: int, ephemeral_id: int) -> Notice:
    """Give the call that does to a whisper what an edit does to a message that all see."""
    payload = {name: value for name, value in edit.payload.items() if name != "message_id"}
    payload |= {"receiver_user_id": user_id, "ephemeral_message_id": ephemeral_id}
    method = edit.method.replace("editMessage", "editEphemeralMessage")
    return replace(edit, method=method, payload=payload)


def to_edit(screen: Screen, chat_id: int, message_id: int) -> Notice:
    """Give the call that puts a screen in the place of another."""
    payload: dict[str, object] = {"chat_id": chat_id, "message_id": message_id}
    if screen.picture is None:
        payload |= _content(screen)
        return Notice(chat_id=chat_id, method="editMessageText", payload=payload)
    media = {"type": "photo", "media": f"attach://{PICTURE}", **_caption(screen)}
    payload |= {"media": media, PICTURE: dict(screen.picture), **_buttons(screen)}
    return Notice(chat_id=chat_id, method="editMessageMedia", payload=payload)


def to_keyboard(rows: Rows, chat_id: int, message_id: int) -> Notice:
    """Give the call that changes only the buttons of a message."""
    payload = {"chat_id": chat_id, "message_id": message_id, "reply_markup": _keyboard(rows)}
    return Notice(chat_id=chat_id, method="editMessageReplyMarkup", payload=payload)


def to_delete(chat_id: int, message_id: int) -> Notice:
    """Give the call that takes a message away."""
    payload = {"chat_id": chat_id, "message_id": message_id}
    return Notice(chat_id=chat_id, method="deleteMessage", payload=payload)


def to_toast(chat_id: int, callback_id: str, text: str = "", *, is_alert: bool = False) -> Notice:
    """Give the call that answers a press; a short word over the chat, or a window with OK."""
    payload: dict[str, object] = {"callback_query_id": callback_id}
    if text:
        payload["text"] = _cut(text, LONGEST_TOAST)
    if is_alert:
        payload["show_alert"] = True
    return Notice(
        chat_id=chat_id, method="answerCallbackQuery", payload=payload, priority=Priority.TOAST
    )


def _content(screen: Screen) -> dict[str, object]:
    if screen.picture is not None:
        return _caption(screen) | _buttons(screen)
    text, entities = _cut_text(screen, LONGEST_MESSAGE)
    body: dict[str, object] = {
        "text": text,
        "entities": entities,
        "link_preview_options": dict(_NO_PREVIEW),
    }
    return body | _buttons(screen)


def caption_of(text: Text) -> dict[str, object]:
    """Give a text as what stands below a file."""
    return _caption(Screen(text=text))


def _caption(screen: Screen) -> dict[str, object]:
    text, entities = _cut_text(screen, LONGEST_CAPTION)
    return {"caption": text, "caption_entities": entities}


def _cut_text(screen: Screen, longest: int) -> tuple[str, list[Entity]]:
    text, entities = screen.text.render()
    if utf16_units(text) <= longest:
        return text, [entity for entity in entities if entity["length"] > 0]
    shown = _cut(text, longest)
    return shown, _within(entities, utf16_units(shown))


def _buttons(screen: Screen) -> dict[str, object]:
    if screen.ask:
        hint = {"force_reply": True, "input_field_placeholder": screen.ask}
        return {"reply_markup": hint}
    return {"reply_markup": _keyboard(screen.rows)} if screen.rows else {}


def _keyboard(rows: Rows) -> dict[str, object]:
    return {"inline_keyboard": [[button.as_json() for button in row] for row in rows]}


def _within(entities: Iterable[Entity], units: int) -> list[Entity]:
    return [
        entity
        for entity in entities
        if entity["length"] > 0 and entity["offset"] + entity["length"] <= units
    ]


def _cut(text: str, longest: int) -> str:
    if utf16_units(text) <= longest:
        return text
    raw = text.encode("utf-16-le", errors="surrogatepass")[: 2 * (longest - 1)]
    return raw.decode("utf-16-le", errors="ignore") + "…"
