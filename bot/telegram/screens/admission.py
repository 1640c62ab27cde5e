"""What is read at the door: who waits, the admins' card, invitations and the password."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.people import Admission, Person, Verdict
from bot.domain.users import Role
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens.figures import day_and_time
from bot.telegram.screens.people import ROLES, person_words, who
from bot.words.speech import later, say

_VERDICTS: Mapping[Verdict, str] = {
    Verdict.APPROVED: later("{who} was let in by {by}."),
    Verdict.REJECTED: later("{who} was turned away by {by}."),
    Verdict.BLOCKED: later("{who} was turned away and banned by {by}."),
}
LETTERS: Mapping[str, Verdict] = {
    "a": Verdict.APPROVED,
    "r": Verdict.REJECTED,
    "b": Verdict.BLOCKED,
}
"""How the buttons of a card spell what an admin says, before the person's number."""


def waiting(mode: Admission, verdict: Verdict | None) -> Screen:
    """Tell a person outside where they stand."""
    if verdict is not None:
        words = say("An admin has not let you in. An invitation would still open the door.")
        return Screen(text=lines(words))
    if mode is Admission.CLOSED:
        return Screen(
            text=lines(
                say("⏳ This bot is for invited people. Ask one of its admins for an invitation."),
                say("With its link in hand, open it: that is all."),
            )
        )
    return Screen(
        text=lines(
            say("⏳ You are on the list. An admin has not answered yet."),
            say("There is nothing you need to do: I write to you when they answer."),
        )
    )


def card(person: Person, keys: Keys) -> Screen:
    """Ask an admin about somebody who wants to be let in."""
    number = str(person.user_id)
    return Screen(
        text=lines(
            Bold(say("Somebody asks to be let in")),
            person_words(person),
            say("The first admin to answer decides."),
        ),
        rows=(
            (
                key(keys, say("Approve"), "padm", 0, f"a{number}"),
                key(keys, say("Reject"), "padm", 0, f"r{number}"),
            ),
            (danger(keys, say("Block"), "padm", 0, f"b{number}"),),
        ),
    )


def decided(person: Person, verdict: Verdict, by: str) -> Screen:
    """Show what became of somebody, to every admin."""
    return Screen(text=lines(marked(_VERDICTS[verdict], who=who(person), by=named(by, 24))))


def told(verdict: Verdict) -> Screen:
    """Tell a person what an admin said."""
    if verdict is Verdict.APPROVED:
        return Screen(
            text=lines(
                Bold(say("You are let in.")),
                say("Begin with /start: there is paper money waiting for you."),
            )
        )
    return Screen(
        text=lines(say("An admin has not let you in. An invitation would still open the door."))
    )


def invitation(bot_name: str, token: str, role: Role, until: datetime) -> Screen:
    """Give an admin the link to pass on."""
    link = f"https://t.me/{bot_name}?start=i_{token}"
    return Screen(
        text=lines(
            Bold(say("An invitation for one person, as {role}", role=say(ROLES[role]))),
            Code(link),
            say("It works once, until {moment}.", moment=day_and_time(until)),
            say("Pass it on privately: whoever opens it first is in. /authorized takes it back."),
        )
    )


def invited(role: Role) -> Screen:
    """Welcome whoever came by an invitation."""
    return Screen(
        text=lines(
            Bold(say("Welcome: you are let in as {role}.", role=say(ROLES[role]))),
            say("Begin with /start."),
        )
    )


def invitation_used(person: Person, role: Role) -> Screen:
    """Tell an admin who came by their invitation."""
    return Screen(
        text=lines(
            marked(
                "{who} used your invitation and is {role} now.",
                who=who(person),
                role=say(ROLES[role]),
            )
        )
    )


def invitation_revoked(number: int) -> Screen:
    """Show that a link works no more."""
    return Screen(
        text=lines(say("Invitation {name} is taken back: it opens nothing.", name=f"i{number}"))
    )


def password_answer(*, is_right: bool) -> Screen:
    """Answer a password; its message is removed either way."""
    if is_right:
        return Screen(
            text=lines(Bold(say("That is right: you are let in.")), say("Begin with /start."))
        )
    return Screen(text=lines(say("That is not the password. I removed your message.")))


def password_news(person: Person, failures: int) -> Screen:
    """Tell admins that somebody guesses."""
    return Screen(
        text=lines(
            Bold(say("⚠️ Wrong passwords at the door")),
            person_words(person),
            say("{count} wrong so far. They are locked out, each time for longer.", count=failures),
            Text(say("To end it:"), " ", Code(f"/ban {person.user_id}")),
        )
    )


def siege_news(failures: int) -> Screen:
    """Tell admins that guesses come from many."""
    return Screen(
        text=lines(
            Bold(say("⚠️ Many wrong passwords at the door")),
            say("{count} within the hour, by all who tried.", count=failures),
            say("For now one wrong password locks its sender for ten minutes, then for longer."),
            say(
                "Whoever knows the password still comes in at once. "
                "A new password in the settings ends it."
            ),
        )
    )


def password_entered(person: Person) -> Screen:
    """Tell admins that somebody came in by the password."""
    return Screen(
        text=lines(marked("{who} came in by the password.", who=who(person)), person_words(person))
    )
