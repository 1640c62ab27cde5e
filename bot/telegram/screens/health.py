"""Health as admins see it: that something fails, that it is well again, and all checks."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.health import Check, Finding
from bot.services.running import Health
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Screen, key, lines, named
from bot.telegram.rich_text import Bold, Text
from bot.telegram.screens.figures import day_and_time
from bot.words.health import name_of, why
from bot.words.speech import say

_LONGEST_WHY = 240
_HOUR, _DAY = 1, 24
_MB_OF_GB = 1_000
NUMBERS: Mapping[Check, int] = {check: number for number, check in enumerate(Check, start=1)}
"""The number by which a button names a check; a new check goes to the end."""
_SHOWN: Mapping[Check, str] = {
    Check.DATABASE: "{took_ms} ms",
    Check.INBOX: "{waiting}",
    Check.OUTBOX: "{waiting}",
    Check.PRICES: "{oldest_s} s",
    Check.ARCHIVE: "{behind_s} s",
}


def failed(finding: Finding, keys: Keys, *, is_reminder: bool) -> Screen:
    """Tell that a check fails."""
    since = say("Since {moment}.", moment=_moment(finding.since))
    return Screen(
        text=lines(
            Text("⚠️ ", Bold(name_of(finding.check)), " · ", named(why(finding), _LONGEST_WHY)),
            say("It still fails. {since}", since=since) if is_reminder else since,
            say("You will hear once it is well again."),
        ),
        rows=(
            (
                key(keys, say("Health"), "heal"),
                _silence(keys, finding.check, _HOUR),
                _silence(keys, finding.check, _DAY),
            ),
        ),
    )


def recovered(check: Check, since: datetime, until: datetime) -> Screen:
    """Tell that a check is well again."""
    return Screen(
        text=lines(
            Text("✅ ", Bold(name_of(check))),
            say(
                "back since {moment}, was away {length}",
                moment=_moment(until),
                length=_length(until - since),
            ),
        )
    )


def silenced(check: Check, hours: int, until: datetime) -> Screen:
    """Answer whoever silenced a check, or ended that."""
    words = (
        say("No alarms of it until {moment}.", moment=_moment(until))
        if hours
        else say("Alarms of it are told again.")
    )
    return Screen(text=lines(Text(Bold(name_of(check)), " · ", words)))


def health(found: Health, keys: Keys) -> Screen:
    """Show every check with its state and since when, those that fail first."""
    view, elsewhere = found.view, found.elsewhere
    failing = view.failing()
    well = [each for each in view.findings if each.is_ok and each.check not in elsewhere]
    fail = len(failing) + len(elsewhere)
    head = (
        say("⚠️ Nothing was looked at for {seconds} s", seconds=round(view.unseen_seconds))
        if not view.is_watched
        else say("⚠️ {count} of {all} checks fail", count=fail, all=fail + len(well))
        if fail
        else say("All is well.")
    )
    lifts = [_lift(keys, check) for check in found.silenced]
    return Screen(
        text=lines(
            Text(Bold(say("Health")), " · ", head),
            *(_line(each, found.silenced) for each in failing),
            *(_line_of_another(check, since) for check, since in elsewhere.items()),
            *(_line(each, found.silenced) for each in well),
            *_outside(found),
        ),
        rows=(
            *((button,) for button in lifts[:3]),
            (key(keys, say("Refresh"), "heal"), key(keys, say("Status"), "stat")),
        ),
    )


def _line(finding: Finding, silenced_until: Mapping[Check, datetime]) -> Text:
    sign = "🟢" if finding.is_ok else "🔴"
    parts: list[Text | str] = [f"{sign} {name_of(finding.check)}"]
    if not finding.is_ok:
        parts += [" · ", named(why(finding), _LONGEST_WHY)]
    elif told := _figures(finding):
        parts.append(f" · {told}")
    parts.append(f" · {_since(finding.since)}")
    if finding.check in silenced_until:
        parts.append(" 🔒")
    return Text(*parts)


def _line_of_another(check: Check, since: datetime) -> str:
    words = say("another process of the bot told of it")
    return f"🔴 {name_of(check)} · {words} · {_since(since)}"


def _figures(finding: Finding) -> str:
    """Give the figure that tells most of a check that is well."""
    if finding.check in {Check.BOOKS, Check.AUDIT}:
        return say("checked {length} ago", length=_length(timedelta(seconds=_age(finding))))
    if finding.check is Check.ENDPOINTS:
        every = int(finding.figures["endpoints"])
        return f"{every - int(finding.figures['resting'])} / {every}"
    if finding.check is Check.DISK:
        return f"{float(finding.figures['free_mb']) / _MB_OF_GB:.1f} GB"
    shown = _SHOWN.get(finding.check)
    return shown.format(**finding.figures) if shown else ""


def _age(finding: Finding) -> float:
    return max(0.0, float(finding.figures["age_s"]))


def _outside(found: Health) -> tuple[str, ...]:
    outside = found.outside
    lag = max((each.lag_slots for each in outside.endpoints), default=0)
    return (
        say("Endpoints: {lag} slots behind at most", lag=lag),
        say("Prices: {tokens} tokens, the round took {seconds} s", tokens=outside.tokens,
            seconds=f"{outside.round_seconds:.2f}"),
        say("Disputed prices: {count}", count=len(outside.disputed)),
    )  # fmt: skip


def _silence(keys: Keys, check: Check, hours: int) -> Button:
    return key(keys, say("Silence {hours} h", hours=hours), "hush", NUMBERS[check], str(hours))


def _lift(keys: Keys, check: Check) -> Button:
    return key(keys, say("Alarms again: {name}", name=name_of(check)), "hush", NUMBERS[check], "0")


def _moment(at: datetime) -> str:
    return f"{at:%H:%M} UTC"


def _since(at: datetime) -> str:
    return say("since {time}", time=day_and_time(at))


def _length(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:  # noqa: PLR2004 (a minute)
        return say("{count} s", count=seconds)
    if seconds < 5_400:  # noqa: PLR2004 (an hour and a half)
        return say("{count} min", count=round(seconds / 60))
    return say("{count} h", count=round(seconds / 3600))
