"""Answering button presses."""

from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.methods.call import MethodTable
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.world import TelegramWorld

_TOAST_LIMIT_CHARACTERS = 200


def answer_callback_query(world: TelegramWorld, parameters: Parameters) -> bool:
    """Stop the button's spinner and show a toast or alert of at most 200 characters."""
    press = world.presses.find_open(parameters.text("callback_query_id"))
    if press is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = parameters.text("text")
    if len(text) > _TOAST_LIMIT_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    if press.answered:
        return True
    press.answered = True
    press.text = text
    press.show_alert = parameters.boolean("show_alert")
    world.events.publish(
        "toast",
        press.chat_id,
        viewer=press.person_id,
        text=text,
        show_alert=press.show_alert,
        callback_query_id=press.query_id,
    )
    return True


METHODS: MethodTable = {"answercallbackquery": answer_callback_query}
