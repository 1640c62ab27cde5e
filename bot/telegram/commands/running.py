"""What those who run the bot ask in chat: how it is, what it logged, and a word to everybody."""

import logging
import re
from collections.abc import Mapping, Sequence

from bot.domain.errors import Refusal
from bot.services.running import FEW_LINES, MOST_LINES, LogsAsked
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.stops import halt
from bot.telegram.layout import to_send
from bot.telegram.screens import health as health_screens
from bot.telegram.screens import running
from bot.telegram.screens.admin_report import report
from bot.telegram.turn import Turn

BROADCAST_QUESTION, _ANSWER_SECONDS = "broadcast", 60
LONGEST_BROADCAST = 3_000
_LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_COMPONENTS = frozenset(
    {"adapters", "bootstrap", "jobs", "services", "signer", "telegram", "web", "observability"}
)
_COUNT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_YESTERDAY = "yesterday"
_DAYS = frozenset({_YESTERDAY, "today"})
_SILENCES = frozenset({"0", "1", "24"})
_AFTER_COMMAND = re.compile(r"/\S+\s+(.*)", re.DOTALL)


async def status(turn: Turn, _arguments: Arguments) -> None:
    """Show sums over everybody, and what is stopped."""
    totals = await turn.services.rooms.running.totals(turn.user)
    works = await turn.services.rooms.running.works(turn.user)
    standing = turn.services.guards.stops.standing()
    await turn.show(running.status(totals, works, standing, turn.keys))


async def press_status(turn: Turn, _press: Press) -> None:
    """Show the same anew in place."""
    await status(turn, Arguments())


async def pause(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to pause everybody's entries: `/halt all` by its other name."""
    await halt(turn, Arguments(words=("all", *arguments.words)))


async def health(turn: Turn, _arguments: Arguments) -> None:
    """Show every check, with its state and since when."""
    found = await turn.services.rooms.running.health(turn.user)
    await turn.show(health_screens.health(found, turn.keys))


async def press_health(turn: Turn, _press: Press) -> None:
    """Show the same anew in place."""
    await health(turn, Arguments())


async def daily_report(turn: Turn, arguments: Arguments) -> None:
    """Show yesterday in sums, or today as far as it went: `/dailyreport [today]`."""
    word = arguments.words[0].casefold() if arguments.words else _YESTERDAY
    if word not in _DAYS or len(arguments.words) > 1:
        raise Refusal("bad_day", text=" ".join(arguments.words))
    reports = turn.services.well_being.reports
    found = await reports.view(turn.user, is_yesterday=word == _YESTERDAY)
    await turn.show(report(found, turn.keys))


async def press_silence(turn: Turn, press: Press) -> None:
    """Let admins hear nothing of a check for some hours, or hear of it again."""
    check = next((one for one, number in health_screens.NUMBERS.items()
                  if number == press.target), None)  # fmt: skip
    if check is None or press.argument not in _SILENCES:
        raise Refusal("bad_button")
    hours = int(press.argument)
    await turn.services.well_being.alarms.silence(
        turn.request,
        check,
        hours,
        lambda until: turn.with_screen(health_screens.silenced(check, hours, until)),
    )


async def logs(turn: Turn, arguments: Arguments) -> None:
    """Show the last log lines to the asking admin: `/logs [component] [level] [count] [text]`."""
    found = await turn.services.rooms.running.logs(turn.user, _logs_asked(arguments.words))
    await turn.show(running.log_lines(found))


def _logs_asked(words: Sequence[str]) -> LogsAsked:
    """Read what comes before the text in any order, each of them once."""
    level, component, count, rest = 0, "", 0, list(words)
    while rest:
        word = rest[0].casefold()
        if not level and word in _LEVELS:
            level = _LEVELS[word]
        elif not component and word in _COMPONENTS:
            component = word
        elif not count and _COUNT.fullmatch(word):
            count = min(int(word), MOST_LINES)
        else:
            break
        del rest[0]
    return LogsAsked(
        level=level or logging.INFO,
        component=component,
        text=" ".join(rest),
        count=count or FEW_LINES,
    )


async def settings(turn: Turn, _arguments: Arguments) -> None:
    """Show the settings that are in force; of secrets only whether they are set."""
    await turn.show(running.settings(await turn.services.rooms.running.settings(turn.user)))


async def broadcast(turn: Turn, _arguments: Arguments) -> None:
    """Show what everybody would get, and ask."""
    found = _AFTER_COMMAND.fullmatch(turn.text.strip())
    text = found[1].strip() if found else ""
    if not text:
        raise Refusal("missing_argument", argument="TEXT")
    if len(text) > LONGEST_BROADCAST:
        raise Refusal("too_long_for_all", limit=LONGEST_BROADCAST)
    receivers = await turn.services.rooms.running.receivers(turn.user)
    data = {"nonce": turn.keys.nonce, "text": text}
    await turn.services.talk.ask(turn.user, turn.chat_id, BROADCAST_QUESTION, data, _ANSWER_SECONDS)
    await turn.show(running.ask_broadcast(text, receivers, turn.user.first_name, turn.keys))


async def press_broadcast(turn: Turn, press: Press) -> None:
    """Send it, as it was asked."""
    question = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    is_this = question is not None and question.kind == BROADCAST_QUESTION
    if question is None or not is_this or question.data.get("nonce") != press.nonce:
        raise Refusal("question_over")
    await turn.services.talk.drop(turn.user, turn.chat_id)
    payload = dict(to_send(running.news(question.data.get("text", "")), turn.user.user_id).payload)
    del payload["chat_id"]
    await turn.services.rooms.running.broadcast(
        turn.request, payload, lambda reached: turn.with_screen(running.broadcast_sent(reached))
    )


async def press_nothing(turn: Turn, _press: Press) -> None:
    """Send or close nothing."""
    await turn.services.talk.drop(turn.user, turn.chat_id)
    await turn.show(running.nothing_done())
