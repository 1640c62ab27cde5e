"""How loud alerts are: a button for each kind, quiet hours, and the person's own clock."""

from bot.domain.alert_hours import AlertSettings, Loudness, QuietHours
from bot.domain.alerts import AlertKind
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines
from bot.telegram.screens import figures
from bot.words.speech import later, say

KINDS = tuple(AlertKind)
_NAMES = {
    AlertKind.PRICE: later("Price"),
    AlertKind.MARKET_CAP: later("Cap"),
    AlertKind.MOVE: later("Moves"),
    AlertKind.VOLUME: later("Volume"),
    AlertKind.LIQUIDITY: later("Liquidity"),
    AlertKind.POSITION: later("Position"),
    AlertKind.EQUITY: later("Equity"),
}
_LOUDNESS = {
    Loudness.ON: later("on"),
    Loudness.SILENT: later("silent"),
    Loudness.OFF: later("off"),
}
_QUIET = {
    Loudness.SILENT: later("come without sound"),
    Loudness.OFF: later("are not sent, only listed by /alerts late"),
    Loudness.ON: later("come as always"),
}


def settings(wishes: AlertSettings, keys: Keys) -> Screen:
    """Show how alerts arrive, each wish with the button that changes it."""
    quiet = wishes.quiet
    rows = in_rows(
        key(keys, f"{say(_NAMES[kind])}: {say(_LOUDNESS[wishes.of(kind)])}", "aset", place, "k")
        for place, kind in enumerate(KINDS)
    )
    hours = (
        key(keys, say("Quiet 22-7"), "aset", 0, "q22x7"),
        key(keys, say("Quiet 0-8"), "aset", 0, "q0x8"),
        key(keys, say("No quiet"), "aset", 0, "qoff"),
    )
    clock = (
        key(keys, say("Clock {shift} h", shift=f"{figures.MINUS}1"), "aset", 0, "om"),
        key(keys, say("Clock {shift} h", shift="+1"), "aset", 0, "op"),
    )
    way = (key(keys, say("Quiet: silent or off"), "aset", 0, "qway"),) if quiet else ()
    return Screen(
        text=lines(
            headed(keys.mode, say("Alert settings")),
            say("On comes with sound, silent without, off not at all."),
            _quiet_line(quiet),
            say(
                "Your clock: {clock}. Type other hours: /alerts quiet 23:30-6, /alerts clock +5:30",
                clock=_offset(wishes.offset_minutes),
            ),
        ),
        rows=(*rows, hours, clock + way, (key(keys, say("Alerts"), "alist"),)),
    )


def _quiet_line(quiet: QuietHours | None) -> str:
    if quiet is None:
        return say("No quiet hours.")
    began, ended = _clock(quiet.from_minute), _clock(quiet.to_minute)
    return say(
        "Quiet {began} to {ended} your time: alerts {how}.",
        began=began,
        ended=ended,
        how=say(_QUIET[quiet.loudness]),
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _offset(minutes: int) -> str:
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else figures.MINUS
    return f"UTC{sign}{_clock(abs(minutes))}"
