"""Who may be heard: a known person's own fresh words, and nobody speaking in another's name."""

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.telegram.arguments import LONGEST_TEXT
from bot.telegram.cleaning import SECRET_REMOVED
from bot.telegram.heard import CallbackQuery, Message
from bot.telegram.layout import Screen, to_send, to_toast
from bot.telegram.refusing import EXAMPLE_SYMBOL, password_hidden, secret_hidden
from bot.telegram.screens.phrases import refusal_words
from bot.telegram.secret_pocket import PASSWORD_REMOVED

GROUP_ANONYMOUS_BOT, CHANNEL_BOT, TELEGRAM_SERVICE = 1087968824, 136817688, 777000
NOBODY = frozenset({GROUP_ANONYMOUS_BOT, CHANNEL_BOT, TELEGRAM_SERVICE})


def reason_not_heard(message: Message) -> str | None:
    """Give the refusal code why a message counts as nobody's, or None if it is a person's."""
    sender = message.from_user
    if message.sender_chat is not None or sender is None or not is_somebody(sender.id):
        return "anonymous"
    if message.chat.is_anothers(sender.id):
        return "anonymous"
    if message.via_bot is not None or sender.is_bot or message.is_of_business:
        return "via_bot"
    if message.forward_origin is not None or message.is_automatic_forward:
        return "forwarded"
    return None


def is_somebody(user_id: int) -> bool:
    """Tell whether an id is a person's: people have numbers above zero, chats below."""
    return user_id > 0 and user_id not in NOBODY


def unheard(message: Message, reason: str) -> tuple[Notice, ...]:
    """Give the sentence that says why a message was not taken, or nothing.

    A secret in it is hidden all the same.
    """
    if SECRET_REMOVED in message.words:
        return secret_hidden(message.chat.id, message.message_id)
    if PASSWORD_REMOVED in message.words:
        return password_hidden(message.chat.id, message.message_id)
    if not _deserves_a_word(message):
        return ()
    words = refusal_words(Refusal(reason), EXAMPLE_SYMBOL)
    reply_to = None if message.chat.is_private else message.message_id
    return (to_send(Screen(text=words), message.chat.id, reply_to=reply_to),)


def unheard_press(callback: CallbackQuery) -> tuple[Notice, ...]:
    """Give the window that says why a press was not taken."""
    words = refusal_words(Refusal("anonymous"), EXAMPLE_SYMBOL).render()[0]
    return (to_toast(callback.from_user.id, callback.id, words, is_alert=True),)


def _deserves_a_word(message: Message) -> bool:
    """Tell whether the unheard should learn why: they tried a command, or wrote in private.

    Bots and channels relayed into a group are met with silence, lest two bots talk for ever.
    """
    is_machine = message.from_user is not None and message.from_user.is_bot
    if message.is_automatic_forward or (is_machine and message.sender_chat is None):
        return False
    if message.from_user is not None and message.chat.is_anothers(message.from_user.id):
        return False
    text = (message.text or "")[:LONGEST_TEXT]
    return message.chat.is_private or text.startswith("/")
