"""What people read while an admin decides whether to let them in."""

from bot.telegram.layout import Screen, lines
from bot.words.speech import say


def still_waiting() -> Screen:
    """Tell a person who begins again that their turn has not come yet."""
    return Screen(
        text=lines(
            say("⏳ You are on the list. An admin has not answered yet."),
            say("There is nothing you need to do: I write to you when they answer."),
        )
    )
