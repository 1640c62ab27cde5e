"""The limits of roles in words: as they are, and as an admin would change them."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.role_caps import ROLE_CAPS, Measure
from bot.domain.users import Role
from bot.services.role_limits import CapChange
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, key, lines
from bot.telegram.rich_text import Bold, Code, Text
from bot.telegram.screens import figures
from bot.telegram.screens.people import ROLES, wait_words
from bot.words.speech import later, say, say_count

_BASIS_POINTS = 10_000
_NAMES: Mapping[str, str] = {
    "position": later("largest position"),
    "positions": later("open positions"),
    "leverage": later("leverage of shorts"),
    "orders": later("orders a minute"),
    "grant": later("paper money at the start"),
    "watched": later("watched tokens"),
    "alerts": later("alerts"),
    "waiting": later("orders that wait"),
    "concentration": later("share of the equity in one token"),
    "position_heat": later("share at risk in one token"),
    "portfolio_heat": later("share at risk in all"),
    "daily_loss": later("loss in a day"),
    "drawdown": later("fall from the season's peak"),
    "cooldown": later("pause after a close"),
    "after_stop": later("pause after a stop"),
}


def cap_words(name: str, value: int | None) -> str:
    """Say the value of a limit."""
    if value is None:
        return say("no limit")
    match ROLE_CAPS[name].measure:
        case Measure.SOL:
            return figures.with_sol(value)
        case Measure.PERCENT:
            return figures.percent(Decimal(value) / _BASIS_POINTS)
        case Measure.SECONDS:
            return say_count("{count} minute", "{count} minutes", value // 60)
        case Measure.TIMES:
            return f"x{value}"
        case Measure.COUNT:
            return str(value)


def limits(role: Role, found: Mapping[str, int | None], keys: Keys) -> Screen:
    """List a role's limits with the words that change them."""
    others = [other for other in Role if other is not role]
    return Screen(
        text=lines(
            Bold(say("Limits of {role}", role=say(ROLES[role]))),
            *(
                Text(Code(name), f" · {say(_NAMES[name])}: ", cap_words(name, value))
                for name, value in found.items()
            ),
            say("Lowering acts at once; raising takes a second admin."),
            Text(say("Like this:"), " ", Code(f"/limits {role.value} positions 5")),
        ),
        rows=(tuple(key(keys, say(ROLES[one]), "lims", 0, one.value) for one in others),),
    )


def ask_lower(change: CapChange, keys: Keys) -> Screen:
    """Ask an admin whether they mean this."""
    return Screen(
        text=lines(
            Bold(change_words(change)),
            say("It acts at once, for everybody of that role. Raising it again takes two."),
            wait_words(),
        ),
        rows=((key(keys, say("No"), "pno"), danger(keys, say("Yes"), "limgo")),),
    )


def lowered(change: CapChange) -> Screen:
    """Show what was changed."""
    return Screen(text=lines(say("Done."), change_words(change)))


def change_words(change: CapChange) -> str:
    """Say a change: which limit, of whom, from what to what."""
    return say(
        "Limit {name} of {role}: from {before} to {after}",
        name=say(_NAMES[change.name]),
        role=say(ROLES[change.role]),
        before=cap_words(change.name, change.before),
        after=cap_words(change.name, change.after),
    )
