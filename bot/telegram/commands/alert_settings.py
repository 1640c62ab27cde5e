"""How loud alerts are: the buttons of `/alerts settings`, and quiet hours as typed."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.alert_hours import (
    MOST_OFFSET_MINUTES,
    AlertSettings,
    Loudness,
    QuietHours,
)
from bot.domain.errors import Refusal
from bot.telegram.alert_hour_words import read_offset, read_quiet
from bot.telegram.callbacks import Press
from bot.telegram.screens import alert_settings as screen
from bot.telegram.turn import Turn

_HOURS = re.compile(r"q([0-9]{1,2})x([0-9]{1,2})", re.ASCII)
_AN_HOUR = 60


async def show_settings(turn: Turn) -> None:
    """Show how alerts arrive."""
    await turn.show(screen.settings(await turn.services.alerts.settings(turn.user), turn.keys))


async def press_settings(turn: Turn, press: Press) -> None:
    """Show the settings, or change the one that the button names."""
    if not press.argument:
        await show_settings(turn)
        return
    wishes = await turn.services.alerts.settings(turn.user)
    await _keep(turn, _pressed(wishes, press))


async def change_by_words(turn: Turn, words: Sequence[str]) -> None:
    """Change quiet hours or the clock as typed; raises `Refusal` (`bad_hours`, `bad_alerts`)."""
    wishes = await turn.services.alerts.settings(turn.user)
    match [word.casefold() for word in words]:
        case ["quiet", "off"]:
            await _keep(turn, replace(wishes, quiet=None))
        case ["quiet", hours]:
            await _keep(turn, replace(wishes, quiet=_like_before(wishes, read_quiet(hours))))
        case ["clock", offset]:
            await _keep(turn, replace(wishes, offset_minutes=read_offset(offset)))
        case _:
            raise Refusal("bad_alerts", text=words[0][:32])


def _pressed(wishes: AlertSettings, press: Press) -> AlertSettings:
    match press.argument:
        case "k":
            return _next_level(wishes, press.target)
        case "qoff":
            return replace(wishes, quiet=None)
        case "qway":
            return replace(wishes, quiet=_other_way(wishes.quiet))
        case "op" | "om":
            step = _AN_HOUR if press.argument == "op" else -_AN_HOUR
            moved = wishes.offset_minutes + step
            most = MOST_OFFSET_MINUTES
            return replace(wishes, offset_minutes=min(max(moved, -most), most))
    hours = _HOURS.fullmatch(press.argument)
    if hours is None:
        raise Refusal("bad_button")
    return replace(wishes, quiet=_like_before(wishes, read_quiet(f"{hours[1]}-{hours[2]}")))


def _next_level(wishes: AlertSettings, place: int) -> AlertSettings:
    if place >= len(screen.KINDS):
        raise Refusal("bad_button")
    kind = screen.KINDS[place]
    return replace(wishes, levels={**wishes.levels, kind: wishes.of(kind).next()})


def _other_way(quiet: QuietHours | None) -> QuietHours | None:
    if quiet is None:
        return None
    is_silent = quiet.loudness is Loudness.SILENT
    return replace(quiet, loudness=Loudness.OFF if is_silent else Loudness.SILENT)


def _like_before(wishes: AlertSettings, quiet: QuietHours) -> QuietHours:
    """Keep whether quiet means silent or off."""
    return replace(quiet, loudness=wishes.quiet.loudness) if wishes.quiet else quiet


async def _keep(turn: Turn, wishes: AlertSettings) -> None:
    await turn.services.alerts.keep_settings(
        turn.request, wishes, lambda kept: turn.with_screen(screen.settings(kept, turn.keys))
    )
