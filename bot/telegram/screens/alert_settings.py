"""How loud alerts are: a button for each kind, quiet hours, and the person's own clock."""

from bot.domain.alert_hours import AlertSettings, Loudness, QuietHours
from bot.domain.alerts import AlertKind
from bot.domain.users import Mode
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines
from bot.telegram.screens import figures

KINDS = tuple(AlertKind)
_NAMES = {
    AlertKind.PRICE: "Price",
    AlertKind.MARKET_CAP: "Cap",
    AlertKind.MOVE: "Moves",
    AlertKind.VOLUME: "Volume",
    AlertKind.LIQUIDITY: "Liquidity",
    AlertKind.POSITION: "Position",
    AlertKind.EQUITY: "Equity",
}
_QUIET = {
    Loudness.SILENT: "come without sound",
    Loudness.OFF: "are not sent, only listed by /alerts late",
    Loudness.ON: "come as always",
}


def settings(wishes: AlertSettings, keys: Keys) -> Screen:
    """Show how alerts arrive, each wish with the button that changes it."""
    quiet = wishes.quiet
    rows = in_rows(
        key(keys, f"{_NAMES[kind]}: {wishes.of(kind).value}", "aset", place, "k")
        for place, kind in enumerate(KINDS)
    )
    hours = (
        key(keys, "Quiet 22-7", "aset", 0, "q22x7"),
        key(keys, "Quiet 0-8", "aset", 0, "q0x8"),
        key(keys, "No quiet", "aset", 0, "qoff"),
    )
    clock = (key(keys, "Clock −1 h", "aset", 0, "om"), key(keys, "Clock +1 h", "aset", 0, "op"))  # noqa: RUF001 (a minus sign for people)
    way = (key(keys, "Quiet: silent or off", "aset", 0, "qway"),) if quiet else ()
    return Screen(
        text=lines(
            headed(Mode.PAPER, "Alert settings"),
            "On comes with sound, silent without, off not at all.",
            _quiet_line(quiet),
            f"Your clock: {_offset(wishes.offset_minutes)}. "
            "Type other hours: /alerts quiet 23:30-6, /alerts clock +5:30",
        ),
        rows=(*rows, hours, clock + way, (key(keys, "Alerts", "alist"),)),
    )


def _quiet_line(quiet: QuietHours | None) -> str:
    if quiet is None:
        return "No quiet hours."
    began, ended = _clock(quiet.from_minute), _clock(quiet.to_minute)
    return f"Quiet {began} to {ended} your time: alerts {_QUIET[quiet.loudness]}."


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _offset(minutes: int) -> str:
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else figures.MINUS
    return f"UTC{sign}{_clock(abs(minutes))}"
