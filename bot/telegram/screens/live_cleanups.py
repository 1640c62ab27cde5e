"""Rent that lies in empty token accounts, and how it comes back."""

from bot.services.cleanups import CleanupView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, key, lines
from bot.telegram.rich_text import Bold
from bot.telegram.screens import figures
from bot.words.speech import say, say_count


def offer(view: CleanupView, keys: Keys) -> Screen:
    """Show what would be closed, what comes back, and what it costs."""
    count = len(view.places)
    found = say_count("{count} token account is empty.", "{count} token accounts are empty.", count)
    return Screen(
        text=lines(
            Bold(say("LIVE cleanup")),
            found,
            say("Closing gives back {sol}.", sol=figures.with_sol(view.rent_lamports)),
            say("Network fee about {fee}", fee=figures.with_sol(view.fee_lamports)),
            say("An account is made again when you buy its token, for the same rent."),
            _more(view),
        ),
        rows=((key(keys, say("Close them"), "lcln"),),),
    )


def begun(view: CleanupView) -> Screen:
    """Tell that it is under way."""
    count = len(view.places)
    closing = say_count(
        "Closing {count} account for {sol}.",
        "Closing {count} accounts for {sol}.",
        count,
        sol=figures.with_sol(view.rent_lamports),
    )
    waiting = say("I tell you once it is final, some 20 s from now.")
    return Screen(text=lines(Bold(say("LIVE cleanup")), closing, waiting))


def nothing() -> Screen:
    """Tell that no account is empty."""
    none = say("No token account is empty: there is no rent to give back.")
    return Screen(text=lines(Bold(say("LIVE cleanup")), none))


def ended() -> Screen:
    """Tell that it came to nothing."""
    return Screen(
        text=lines(
            Bold(say("LIVE cleanup")),
            say("Nothing was closed, and it cost nothing. Ask for /cleanup again."),
        )
    )


def _more(view: CleanupView) -> str | None:
    if not view.more:
        return None
    return say_count(
        "{count} more is left for the next time.",
        "{count} more are left for the next time.",
        view.more,
    )
