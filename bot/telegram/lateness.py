"""Says of a message how late it comes, where an outage or a long queue held it back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.domain.notices import Notice, Priority
from bot.telegram.layout import LONGEST_CAPTION, LONGEST_MESSAGE, STAMP
from bot.telegram.private_news import LanguageOf, in_english
from bot.telegram.rich_text import utf16_units
from bot.telegram.texts import SENT_LATE
from bot.words.speech import say, speaking

_LATE = timedelta(seconds=60)
_WORDS_AT = {
    "sendMessage": ("text", LONGEST_MESSAGE),
    "editMessageText": ("text", LONGEST_MESSAGE),
    "sendPhoto": ("caption", LONGEST_CAPTION),
}
_MINUTE_SECONDS, _HOUR_MINUTES, _DAY_HOURS = 60, 60, 24


def is_too_late(waited: timedelta) -> bool:
    """Tell whether an answer to a press comes when its button has long stopped waiting."""
    return waited > _LATE


def with_lateness(
    notice: Notice, due_at: datetime, waited: timedelta, language_of: LanguageOf = in_english
) -> Mapping[str, object]:
    """Give the parameters of a call, with a line at the end of its text if it is a minute late.

    It was due at a moment, and has waited since: where a clock was set, these are not the same.
    A broadcast tells of no moment, so it is never late. Entities stay where they are, since the
    line comes after them; a text without room for it is left as it is.
    """
    name, longest = _WORDS_AT.get(notice.method, ("", 0))
    words = notice.payload.get(name)
    if STAMP in notice.payload:
        return notice.payload  # `stamps` says in seconds how late it comes
    if notice.priority is Priority.BROADCAST or not isinstance(words, str) or waited < _LATE:
        return notice.payload
    with speaking(language_of(notice.chat_id)):
        line = say(SENT_LATE, age=_age(waited), at=f"{due_at.astimezone(UTC):%H:%M}")
    told = f"{words}\n\n{line}"
    return {**notice.payload, name: told} if utf16_units(told) <= longest else notice.payload


def _age(late: timedelta) -> str:
    minutes = int(late.total_seconds()) // _MINUTE_SECONDS
    hours, days = minutes // _HOUR_MINUTES, minutes // (_HOUR_MINUTES * _DAY_HOURS)
    if days:
        return say("{days} d", days=days)
    if hours:
        return say("{hours} h {minutes} min", hours=hours, minutes=minutes % _HOUR_MINUTES)
    return say("{minutes} min", minutes=minutes)
