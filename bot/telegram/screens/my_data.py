"""What is kept about a person, who looked at it, and what becomes of it when they go."""

from collections.abc import Mapping

from bot.domain.my_data import DataCategory, DeletionRequest
from bot.services.my_data import DELETION_DAYS, MyDataView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, key, lines
from bot.telegram.rich_text import Bold
from bot.telegram.screens import audit, figures
from bot.words.speech import later, say

_KEPT: Mapping[DataCategory, str] = {
    DataCategory.PROFILE: later("Name, language, role, settings: {count}, until deleted"),
    DataCategory.BOOKS: later("Wallets, positions, fills, transfers: {count}, for good"),
    DataCategory.ORDERS: later("Waiting orders, locks, stops: {count}, for good"),
    DataCategory.RESULTS: later("What your wallet was worth: {count}, thinned after a month"),
    DataCategory.CHOICES: later("Watchlist, alerts, reports: {count}, until you end them"),
    DataCategory.SECURITY: later(
        "Logins, PIN and codes (sealed or hashed): {count}, until deleted"
    ),
    DataCategory.PAYMENTS: later("Payments in Stars: {count}, for good"),
    DataCategory.MESSAGES: later("Messages between us: a week"),
    DataCategory.AUDIT: later("Audit log about you: {count}, for good"),
}


def show(view: MyDataView, keys: Keys) -> Screen:
    """Show categories with counts, and who looked."""
    looks = audit.looks(view.looks)
    return Screen(
        text=lines(
            Bold(say("What I keep about you")),
            say("Your Telegram number: {number}", number=keys.owner),
            *(say(words, count=view.counts.get(what, 0)) for what, words in _KEPT.items()),
            Bold(say("What others did or looked at (UTC)")),
            *looks,
            "" if looks else say("Nobody has looked at your figures."),
            _standing(view.deletion),
        ),
        rows=_rows(view, keys),
    )


def ask_deletion(keys: Keys, asker_seconds: int) -> Screen:
    """Ask whether a person wants to be forgotten, saying what that means."""
    return Screen(
        text=lines(
            Bold(say("Delete what I keep about you?")),
            say(
                "Deleted after {days} days: name, username, language, settings, presets, open "
                "questions, watchlist, alerts, daily report, leaderboards, groups and calls, "
                "feedback, unused invitations, web sessions, PIN, authenticator app and codes.",
                days=DELETION_DAYS,
            ),
            say(
                "Kept: wallets, orders, fills and transfers, because the books balance only as a "
                "whole; payments, your role, bans, and the audit log. They know you by your "
                "number alone. Messages go in a week."
            ),
            say(
                "Until then you can cancel. You are not banned: if you write again, we begin anew."
            ),
            say("⏳ {seconds} s to answer; no answer means no.", seconds=asker_seconds),
        ),
        rows=((key(keys, say("No"), "mydata"), danger(keys, say("Yes, delete"), "forget")),),
    )


def deletion_asked(wish: DeletionRequest, keys: Keys) -> Screen:
    """Say when it will be carried out, with the button that takes it back."""
    return Screen(
        text=lines(Bold(say("Your request is written down")), _standing(wish)),
        rows=((key(keys, say("Cancel deletion"), "stay"), key(keys, say("My data"), "mydata")),),
    )


def deletion_cancelled(keys: Keys) -> Screen:
    """Say that everything stays."""
    return Screen(
        text=lines(Bold(say("Cancelled")), say("Nothing will be deleted.")),
        rows=((key(keys, say("My data"), "mydata"),),),
    )


def deleted() -> Screen:
    """Tell a person that their data were deleted."""
    return Screen(
        text=lines(
            Bold(say("What need not be kept about you is deleted")),
            say("Books and audit log stay under your number. If you write again, we begin anew."),
        )
    )


def caption() -> str:
    """Give what stands below the file with all of it."""
    return say("All that I keep about you: one JSON file for each table, times in UTC.")


def privacy(keys: Keys) -> Screen:
    """Say what is stored and why, in a screenful."""
    return Screen(
        text=lines(
            Bold(say("Privacy")),
            say(
                "I keep your Telegram number, first name, username and language, to know whom I "
                "talk to; your settings, watchlist and alerts, to do what you asked."
            ),
            say(
                "I keep paper orders, fills and balances for good: the books must balance. "
                "Messages between us go after a week."
            ),
            say(
                "Who runs this bot can look, and each look is written down where you see it: "
                "/mydata. Nobody can rewrite that log unnoticed."
            ),
            say(
                "Nothing is sold or handed on. Others get no more than token addresses (price "
                "sources, RPC endpoints) and what Telegram itself carries. I never ask for keys, "
                "seed phrases, passwords or codes in chat."
            ),
            say("Take it along or have it deleted: /mydata."),
        ),
        rows=((key(keys, say("My data"), "mydata"),),) if keys.is_private else (),
    )


def _standing(wish: DeletionRequest | None) -> str:
    if wish is None:
        return ""
    return say("⏳ You asked to be deleted: on {due} UTC.", due=figures.day_and_time(wish.due_at))


def _rows(view: MyDataView, keys: Keys) -> Rows:
    end = (
        key(keys, say("Cancel deletion"), "stay")
        if view.deletion
        else danger(keys, say("Delete…"), "forgt")
    )
    return (
        (key(keys, say("Export"), "mytake"), key(keys, say("Privacy"), "privcy")),
        (end,),
    )
