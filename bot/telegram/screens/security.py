"""The security of an account in chat: its state, its freezing, and news of what changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.factors import Factor, FactorState
from bot.domain.freezes import OwnFreeze
from bot.domain.users import Status, User
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, key, lines, named
from bot.telegram.rich_text import Bold, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say

_FACTORS: Mapping[Factor, str] = {
    Factor.PIN: later("PIN"),
    Factor.TOTP: later("authenticator app"),
    Factor.RECOVERY: later("recovery codes"),
    Factor.WAITING: later("authenticator app"),
}
_NOT_YOU = later("If that was not you, freeze your account now.")


def security_rows(keys: Keys) -> Rows:
    """Give the buttons below every security notice: freeze, and the account page."""
    return (
        (danger(keys, say("Freeze my account"), "sfrz"),),
        (key(keys, say("Security"), "secure"),),
    )


def overview(
    user: User, state: FactorState, freeze: OwnFreeze | None, keys: Keys, *, are_offered: bool
) -> Screen:
    """Show which factors there are, whether the account is frozen, and what can be done."""
    is_frozen = user.status is Status.FROZEN
    freezing = () if is_frozen else ((danger(keys, say("Freeze my account"), "sfrz"),),)
    waking = freeze is not None and freeze.due_at is not None
    keeping = ((key(keys, say("Stay frozen"), "skeep"),),) if waking else ()
    return Screen(
        text=lines(
            Bold(say("Security of your account")),
            say("PIN: {state}", state=_set_or_not(state.pin_set_at)),
            say("Authenticator app: {state}", state=_set_or_not(state.totp_set_at)),
            say("Recovery codes left: {count}", count=state.codes_left) if state.has_any else "",
            _frozen_line(user, freeze),
            say("Set and change them on your account page. Never type a PIN or a code here.")
            if are_offered
            else say("Second factors are off here: the operator has set no key for them."),
        ),
        rows=((key(keys, say("Open my account page"), "dash"),), *keeping, *freezing),
    )


def dashboard_link() -> Screen:
    """Introduce the login link, which is put in when the message leaves."""
    return Screen(
        text=lines(
            Bold(say("Your account page")),
            say(
                "This link logs you in once, within 5 minutes. It is yours alone: never pass it on."
            ),
        )
    )


def link_label() -> str:
    """Give what stands on the button that opens the link."""
    return say("Open my account page")


def frozen(state: FactorState, delay: timedelta, keys: Keys) -> Screen:
    """Show that the account is frozen, what goes on, and the way back."""
    return Screen(
        text=lines(
            Bold(say("🔒 Your account is frozen")),
            say("Nothing is opened, and nothing closed by hand. Web sessions are ended."),
            say("Stops, take-profits and other exits that wait still act."),
            say(
                "To unfreeze: your account page, with your second factor. It takes {time} more.",
                time=figures.duration(delay.total_seconds()),
            )
            if state.has_any
            else say("You have set no second factor, so only the admins can unfreeze it."),
        ),
        rows=((key(keys, say("Security"), "secure"),),),
    )


def frozen_on_web(keys: Keys) -> Screen:
    """Tell that the account was frozen on its page."""
    return Screen(
        text=lines(
            Bold(say("🔒 Your account is frozen")),
            say("It was asked for on your account page. Exits that wait still act."),
        ),
        rows=((key(keys, say("Security"), "secure"),),),
    )


def kept(keys: Keys) -> Screen:
    """Show that the freeze stands after all."""
    return Screen(
        text=lines(
            Bold(say("🔒 Your account stays frozen")),
            say("The unfreezing that was asked for is cancelled."),
            say("Was it not you who asked? Then end all sessions on your account page."),
        ),
        rows=((key(keys, say("Open my account page"), "dash"),),),
    )


def session_began(device: str, keys: Keys) -> Screen:
    """Tell that somebody logged in on the web."""
    return Screen(
        text=lines(
            Bold(say("🔒 New web session")),
            marked("Somebody logged in to your account page: {device}.", device=named(device, 60)),
            say(_NOT_YOU),
        ),
        rows=security_rows(keys),
    )


def factor_set(factor: Factor, keys: Keys) -> Screen:
    """Tell that a factor was set or changed."""
    return Screen(
        text=lines(
            Bold(say("🔒 Your security settings changed")),
            say("Set anew: {factor}.", factor=say(_FACTORS[factor])),
            say(_NOT_YOU),
        ),
        rows=security_rows(keys),
    )


def factor_removed(factor: Factor, keys: Keys) -> Screen:
    """Tell that a factor is gone."""
    return Screen(
        text=lines(
            Bold(say("🔒 Your security settings changed")),
            say("Removed: {factor}.", factor=say(_FACTORS[factor])),
            say(_NOT_YOU),
        ),
        rows=security_rows(keys),
    )


def factors_locked(until: datetime, keys: Keys) -> Screen:
    """Tell that too many tries were wrong."""
    return Screen(
        text=lines(
            Bold(say("⚠️ Wrong PIN or code, too often")),
            say("No further try is looked at until {moment}.", moment=figures.day_and_time(until)),
            say(_NOT_YOU),
        ),
        rows=security_rows(keys),
    )


def unfreeze_asked(due_at: datetime, keys: Keys) -> Screen:
    """Tell when a freeze will end, with a way to keep it."""
    return Screen(
        text=lines(
            Bold(say("🔒 Your account will be unfrozen")),
            say("It was asked for on the web, with your second factor."),
            say("It happens at {moment}.", moment=figures.day_and_time(due_at)),
            say("If that was not you, keep it frozen."),
        ),
        rows=((danger(keys, say("Stay frozen"), "skeep"),),),
    )


def unfrozen(keys: Keys) -> Screen:
    """Tell that the freeze has ended."""
    return Screen(
        text=lines(
            Bold(say("Your account is no longer frozen")),
            say("You can trade again: /open"),
        ),
        rows=security_rows(keys),
    )


def _set_or_not(at: datetime | None) -> str:
    if at is None:
        return say("not set")
    return say("set {day}", day=figures.day(at))


def _frozen_line(user: User, freeze: OwnFreeze | None) -> str:
    if user.status is not Status.FROZEN:
        return ""
    if freeze is None:
        return say("🔒 Frozen by an admin. Write to them with /feedback.")
    if freeze.due_at is None:
        since = figures.day_and_time(freeze.frozen_at)
        return say("🔒 Frozen by you since {moment}.", moment=since)
    return say("⏳ Frozen by you; ends at {moment}.", moment=figures.day_and_time(freeze.due_at))
