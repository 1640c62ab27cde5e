"""Alerts: `/alert`, `/alerts`, the guided way, and the buttons of each."""

import re
from dataclasses import replace

from bot.domain.alerts import AlertKind, AlertSide, Condition
from bot.domain.errors import Refusal
from bot.telegram.alert_words import read_change, read_condition, read_own_condition
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.alert_settings import change_by_words, show_settings
from bot.telegram.commands.market import pick_token, token_id_of
from bot.telegram.screens import alert_news
from bot.telegram.screens import alerts as screen
from bot.telegram.turn import Turn
from bot.words.speech import say

WORDS_QUESTION, CHANGE_QUESTION = "alert_words", "alert_change"
_PRESET = re.compile(r"([udm])([0-9]{2,5})", re.ASCII)
_SNOOZE = re.compile(r"([018])(s?)", re.ASCII)
_SIDES = {"u": AlertSide.ABOVE, "d": AlertSide.BELOW, "m": AlertSide.BOTH}


async def alert(turn: Turn, arguments: Arguments) -> None:
    """Watch for what was typed, or ask for it."""
    if not arguments.token:
        await pick_token(turn, say("Alert on which token?"), "alrt")
        return
    own = read_own_condition(arguments.token, arguments.words)
    if own is not None:
        await _place(turn, None, own)
        return
    token_id = await token_id_of(turn, arguments.token)
    if not arguments.words:
        await _show_choices(turn, token_id)
        return
    await _place(turn, token_id, read_condition(arguments.words))


async def alerts(turn: Turn, arguments: Arguments) -> None:
    """List them, or show what came late or how they are set."""
    match arguments.words:
        case ():
            await _show_list(turn, 0)
        case ("late",):
            await press_late(turn)
        case ("settings",):
            await show_settings(turn)
        case words:
            await change_by_words(turn, words)


async def answer_words(turn: Turn, data: dict[str, str]) -> None:
    """Take a typed condition for the token that was asked about."""
    token_id = data.get("token_id", "")
    if not token_id.isdigit():
        raise Refusal("not_understood")
    await _place(turn, int(token_id), read_condition(turn.text.split()))
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def answer_change(turn: Turn, data: dict[str, str]) -> None:
    """Take what an alert is to be instead."""
    number = data.get("alert_id", "")
    if not number.isdigit():
        raise Refusal("not_understood")
    line = await turn.services.alerts.one(turn.user, int(number))
    wanted = read_change(line.alert.condition, turn.text.split())
    await turn.services.alerts.edit(
        turn.request,
        int(number),
        wanted,
        lambda kept: turn.with_screen(screen.placed(kept, turn.keys)),
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_alert(turn: Turn, press: Press) -> None:
    """Offer the usual alerts on a token, or ask which token."""
    if not press.target:
        await pick_token(turn, say("Alert on which token?"), "alrt")
        return
    await _show_choices(turn, press.target)


async def press_put(turn: Turn, press: Press) -> None:
    """Set one of the usual alerts; a keyboard sets one, however often it is pressed."""
    match = _PRESET.fullmatch(press.argument)
    if match is None:
        raise Refusal("bad_button")
    wanted = Condition(
        kind=AlertKind.MOVE,
        side=_SIDES[match[1]],
        move_bps=int(match[2]),
        is_recurring=match[1] == "m",
    )
    once = replace(turn, request=replace(turn.request, request_id=_of_keyboard(press)))
    await _place(once, press.target, wanted)


async def press_ask(turn: Turn, press: Press) -> None:
    """Ask for a condition to be typed; the next plain message answers it."""
    token = await turn.services.prices.token(turn.user, press.target)
    data = {"token_id": str(press.target)}
    await turn.services.talk.ask(turn.user, turn.chat_id, WORDS_QUESTION, data)
    await turn.ask(screen.ask_words(token))


async def press_list(turn: Turn, press: Press) -> None:
    """Show or refresh a page of the list in place."""
    await _show_list(turn, press.target)


async def press_one(turn: Turn, press: Press) -> None:
    """Show one alert."""
    line = await turn.services.alerts.one(turn.user, press.target)
    await turn.show(screen.one(line, turn.keys))


async def press_edit(turn: Turn, press: Press) -> None:
    """Ask what an alert is to be instead."""
    line = await turn.services.alerts.one(turn.user, press.target)
    data = {"alert_id": str(press.target)}
    await turn.services.talk.ask(turn.user, turn.chat_id, CHANGE_QUESTION, data)
    await turn.ask(screen.ask_change(line))


async def press_snooze(turn: Turn, press: Press) -> None:
    """Snooze an alert; below its news only a short word says so, and the news stays."""
    match = _SNOOZE.fullmatch(press.argument)
    if match is None:
        raise Refusal("bad_button")
    hours, on_screen = int(match[1]), bool(match[2])
    words = say("Snoozed for {hours} h", hours=hours) if hours else say("Watched again")
    await turn.services.alerts.snooze(
        turn.request,
        press.target,
        hours,
        lambda kept: (
            turn.with_screen(screen.one(kept, turn.keys), words)
            if on_screen
            else turn.toasted(words)
        ),
    )


async def press_delete(turn: Turn, press: Press) -> None:
    """End an alert."""
    await turn.services.alerts.delete(
        turn.request,
        press.target,
        lambda gone: turn.with_screen(screen.deleted(gone, turn.keys), say("Deleted")),
    )


async def press_late(turn: Turn, _press: Press | None = None) -> None:
    """Show which alerts came late, and why."""
    report = await turn.services.alerts.late(turn.user)
    await turn.show(alert_news.late(report, turn.keys))


async def _place(turn: Turn, token_id: int | None, wanted: Condition) -> None:
    await turn.services.alerts.place(
        turn.request,
        token_id,
        wanted,
        lambda kept: turn.with_screen(screen.placed(kept, turn.keys)),
    )


async def _show_choices(turn: Turn, token_id: int) -> None:
    quote = await turn.services.prices.quote(turn.user, token_id)
    await turn.show(screen.choices(quote, turn.keys))


async def _show_list(turn: Turn, page: int) -> None:
    found = await turn.services.alerts.alerts(turn.user)
    await turn.show(screen.listed(found, page, turn.keys))


def _of_keyboard(press: Press) -> str:
    return f"cb:{press.owner}:{press.nonce}"
