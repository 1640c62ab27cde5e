"""reply_markup: which keyboards Telegram takes and which it refuses."""

from bot.sandbox.telegram_api.entities.links import checked_link
from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.wire import JsonObject, as_list, as_object

_CALLBACK_DATA_BYTES = 64
_MOST_BUTTONS = 100
_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def read_reply_markup(parameters: Parameters) -> JsonObject | None:
    """Read and check the markup of a message that is sent.

    Raises:
        BotApiError: 400 with Telegram's description.
    """
    markup = parameters.nested("reply_markup")
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return _checked_inline(markup)
    if "keyboard" in markup:
        _check_reply_keyboard(markup)
        return markup
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        return markup
    raise bad_request("can't parse reply keyboard markup JSON object")


def read_inline_markup(parameters: Parameters) -> JsonObject | None:
    """Read the markup of an edit, where only inline keyboards are possible.

    Raises:
        BotApiError: 400 with Telegram's description.
    """
    markup = parameters.nested("reply_markup")
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return _checked_inline(markup)


def _checked_inline(markup: JsonObject) -> JsonObject | None:
    rows = as_list(markup.get("inline_keyboard"))
    if rows is None:
        raise bad_request('field "inline_keyboard" must be of type Array')
    kept: list[list[JsonObject]] = []
    for row in rows:
        buttons = as_list(row)
        if buttons is None:
            raise bad_request("can't parse inline keyboard button: expected an Array of buttons")
        kept.append([_checked_button(button) for button in buttons])
    filled = [row for row in kept if row]
    if sum(len(row) for row in filled) > _MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": filled} if filled else None


def _checked_button(value: object) -> JsonObject:
    button = as_object(value)
    if button is None or not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: can't find field \"text\"")
    if not str(button["text"]).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in _ACTIONS if button.get(name) not in (None, "")]
    if "switch_inline_query" in button or "switch_inline_query_current_chat" in button:
        actions.append("switch")
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    _check_callback_data(button.get("callback_data"))
    url = button.get("url")
    if url is not None and checked_link(str(url)) is None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return button


def _check_callback_data(data: object) -> None:
    if data is None:
        return
    if not isinstance(data, str) or len(data.encode("utf-8", "replace")) > _CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_reply_keyboard(markup: JsonObject) -> None:
    rows = as_list(markup.get("keyboard"))
    if rows is None:
        raise bad_request('field "keyboard" must be of type Array')
    for row in rows:
        buttons = as_list(row)
        if buttons is None:
            raise bad_request("can't parse keyboard button: expected an Array of buttons")
        for button in buttons:
            _check_reply_button(button)


def _check_reply_button(value: object) -> None:
    button = as_object(value)
    text = value if isinstance(value, str) else (button or {}).get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("keyboard button text must be non-empty")
